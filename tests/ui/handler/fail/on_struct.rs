use ipc_bridge::prelude::*;

#[handler("data:fetch")]
struct Fetch {
    id: u64,
}

fn main() {
    let _ = Fetch { id: 7 }.id;
}
