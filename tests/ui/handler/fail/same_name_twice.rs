use ipc_bridge::prelude::*;

#[handler("data:fetch")]
fn fetch(id: u64, r#id: u64) -> u64 {
    id
}

fn main() {}
