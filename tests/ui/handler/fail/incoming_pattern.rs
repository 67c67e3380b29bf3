use ipc_bridge::prelude::*;

#[handler("data:put")]
async fn put(_: Incoming<u8>) {}

fn main() {}
