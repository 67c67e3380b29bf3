use ipc_bridge::prelude::*;

#[handler("data:fetch")]
fn fetch(#[garde(ascii)] id: u64) -> u64 {
    id
}

fn main() {}
