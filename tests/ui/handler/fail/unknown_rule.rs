use ipc_bridge::prelude::*;

#[handler("data:fetch")]
fn fetch(#[garde(rnge(min = 1))] id: u64, #[garde(nice)] name: String) -> u64 {
    id + name.len() as u64
}

fn main() {}
