use ipc_bridge::prelude::*;

#[handler("fetch")]
fn fetch(id: u64) -> u64 {
    id
}

fn main() {
    let _ = Router::new().handle::<fetch>();
}
