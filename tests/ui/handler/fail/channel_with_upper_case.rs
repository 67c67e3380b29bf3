use ipc_bridge::prelude::*;

#[handler("Data:fetchOne")]
fn fetch(id: u64) -> u64 {
    id
}

fn main() {}
