use std::pin::Pin;

use ipc_bridge::prelude::*;
use ipc_bridge::Stream;

#[handler("data:tail")]
fn tail(items: Incoming<u8>) -> Pin<Box<dyn Stream<Item = u8> + Send>> {
    let _ = items;
    unimplemented!()
}

fn main() {}
