//! Streams and uploads in every form that a function can have them.
#![deny(warnings)]

use std::pin::Pin;
use std::task::{Context, Poll};

use ipc_bridge::prelude::*;
use ipc_bridge::{IncomingError, Stream};

/// The numbers below one.
struct Below(u8);

impl Stream for Below {
    type Item = u8;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<u8>> {
        Poll::Ready(self.0.checked_sub(1).inspect(|next| self.0 = *next))
    }
}

#[derive(Debug, thiserror::Error, IpcError)]
enum CountError {
    #[error("a bad number")]
    #[ipc(transparent)]
    Number(#[from] IncomingError),
}

type Counted<T> = Result<T, CountError>;

#[handler("a:plain", timeout = "1m")]
fn plain(to: u8) -> impl Stream<Item = u8> {
    Below(to)
}

#[handler("a:later")]
async fn later(to: u8) -> impl ipc_bridge::Stream<Item = u8> + Send + use<> {
    Below(to)
}

#[handler("a:results")]
fn results(numbers: Incoming<u8>) -> impl Stream<Item = Result<u8, IncomingError>> + 'static {
    numbers
}

#[handler("a:opened")]
fn opened(to: u8) -> Result<impl Stream<Item = u8>, CountError> {
    Ok(Below(to))
}

#[handler("a:opened-later")]
async fn opened_later(numbers: Incoming<u8>) -> std::result::Result<impl Stream<Item = Counted<u8>>, CountError> {
    Ok(Mapped(numbers))
}

#[handler("a:alias")]
async fn alias(to: u8) -> Counted<impl Stream<Item = u8>> {
    Ok(Below(to))
}

#[handler("a:parenthesised")]
#[allow(unused_parens)]
fn parenthesised(to: u8) -> (impl Stream<Item = (u8)>) {
    Below(to)
}

#[handler("a:boxed")]
fn boxed(to: u8) -> impl Stream<Item = u8> {
    let stream: Pin<Box<dyn Stream<Item = u8> + Send>> = Box::pin(Below(to));
    stream
}

#[handler("a:upload", detached, timeout = "1m")]
async fn upload(#[payload] start: u8, mut r#in: Incoming<u8>) -> Counted<u8> {
    let mut sum = start;
    while let Some(number) = r#in.next().await {
        sum += number?;
    }
    Ok(sum)
}

#[handler("a:blocking", blocking, detached)]
fn blocking(numbers: ipc_bridge::Incoming<u8>) {
    drop(numbers);
}

macro_rules! handler_of {
    ($name:ident, $output:ty, $parameter:ident: $type:ty) => {
        #[handler("a:made")]
        fn $name($parameter: $type) -> $output {
            $parameter
        }
    };
}

handler_of!(made, impl Stream<Item = Result<u8, IncomingError>>, numbers: Incoming<u8>);

struct Mapped(Incoming<u8>);

impl Stream for Mapped {
    type Item = Counted<u8>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Pin::new(&mut self.0).poll_next(cx).map(|item| item.map(|item| item.map_err(CountError::from)))
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let router = Router::new()
        .handle::<plain>()
        .handle::<later>()
        .handle::<results>()
        .handle::<opened>()
        .handle::<opened_later>()
        .handle::<alias>()
        .handle::<parenthesised>()
        .handle::<boxed>()
        .handle::<upload>()
        .handle::<blocking>()
        .handle::<made>();
    router.check().unwrap();
    let mut stream = router.stream(alias { to: 2 }).await.unwrap();
    assert_eq!(stream.next().await.unwrap().unwrap(), 1);
    assert_eq!(stream.next().await.unwrap().unwrap(), 0);
    assert!(stream.next().await.is_none());
    assert_eq!(router.invoke(upload { start: 1, r#in: [2, 3].into_iter().collect() }).await.unwrap(), 6);
    let mut stream = router.stream(made { numbers: [7].into_iter().collect() }).await.unwrap();
    assert_eq!(stream.next().await.unwrap().unwrap(), 7);
}
