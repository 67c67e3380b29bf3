use ipc_bridge::prelude::*;

#[handler("data:join")]
async fn join(left: Incoming<u8>, mut right: Incoming<u8>) -> bool {
    drop(left);
    right.next().await.is_some()
}

fn main() {
    let _ = join { left: Incoming::default(), right: Incoming::default() };
}
