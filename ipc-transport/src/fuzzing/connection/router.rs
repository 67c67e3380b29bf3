//! The channels of both ends: those that `tests/vectors` speak of, so that every exchange there is a conversation here.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use ipc_core::{Bytes, Event, Incoming, IncomingError, Router, Stream, handler, schemars};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a handler makes is no larger, whatever it is asked for: how much that may be is an application's own affair.
const MOST_LETTERS: usize = 300_000;

pub(in crate::fuzzing) fn router() -> Arc<Router> {
    Router::new()
        .handle::<fetch>()
        .handle::<count_to>()
        .handle::<text_repeat>()
        .handle::<sum_all>()
        .handle::<sum_first>()
        .handle::<sum_so_far>()
        .handle::<wait_ever>()
        .handle::<wait_long>()
        .handle::<bytes_echo>()
        .shared_event::<StatusChanged>()
        .event::<JobProgress>()
        .event_queue(4, 100_000)
        .into()
}

/// The name of an item.
#[handler("data:fetch", crate = ipc_core)]
pub(super) async fn fetch(id: u64) -> String {
    tokio::task::yield_now().await;
    format!("item {id}")
}

pub(super) struct Items<I>(pub(super) I);

impl<I: Iterator + Unpin> Stream for Items<I> {
    type Item = I::Item;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<I::Item>> {
        Poll::Ready(self.0.next())
    }
}

#[handler("count:to", crate = ipc_core)]
pub(super) fn count_to(to: u32) -> impl Stream<Item = u32> {
    Items(1..=to)
}

#[handler("text:repeat", crate = ipc_core)]
pub(super) fn text_repeat(times: Vec<usize>) -> impl Stream<Item = String> {
    Items(times.into_iter().map(|times| "a".repeat(times.min(MOST_LETTERS))))
}

#[handler("sum:all", crate = ipc_core)]
pub(super) async fn sum_all(mut numbers: Incoming<u32>) -> Result<u64, IncomingError> {
    let mut sum = 0;
    while let Some(number) = numbers.next().await {
        sum += u64::from(number?);
    }
    Ok(sum)
}

#[handler("sum:first", crate = ipc_core)]
pub(super) async fn sum_first(mut numbers: Incoming<u32>) -> Result<u32, IncomingError> {
    Ok(numbers.next().await.transpose()?.unwrap_or_default())
}

#[handler("sum:so-far", crate = ipc_core)]
pub(super) fn sum_so_far(numbers: Incoming<u32>) -> impl Stream<Item = Result<u64, IncomingError>> {
    Sums { numbers, sum: 0 }
}

struct Sums {
    numbers: Incoming<u32>,
    sum: u64,
}

impl Stream for Sums {
    type Item = Result<u64, IncomingError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let next = ready!(Pin::new(&mut self.numbers).poll_next(cx));
        Poll::Ready(next.map(|number| {
            self.sum += u64::from(number?);
            Ok(self.sum)
        }))
    }
}

#[handler("wait:ever", crate = ipc_core)]
pub(super) async fn wait_ever(numbers: Incoming<u32>) -> u32 {
    std::future::pending::<()>().await;
    drop(numbers);
    0
}

/// Has no answer, and so no place where it could publish it.
#[handler("wait:long", crate = ipc_core)]
pub(super) async fn wait_long() {
    std::future::pending().await
}

#[handler("bytes:echo", crate = ipc_core)]
pub(super) fn bytes_echo(bytes: Bytes) -> Bytes {
    bytes
}

/// Retained, and published by peers too.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Event)]
#[schemars(crate = "ipc_core::schemars")]
#[event("status:changed", retain, crate = ipc_core)]
pub(in crate::fuzzing) struct StatusChanged {
    pub(super) online: bool,
}

/// Told apart by its job; who lags behind is let go.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Event)]
#[schemars(crate = "ipc_core::schemars")]
#[event("job:progress", key = "job", lag = "disconnect", crate = ipc_core)]
pub(super) struct JobProgress {
    pub(super) job: u64,
    pub(super) log: String,
}
