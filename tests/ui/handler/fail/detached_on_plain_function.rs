use ipc_bridge::prelude::*;

#[handler("data:fetch", detached)]
fn fetch(id: u64) -> u64 {
    id
}

fn main() {}
