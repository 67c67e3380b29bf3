use ipc_bridge::prelude::*;

fn fetch(id: u64) -> u64 {
    id
}

struct Fetch;

fn main() {
    let _ = Router::new().handle::<Fetch>();
    let _ = fetch(7);
}
