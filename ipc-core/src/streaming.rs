//! Calls that are answered with a stream.

use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{self, Poll, ready};

use futures_core::Stream;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::body::read_with;
use crate::deadline::timed_out;
use crate::error::IpcError;
use crate::invoke::{InvokeError, refusal, unquoted};
use crate::items::{Ending, ReceiveItems, Received, Upload};
use crate::json::read_json;
use crate::response;

/// What travels to a channel that answers with a stream, and what its items are.
///
/// [`#[handler]`](crate::handler) implements it for the struct that it puts beside a function that returns a stream.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a request that is answered with a stream",
    label = "no channel answers this with a stream",
    note = "a handler that returns `impl Stream<Item = …>` is called with `stream`, every other with `invoke`"
)]
pub trait StreamRequest {
    /// The channel's name, `namespace:action`.
    const CHANNEL: &'static str;
    /// What the stream is made of.
    type Item;
    /// What ends the stream when the handler fails; [`Infallible`](std::convert::Infallible) for one that cannot.
    type Error: IpcError;

    /// Takes what the caller sends beside the request, where the channel takes a stream itself.
    #[doc(hidden)]
    fn take_upload(&mut self) -> Option<Upload> {
        None
    }
}

/// Anything that can make calls that are answered with streams: a connection to a server, a router in this process, a
/// test double. It stands beside [`Invoke`](crate::Invoke) as a trait of its own, so that a double of a contract without
/// streams need not pretend to have any.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot make calls that are answered with streams",
    label = "nothing here opens a stream",
    note = "a `Client` can, a `Peer` can, a `Router` can, and so can a reference to one or an `Arc` of one",
    note = "a test double implements `InvokeStream`"
)]
pub trait InvokeStream {
    /// Calls a handler that answers with a stream: `client.stream(tail { path }).await?`.
    ///
    /// The future is done when the request is on its way; whatever is wrong with it is the stream's first item.
    ///
    /// # Errors
    ///
    /// The request was not sent.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future cancels the call.
    fn stream<R>(&self, request: R) -> impl Future<Output = Result<ItemStream<R>, InvokeError<R::Error>>>
    where
        R: StreamRequest<Item: DeserializeOwned> + Serialize;
}

impl<C: InvokeStream + ?Sized> InvokeStream for &C {
    fn stream<R>(&self, request: R) -> impl Future<Output = Result<ItemStream<R>, InvokeError<R::Error>>>
    where
        R: StreamRequest<Item: DeserializeOwned> + Serialize,
    {
        (**self).stream(request)
    }
}

impl<C: InvokeStream + ?Sized> InvokeStream for Arc<C> {
    fn stream<R>(&self, request: R) -> impl Future<Output = Result<ItemStream<R>, InvokeError<R::Error>>>
    where
        R: StreamRequest<Item: DeserializeOwned> + Serialize,
    {
        (**self).stream(request)
    }
}

/// The items with which the request `R` is answered.
///
/// It ends with `None` when the handler's stream has ended, and after the first error: the handler's own as
/// [`InvokeError::Handler`], or why there is no more. Dropping it before stops the handler.
///
/// Items that nobody takes wait here and at the handler, which stops when their bound is reached.
pub struct ItemStream<R: StreamRequest> {
    items: Option<Items<R>>,
}

/// An item, or why none follows.
type ItemOf<R> = Result<<R as StreamRequest>::Item, InvokeError<<R as StreamRequest>::Error>>;

enum Items<R: StreamRequest> {
    Received(Box<dyn ReceiveItems>),
    Made(Pin<Box<dyn Stream<Item = ItemOf<R>> + Send>>),
}

impl<R: StreamRequest> ItemStream<R> {
    /// The items of `stream`: for test doubles.
    pub fn new(stream: impl Stream<Item = Result<R::Item, InvokeError<R::Error>>> + Send + 'static) -> Self {
        Self { items: Some(Items::Made(Box::pin(stream))) }
    }

    /// What a handler elsewhere sends.
    #[doc(hidden)]
    pub fn received(items: Box<dyn ReceiveItems>) -> Self {
        Self { items: Some(Items::Received(items)) }
    }
}

impl<R: StreamRequest<Item: DeserializeOwned>> ItemStream<R> {
    /// The next item; `None` when the handler's stream has ended, or an error came before.
    ///
    /// # Errors
    ///
    /// The handler's own error as [`InvokeError::Handler`], or why no item follows.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future loses no item.
    pub async fn next(&mut self) -> Option<Result<R::Item, InvokeError<R::Error>>> {
        poll_fn(|cx| Pin::new(&mut *self).poll_next(cx)).await
    }
}

impl<R: StreamRequest> Unpin for ItemStream<R> {}

impl<R: StreamRequest<Item: DeserializeOwned>> Stream for ItemStream<R> {
    type Item = Result<R::Item, InvokeError<R::Error>>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<Option<Self::Item>> {
        let next = match &mut self.items {
            None => None,
            Some(Items::Made(stream)) => ready!(stream.as_mut().poll_next(cx)),
            Some(Items::Received(items)) => match ready!(items.poll_item(cx)) {
                Received::Item(json, attachments) => Some(read_item::<R>(json, attachments)),
                Received::End(ending) => ended::<R>(ending).map(Err),
            },
        };
        if !matches!(next, Some(Ok(_))) {
            self.items = None;
        }
        Poll::Ready(next)
    }
}

fn read_item<R: StreamRequest<Item: DeserializeOwned>>(
    json: &[u8],
    attachments: Vec<bytes::Bytes>,
) -> Result<R::Item, InvokeError<R::Error>> {
    read_with(attachments, || read_json(json)).map_err(|error| decode(R::CHANNEL, &error))
}

/// What the end of a stream comes to: nothing where it ended well.
fn ended<R: StreamRequest>(ending: Ending) -> Option<InvokeError<R::Error>> {
    match ending {
        Ending::Finished => None,
        Ending::Answered(json, attachments) => match read_with(attachments, || response::read::<()>(&json)) {
            Ok(Ok(())) => None,
            Ok(Err(failure)) => Some(refusal(failure)),
            Err(error) => Some(decode(R::CHANNEL, &error)),
        },
        Ending::TimedOut => Some(InvokeError::Refused(timed_out())),
        Ending::Unsent(unsent) => Some(InvokeError::Unsent(unsent.to_string())),
        Ending::Gone(reason) => Some(InvokeError::Disconnected(reason.to_string())),
    }
}

fn decode<E>(channel: &'static str, error: &serde_json::Error) -> InvokeError<E> {
    InvokeError::Decode { channel: channel.into(), reason: unquoted(error) }
}

impl<R: StreamRequest> fmt::Debug for ItemStream<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ItemStream").field("channel", &R::CHANNEL).finish_non_exhaustive()
    }
}
