//! Calls that are answered with a stream: items in order, ends that are told apart, and back-pressure to the handler.
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context as TaskContext, Poll};

use ipc_bridge::Endpoint;
use ipc_bridge::prelude::*;
use serde::Serialize;
use tokio::task::yield_now;

use support::{everywhere, until};

/// What has become of the streams of a test.
#[derive(Debug, Default)]
struct Watch {
    made: AtomicU64,
    dropped: AtomicU64,
}

/// The numbers from 0 on, each when it is asked for.
struct Numbers {
    next: u64,
    end: u64,
    watch: Arc<Watch>,
}

impl Stream for Numbers {
    type Item = u64;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut TaskContext<'_>) -> Poll<Option<u64>> {
        if self.next == self.end {
            return Poll::Ready(None);
        }
        self.next += 1;
        self.watch.made.fetch_add(1, Ordering::Relaxed);
        Poll::Ready(Some(self.next - 1))
    }
}

impl Drop for Numbers {
    fn drop(&mut self) {
        self.watch.dropped.fetch_add(1, Ordering::Relaxed);
    }
}

#[handler("test:count")]
fn count(watch: State<Arc<Watch>>, end: u64) -> impl Stream<Item = u64> {
    Numbers { next: 0, end, watch: Arc::clone(&watch) }
}

#[derive(Debug, PartialEq, thiserror::Error, IpcError)]
enum CountError {
    #[error("{at} is unlucky")]
    Unlucky { at: u64 },
}

struct Until<S> {
    inner: S,
    at: u64,
}

impl<S: Stream<Item = u64> + Unpin> Stream for Until<S> {
    type Item = Result<u64, CountError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<Option<Self::Item>> {
        let at = self.at;
        Pin::new(&mut self.inner)
            .poll_next(cx)
            .map(|next| next.map(|number| if number == at { Err(CountError::Unlucky { at }) } else { Ok(number) }))
    }
}

#[handler("test:fail")]
async fn fail(
    watch: State<Arc<Watch>>,
    #[garde(range(min = 1))] at: u64,
) -> Result<impl Stream<Item = Result<u64, CountError>>, CountError> {
    yield_now().await;
    if at == 13 {
        return Err(CountError::Unlucky { at });
    }
    Ok(Until { inner: Numbers { next: 0, end: u64::MAX, watch: Arc::clone(&watch) }, at })
}

async fn serve(place: &Endpoint) -> (Server, Client, Arc<Watch>) {
    let watch = Arc::new(Watch::default());
    let router = Router::new().state(Arc::clone(&watch)).handle::<count>().handle::<fail>();
    let server = Server::bind(place).serve(router).await.unwrap();
    (server, Client::connect(place).await.unwrap(), watch)
}

async fn items_arrive_in_order_and_the_end_is_told(place: Endpoint) {
    let (_server, client, watch) = serve(&place).await;
    let mut items = client.stream(count { end: 100_000 }).await.unwrap();
    for expected in 0..100_000 {
        assert_eq!(items.next().await, Some(Ok(expected)));
    }
    assert_eq!(items.next().await, None);
    assert_eq!(items.next().await, None);
    until(|| watch.dropped.load(Ordering::Relaxed) == 1).await;
}

async fn an_error_ends_a_stream_and_keeps_its_type(place: Endpoint) {
    let (_server, client, _) = serve(&place).await;
    let mut items = client.stream(fail { at: 2 }).await.unwrap();
    assert_eq!(items.next().await, Some(Ok(0)));
    assert_eq!(items.next().await, Some(Ok(1)));
    let failed = items.next().await.unwrap();
    assert_eq!(failed, Err(InvokeError::Handler(CountError::Unlucky { at: 2 })));
    assert_eq!(items.next().await, None);

    let mut unopened = client.stream(fail { at: 13 }).await.unwrap();
    assert_eq!(unopened.next().await, Some(Err(InvokeError::Handler(CountError::Unlucky { at: 13 }))));
    assert_eq!(unopened.next().await, None);

    let mut invalid = client.stream(fail { at: 0 }).await.unwrap();
    assert_eq!(invalid.next().await.unwrap().unwrap_err().code(), Some("INVALID_INPUT"));
    assert_eq!(invalid.next().await, None);
}

/// The request of a stream, by somebody who expects one answer.
#[derive(Serialize)]
struct Mistaken {
    end: u64,
}

impl Request for Mistaken {
    const CHANNEL: &'static str = "test:count";
    type Response = ();
    type Error = std::convert::Infallible;
}

async fn a_caller_that_expects_one_answer_learns_of_a_stream(place: Endpoint) {
    let (_server, client, watch) = serve(&place).await;
    for round in 1..=10 {
        let refused = client.invoke(Mistaken { end: u64::MAX }).await.unwrap_err();
        assert_eq!(refused.code(), Some("INVALID_INPUT"), "{refused}");
        until(|| watch.dropped.load(Ordering::Relaxed) == round).await;
    }
    let mut items = client.stream(count { end: 1 }).await.unwrap();
    assert_eq!(items.next().await, Some(Ok(0)));
}

async fn a_dropped_stream_drops_the_handlers(place: Endpoint) {
    let (_server, client, watch) = serve(&place).await;
    for taken in [0, 1, 1000, 50_000] {
        let before = watch.dropped.load(Ordering::Relaxed);
        let mut items = client.stream(count { end: u64::MAX }).await.unwrap();
        for expected in 0..taken {
            assert_eq!(items.next().await, Some(Ok(expected)));
        }
        drop(items);
        until(|| watch.dropped.load(Ordering::Relaxed) == before + 1).await;
    }
}

async fn a_reader_that_stops_reading_stops_the_handler(place: Endpoint) {
    let (_server, client, watch) = serve(&place).await;
    let mut items = client.stream(count { end: u64::MAX }).await.unwrap();
    let mut made = 0;
    // Nothing is made any more once the credit is used up.
    let mut same = 0;
    while same < 1000 {
        yield_now().await;
        let now = watch.made.load(Ordering::Relaxed);
        same = if now == made && now > 0 { same + 1 } else { 0 };
        made = now;
    }
    // An item of one digit counts for its header and its digit.
    assert!(made <= 256 * 1024 / 13 + 1, "{made} items were made for a reader that takes none");
    for expected in 0..2 * made {
        assert_eq!(items.next().await, Some(Ok(expected)));
    }
}

everywhere! {
    items_arrive_in_order_and_the_end_is_told,
    an_error_ends_a_stream_and_keeps_its_type,
    a_caller_that_expects_one_answer_learns_of_a_stream,
    a_dropped_stream_drops_the_handlers,
    a_reader_that_stops_reading_stops_the_handler,
}
