use ipc_bridge::prelude::*;
use ipc_bridge::{IncomingError, Stream};

struct Both<S, T>(S, T);

#[handler("data:tail")]
fn tail(items: Incoming<u8>) -> Both<impl Stream<Item = Result<u8, IncomingError>>, u8> {
    Both(items, 1)
}

fn main() {}
