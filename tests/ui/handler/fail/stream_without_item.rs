use ipc_bridge::prelude::*;
use ipc_bridge::Stream;

#[handler("data:tail")]
fn tail(items: Incoming<u8>) -> impl Stream + Send {
    items
}

#[handler("data:follow")]
fn follow(items: Incoming<u8>) -> impl Stream<Item: Send> {
    items
}

fn main() {
    let _ = Router::new().handle::<tail>().handle::<follow>();
}
