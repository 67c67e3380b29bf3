use ipc_bridge::prelude::*;
use ipc_bridge::{IncomingError, Stream};

#[derive(Debug, thiserror::Error, IpcError)]
enum OpenError {
    #[error("no such file")]
    NotFound,
}

#[handler("data:tail")]
fn tail(items: Incoming<u8>) -> Result<impl Stream<Item = Result<u8, IncomingError>>, OpenError> {
    Ok(items)
}

fn main() {}
