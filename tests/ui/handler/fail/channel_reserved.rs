use ipc_bridge::prelude::*;

#[handler("ipc:fetch")]
fn fetch(id: u64) -> u64 {
    id
}

fn main() {}
