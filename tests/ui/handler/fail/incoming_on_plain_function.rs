use ipc_bridge::prelude::*;

#[handler("data:put")]
fn put(items: Incoming<u8>) {
    drop(items);
}

fn main() {}
