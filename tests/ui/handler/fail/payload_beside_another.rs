use ipc_bridge::prelude::*;

#[handler("data:fetch")]
fn fetch(#[payload] ids: Vec<u64>, name: String) -> usize {
    ids.len() + name.len()
}

fn main() {}
