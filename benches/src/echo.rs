//! What a side of the comparison has to offer.

use std::future::Future;
use std::ops::Range;

use anyhow::{Result, bail};
use bytes::Bytes;

use crate::{Item, Workload};

/// One side of the comparison: a service that answers with what it was sent, and publishes events when it is told to.
pub trait Echo: 'static {
    /// Serves for as long as it lives.
    type Server;
    /// One connection.
    type Client: Caller;
    /// One subscription, on a connection of its own.
    type Events: Events;

    /// Why it is not put through this workload, if it is not: what it has no equal of, as a rule.
    #[must_use]
    fn lacks(workload: Workload) -> Option<&'static str> {
        let _ = workload;
        None
    }

    /// Serves at `endpoint`, a name without separators. The server accepts connections once this is ready.
    fn serve(endpoint: &str) -> impl Future<Output = Result<Self::Server>> + Send;

    /// Makes one connection to the server at `endpoint`.
    fn connect(endpoint: &str) -> impl Future<Output = Result<Self::Client>> + Send;

    /// Makes one connection to the server at `endpoint`, and subscribes to its events there. Whatever is published once
    /// this is ready arrives.
    fn subscribe(endpoint: &str) -> impl Future<Output = Result<Self::Events>> + Send;
}

/// One connection, shared by everyone who holds a clone of it.
pub trait Caller: Clone + Send + Sync + 'static {
    /// Sends the item and brings back the server's copy of it.
    fn echo(&self, item: Item) -> impl Future<Output = Result<Item>> + Send;

    /// Sends the text and brings back the server's copy of it.
    fn echo_text(&self, text: String) -> impl Future<Output = Result<String>> + Send;

    /// Sends the bytes, as they are, and brings back the server's copy of them.
    fn echo_bytes(&self, bytes: Bytes) -> impl Future<Output = Result<Bytes>> + Send {
        async move { bail!("this side carries no bytes as they are, {} of them were to be sent", bytes.len()) }
    }

    /// Has the server publish the items of these ids, one by one, to all who have subscribed. It is ready when the server
    /// has published the last, which waits for subscribers that do not keep up: none of them misses an event.
    fn publish(&self, ids: Range<u64>) -> impl Future<Output = Result<()>> + Send;

    /// Calls for a stream of the items of these ids, and takes each of them: in this order, and nothing else.
    fn take_items(&self, ids: Range<u64>) -> impl Future<Output = Result<()>> + Send {
        async move { bail!("this side has no streams, the items {ids:?} were to be taken") }
    }
}

/// The events of one subscription, in the order in which they were published.
pub trait Events: Send + 'static {
    /// The next event.
    fn next(&mut self) -> impl Future<Output = Result<Item>> + Send;
}

/// The events of a side that has none.
#[derive(Debug)]
pub enum NoEvents {}

impl Events for NoEvents {
    async fn next(&mut self) -> Result<Item> {
        match *self {}
    }
}
