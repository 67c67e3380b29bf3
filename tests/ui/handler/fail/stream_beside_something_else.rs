use ipc_bridge::prelude::*;
use ipc_bridge::{IncomingError, Stream};

#[handler("data:pair")]
fn pair(items: Incoming<u8>) -> (u8, impl Stream<Item = Result<u8, IncomingError>>) {
    (1, items)
}

#[handler("data:option")]
fn option(items: Incoming<u8>) -> Result<Option<impl Stream<Item = Result<u8, IncomingError>>>, IncomingError> {
    Ok(Some(items))
}

fn main() {}
