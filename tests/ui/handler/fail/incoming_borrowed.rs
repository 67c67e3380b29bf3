use ipc_bridge::prelude::*;

#[handler("data:put")]
async fn put(items: &mut Incoming<u8>) -> bool {
    items.next().await.is_some()
}

fn main() {}
