use ipc_bridge::prelude::*;

#[handler("data:fetch")]
fn fetch(#[payloda] ids: Vec<u64>, #[serde(default)] name: String, #[cfg(unix)] more: u8) -> usize {
    ids.len() + name.len() + usize::from(more)
}

fn main() {}
