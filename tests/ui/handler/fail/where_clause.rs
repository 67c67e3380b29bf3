use ipc_bridge::prelude::*;

#[handler("data:fetch")]
fn fetch(id: u64) -> u64
where
    u64: Copy,
{
    id
}

fn main() {}
