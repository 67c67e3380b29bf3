use ipc_bridge::prelude::*;

#[handler("data:fetch")]
fn fetch(#[ipc(sensitive)] store: State<String>, #[context] #[ipc(sensitive)] peer: Peer, id: u64) -> String {
    format!("{store:?} {peer:?} {id}")
}

fn main() {}
