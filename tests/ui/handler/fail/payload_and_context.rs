use ipc_bridge::prelude::*;

#[handler("data:fetch")]
fn fetch(#[payload] #[context] peer: Peer) -> bool {
    peer.uid().is_some()
}

fn main() {}
