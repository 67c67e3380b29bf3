use ipc_bridge::prelude::*;

#[handler("data:fetch", blocking = true, crate = "ipc_bridge")]
fn fetch(id: u64) -> u64 {
    id
}

fn main() {}
