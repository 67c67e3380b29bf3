use ipc_bridge::prelude::*;

#[handler("data:fetch")]
fn fetch(#[payload(id)] ids: Vec<u64>, #[context] #[context] peer: Peer) -> usize {
    ids.len() + usize::from(peer.uid().is_some())
}

fn main() {}
