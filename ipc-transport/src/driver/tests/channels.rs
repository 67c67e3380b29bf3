//! The channels and events of the exchanges in `tests/vectors`.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{self, Poll, ready};
use std::vec;

use ipc_core::{
    Bytes, Event, HandlerDoc, HandlerItem, Incoming, IncomingError, IpcError, Issues, Lag, NeverWaits, Router, Stream,
    handler, schemars,
};
use schemars::{JsonSchema, SchemaGenerator};
use serde::{Deserialize, Serialize};

pub(super) fn router() -> Arc<Router> {
    Router::new()
        .handle::<count_to>()
        .handle::<count_down>()
        .handle::<text_repeat>()
        .handle::<sum_all>()
        .handle::<sum_first>()
        .handle::<sum_so_far>()
        .handle::<wait_ever>()
        .handle::<wait_long>()
        .handle::<bytes_echo>()
        .shared_event::<StatusChanged>()
        .event::<JobProgress>()
        .into()
}

/// Whether a call of the channel is answered with a stream.
pub(super) fn answers_with_a_stream(channel: &str) -> bool {
    ["count:to", "count:down", "text:repeat", "sum:so-far"].contains(&channel)
}

/// Whether a call of the channel has a stream beside its request.
pub(super) fn takes_a_stream(channel: &str) -> bool {
    ["sum:all", "sum:first", "sum:so-far", "wait:ever"].contains(&channel)
}

struct Items<T>(vec::IntoIter<T>);

impl<T> Unpin for Items<T> {}

impl<T> Stream for Items<T> {
    type Item = T;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut task::Context<'_>) -> Poll<Option<T>> {
        Poll::Ready(self.0.next())
    }
}

fn items<T>(items: impl IntoIterator<Item = T>) -> Items<T> {
    Items(items.into_iter().collect::<Vec<_>>().into_iter())
}

#[derive(Debug, thiserror::Error, IpcError)]
#[ipc(crate = ipc_core)]
enum CountError {
    #[error("there is nothing below 1")]
    LiftOff,
    #[error(transparent)]
    #[ipc(transparent)]
    Incoming(#[from] IncomingError),
}

#[handler("count:to", crate = ipc_core)]
fn count_to(to: u32) -> impl Stream<Item = u32> {
    items(1..=to)
}

#[handler("count:down", crate = ipc_core)]
fn count_down(from: u32) -> impl Stream<Item = Result<u32, CountError>> {
    items((1..=from).rev().map(Ok).chain([Err(CountError::LiftOff)]))
}

#[handler("text:repeat", crate = ipc_core)]
fn text_repeat(times: Vec<usize>) -> impl Stream<Item = String> {
    items(times.into_iter().map(|times| "a".repeat(times)))
}

#[handler("sum:all", crate = ipc_core)]
async fn sum_all(mut numbers: Incoming<u32>) -> Result<u32, CountError> {
    let mut sum = 0;
    while let Some(number) = numbers.next().await {
        sum += number?;
    }
    Ok(sum)
}

#[handler("sum:first", crate = ipc_core)]
async fn sum_first(mut numbers: Incoming<u32>) -> Result<u32, CountError> {
    Ok(numbers.next().await.transpose()?.unwrap_or_default())
}

#[handler("sum:so-far", crate = ipc_core)]
fn sum_so_far(numbers: Incoming<u32>) -> impl Stream<Item = Result<u32, CountError>> {
    Sums { numbers, sum: 0 }
}

struct Sums {
    numbers: Incoming<u32>,
    sum: u32,
}

impl Stream for Sums {
    type Item = Result<u32, CountError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<Option<Self::Item>> {
        let next = ready!(Pin::new(&mut self.numbers).poll_next(cx));
        Poll::Ready(next.map(|number| {
            self.sum += number?;
            Ok(self.sum)
        }))
    }
}

#[handler("wait:ever", crate = ipc_core)]
async fn wait_ever(numbers: Incoming<u32>) -> u32 {
    std::future::pending::<()>().await;
    drop(numbers);
    0
}

#[handler("wait:long", crate = ipc_core)]
async fn wait_long() -> u32 {
    std::future::pending().await
}

#[handler("bytes:echo", crate = ipc_core)]
fn bytes_echo(bytes: Bytes) -> Bytes {
    bytes
}

/// Retained, and published by peers too.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(crate = "ipc_core::schemars")]
pub(super) struct StatusChanged {
    online: bool,
}

impl Event for StatusChanged {
    const CHANNEL: &'static str = "status:changed";
    const ITEM: HandlerItem = HandlerItem::new("StatusChanged", file!(), line!());
    const DOC: HandlerDoc = HandlerDoc::new("", None);
    const RETAIN: bool = true;

    fn validate(&self, _: &mut Issues) {}
}

impl NeverWaits for StatusChanged {}

/// Told apart by its job; who lags behind is let go.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(crate = "ipc_core::schemars")]
pub(super) struct JobProgress {
    job: u128,
    percent: u32,
}

impl Event for JobProgress {
    const CHANNEL: &'static str = "job:progress";
    const ITEM: HandlerItem = HandlerItem::new("JobProgress", file!(), line!());
    const DOC: HandlerDoc = HandlerDoc::new("", None);
    const LAG: Lag = Lag::Disconnect;

    fn key_json(&self) -> Option<Result<String, serde_json::Error>> {
        Some(serde_json::to_string(&self.job))
    }

    fn describe_key(generator: &mut SchemaGenerator) -> Option<schemars::Schema> {
        Some(generator.subschema_for::<u128>())
    }

    fn validate(&self, _: &mut Issues) {}
}

impl NeverWaits for JobProgress {}
