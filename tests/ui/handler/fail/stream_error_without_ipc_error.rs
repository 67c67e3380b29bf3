use ipc_bridge::prelude::*;
use ipc_bridge::Stream;

#[handler("data:tail")]
fn tail(path: String) -> Result<impl Stream<Item = u8>, std::io::Error> {
    Err::<Nothing, _>(std::io::Error::other(path))
}

struct Nothing;

impl Stream for Nothing {
    type Item = u8;

    fn poll_next(self: std::pin::Pin<&mut Self>, _: &mut std::task::Context<'_>) -> std::task::Poll<Option<u8>> {
        std::task::Poll::Ready(None)
    }
}

fn main() {}
