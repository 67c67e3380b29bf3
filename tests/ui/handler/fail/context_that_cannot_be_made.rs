use ipc_bridge::prelude::*;

#[handler("data:fetch")]
fn fetch(#[context] id: u64) -> u64 {
    id
}

fn main() {}
