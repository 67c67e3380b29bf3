use ipc_bridge::prelude::*;

#[handler("data:fetch")]
fn fetch(#[garde(range(min = 1))] store: State<u64>) -> u64 {
    *store
}

fn main() {}
