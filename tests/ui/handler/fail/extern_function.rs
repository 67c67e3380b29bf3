use ipc_bridge::prelude::*;

#[handler("data:fetch")]
extern "C" fn fetch(id: u64) -> u64 {
    id
}

fn main() {}
