use ipc_bridge::prelude::*;

#[handler("data:fetch")]
fn fetch(#[payload] ids: Vec<u64>, #[payload] name: String) -> usize {
    ids.len() + name.len()
}

fn main() {}
