use ipc_bridge::prelude::*;

trait Stream {
    type Item;
}

impl Stream for () {
    type Item = u8;
}

#[handler("data:tail")]
fn tail() -> impl Stream<Item = u8> {}

fn main() {}
