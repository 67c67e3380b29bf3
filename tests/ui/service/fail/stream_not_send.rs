use std::marker::PhantomData;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use ipc_bridge::Stream;
use ipc_bridge::prelude::service;

struct Local(PhantomData<Rc<u8>>);

impl Stream for Local {
    type Item = u8;

    fn poll_next(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<u8>> {
        Poll::Ready(None)
    }
}

#[service(prefix = "data")]
trait Data {
    #[handler]
    fn tail(&self) -> impl Stream<Item = u8>;
}

struct Store;

impl Data for Store {
    fn tail(&self) -> impl Stream<Item = u8> {
        Local(PhantomData)
    }
}

fn main() {}
