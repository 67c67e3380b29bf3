//! Handlers with streams in either direction, which tell the gate what becomes of them.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use ipc_bridge::prelude::*;

use super::events::Oldest;
use super::gate::Gate;

/// Has one item when the gate lets it, and no end.
struct Passing {
    pass: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
    letters: usize,
}

impl Stream for Passing {
    type Item = String;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<String>> {
        let Some(pass) = &mut self.pass else { return Poll::Pending };
        ready!(pass.as_mut().poll(cx));
        self.pass = None;
        Poll::Ready(Some("x".repeat(self.letters)))
    }
}

/// Answers with so many letters when the gate lets it, and then waits for ever.
#[handler("stream:pass")]
pub(crate) fn pass_items(gate: State<Gate>, letters: usize) -> impl Stream<Item = String> {
    let gate = Gate::clone(&gate);
    Passing { pass: Some(Box::pin(async move { gate.pass().await })), letters }
}

/// Answers with so many letters again and again, and waits for nobody. The gate is told when it is dropped.
#[handler("stream:flood")]
pub(crate) fn flood(gate: State<Gate>, letters: usize) -> impl Stream<Item = String> {
    gate.enter();
    Flood { letters, _told: gate.told_when_dropped() }
}

struct Flood<T> {
    letters: usize,
    _told: T,
}

impl<T> Unpin for Flood<T> {}

impl<T> Stream for Flood<T> {
    type Item = String;

    fn poll_next(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<String>> {
        Poll::Ready(Some("x".repeat(self.letters)))
    }
}

/// Takes what the caller sends, and answers with how many items that were.
#[handler("upload:count")]
pub(crate) async fn count_items(gate: State<Gate>, mut items: Incoming<String>) -> Result<u64, IncomingError> {
    let _told = gate.told_when_dropped();
    gate.enter();
    let mut count = 0;
    while let Some(item) = items.next().await {
        item?;
        count += 1;
    }
    Ok(count)
}

/// Takes nothing, and answers when the gate lets it.
#[handler("upload:ignore")]
pub(crate) async fn ignore_items(gate: State<Gate>, items: Incoming<String>) {
    let _items = items;
    gate.pass().await;
}

/// Publishes so many events of so many letters.
#[handler("event:burst")]
pub(crate) fn burst(#[context] publisher: Publisher, count: u64, letters: usize) {
    for number in 0..count {
        publisher.publish(&Oldest::sized(number, letters)).unwrap();
    }
}

/// How many bytes there are.
#[handler("bytes:len")]
pub(crate) fn bytes_len(data: Bytes) -> usize {
    data.len()
}

/// The router with these handlers too.
pub(crate) fn with_streams(router: Router) -> Router {
    router
        .handle::<pass_items>()
        .handle::<flood>()
        .handle::<count_items>()
        .handle::<ignore_items>()
        .handle::<burst>()
        .handle::<bytes_len>()
        .event::<Oldest>()
}
