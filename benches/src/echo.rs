//! What a side of the comparison has to offer.

use std::future::Future;

use anyhow::Result;

use crate::Item;

/// One side of the comparison: a service that answers with what it was sent.
pub trait Echo: 'static {
    /// Serves for as long as it lives.
    type Server;
    /// One connection.
    type Client: Caller;

    /// Serves at `endpoint`, a name without separators. The server accepts connections once this is ready.
    fn serve(endpoint: &str) -> impl Future<Output = Result<Self::Server>> + Send;

    /// Makes one connection to the server at `endpoint`.
    fn connect(endpoint: &str) -> impl Future<Output = Result<Self::Client>> + Send;
}

/// One connection, shared by everyone who holds a clone of it.
pub trait Caller: Clone + Send + Sync + 'static {
    /// Sends the item and brings back the server's copy of it.
    fn echo(&self, item: Item) -> impl Future<Output = Result<Item>> + Send;

    /// Sends the text and brings back the server's copy of it.
    fn echo_text(&self, text: String) -> impl Future<Output = Result<String>> + Send;
}
