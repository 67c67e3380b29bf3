use ipc_bridge::prelude::*;

#[handler(42)]
fn fetch(id: u64) -> u64 {
    id
}

fn main() {}
