use std::marker::PhantomData;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use ipc_bridge::prelude::handler;
use ipc_bridge::Stream;

struct Local(PhantomData<Rc<u8>>);

impl Stream for Local {
    type Item = u8;

    fn poll_next(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<u8>> {
        Poll::Ready(None)
    }
}

#[handler("data:tail")]
fn tail() -> impl Stream<Item = u8> {
    Local(PhantomData)
}

#[handler("data:later")]
async fn later() -> impl Stream<Item = u8> {
    Local(PhantomData)
}

fn main() {}
