use ipc_bridge::prelude::*;
use ipc_bridge::{IncomingError, Stream};

#[handler("data:tail")]
fn tail(items: Incoming<u8>) -> Option<impl Stream<Item = Result<u8, IncomingError>>> {
    Some(items)
}

fn main() {}
