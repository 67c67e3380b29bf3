use ipc_bridge::prelude::*;

#[handler("data:fetch", "data:get")]
fn fetch(id: u64) -> u64 {
    id
}

fn main() {}
