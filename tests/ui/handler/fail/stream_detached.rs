use ipc_bridge::prelude::*;
use ipc_bridge::Stream;

#[handler("data:tail", detached)]
async fn tail(items: Incoming<u8>) -> impl Stream<Item = Result<u8, ipc_bridge::IncomingError>> {
    items
}

fn main() {}
