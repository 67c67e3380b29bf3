use ipc_bridge::prelude::*;

#[handler("data:fetch")]
fn fetch((from, to): (u64, u64), _: u8) -> u64 {
    to - from
}

fn main() {}
