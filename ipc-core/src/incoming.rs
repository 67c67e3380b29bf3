//! The stream that a caller sends beside its request.

use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{self, Poll, ready};

use futures_core::Stream;
use schemars::{Schema, SchemaGenerator};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::body::{Body, read_with};
use crate::context::Context;
use crate::error::{ErrorDescription, IpcError};
use crate::failure::{Failure, code};
use crate::items::{Ending, ReceiveItems, Received, SendItems, Unsent, Upload};
use crate::json::write_json;
use crate::validation::Issues;

/// A stream from the caller, as a parameter of a handler: an upload, the questions of a dialogue.
///
/// It does not stand in the payload: its items travel beside it, one by one, as fast as the handler takes them and no
/// faster. Items that wait to be taken have a bound (see `Limits::stream_bytes`), on which the caller waits.
///
/// A handler reads it with [`next`](Self::next), or as the [`Stream`] that it is. An item that is not what the channel
/// takes is an error in its place, and what follows can still be read. The stream has ended when the caller ended it; a
/// caller that goes away earlier ends the handler.
///
/// A caller makes one of a stream or of an iterator, and puts it into the request:
///
/// ```
/// use ipc_core::Incoming;
///
/// let numbers: Incoming<u32> = (1..=3).collect();
/// ```
pub struct Incoming<T>(Source<T>);

enum Source<T> {
    /// Nothing, or what has ended.
    Nothing,
    /// What this process sends.
    Own(Pin<Box<dyn Stream<Item = Result<T, Unsent>> + Send>>),
    /// What another process sends.
    Received { items: Box<dyn ReceiveItems>, check: fn(&T, &mut Issues), channel: &'static str },
}

/// Why a stream from the caller brings no item.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum IncomingError {
    /// The item is not what the channel takes. Those that follow may be.
    #[error(transparent)]
    Invalid(Failure),
    /// The caller is gone, or cancelled the call, or what it reads from failed. Nothing follows.
    #[error("the stream broke off: {0}")]
    BrokenOff(String),
}

/// A handler whose error wraps this one (`#[ipc(transparent)] Incoming(#[from] IncomingError)`) answers an item that is
/// not valid as it answers such a request: with `INVALID_INPUT`, and what is wrong with it.
impl IpcError for IncomingError {
    fn to_failure(&self) -> Failure {
        match self {
            Self::Invalid(failure) => failure.clone(),
            Self::BrokenOff(_) => Failure::new(code::CANCELLED, self),
        }
    }

    fn from_failure(_: &Failure) -> Option<Self> {
        None
    }

    fn describe(_: &mut SchemaGenerator) -> Vec<ErrorDescription> {
        Vec::new()
    }
}

impl<T: 'static> Incoming<T> {
    /// The items of `stream`, to be sent beside a request.
    pub fn new(stream: impl Stream<Item = T> + Send + 'static) -> Self {
        Self(Source::Own(Box::pin(Sent { stream, read: Ok })))
    }

    /// The items of a `stream` that may fail, such as a file that is read. An error cancels the call, which then fails with
    /// [`InvokeError::Unsent`](crate::InvokeError::Unsent): the handler never takes a part for the whole.
    pub fn try_new<E: fmt::Display>(stream: impl Stream<Item = Result<T, E>> + Send + 'static) -> Self {
        let read = |item: Result<T, E>| item.map_err(|error| Unsent(error.to_string()));
        Self(Source::Own(Box::pin(Sent { stream, read })))
    }
}

impl<T> Incoming<T> {
    /// What the caller sends. `check` notes what is wrong with an item.
    #[doc(hidden)]
    pub fn of_call(cx: &Context, check: fn(&T, &mut Issues)) -> Self {
        Self(match cx.take_incoming() {
            Some(items) => Source::Received { items, check, channel: cx.channel() },
            None => Source::Nothing,
        })
    }
}

impl<T: DeserializeOwned> Incoming<T> {
    /// The next item; `None` when the caller has ended the stream.
    ///
    /// # Errors
    ///
    /// The item is not valid, or the stream broke off.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future loses no item.
    pub async fn next(&mut self) -> Option<Result<T, IncomingError>> {
        poll_fn(|cx| Pin::new(&mut *self).poll_next(cx)).await
    }
}

impl<T> Unpin for Incoming<T> {}

impl<T: DeserializeOwned> Stream for Incoming<T> {
    type Item = Result<T, IncomingError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<Option<Self::Item>> {
        let next = match &mut self.0 {
            Source::Nothing => None,
            Source::Own(stream) => ready!(stream.as_mut().poll_next(cx))
                .map(|item| item.map_err(|unsent| IncomingError::BrokenOff(unsent.to_string()))),
            Source::Received { items, check, channel } => match ready!(items.poll_item(cx)) {
                Received::Item(json, attachments) => {
                    return Poll::Ready(Some(read(json, attachments, *check, channel)));
                }
                Received::End(Ending::Finished) => None,
                Received::End(ending) => Some(Err(IncomingError::BrokenOff(why(ending)))),
            },
        };
        if !matches!((&self.0, &next), (Source::Own(_), Some(Ok(_)))) {
            self.0 = Source::Nothing;
        }
        Poll::Ready(next)
    }
}

fn why(ending: Ending) -> String {
    match ending {
        Ending::Unsent(unsent) => unsent.to_string(),
        Ending::Gone(reason) => reason.to_string(),
        Ending::TimedOut => "the call's deadline passed".to_owned(),
        Ending::Finished | Ending::Answered(..) => "the call was answered".to_owned(),
    }
}

fn read<T: DeserializeOwned>(
    json: &[u8],
    attachments: Vec<bytes::Bytes>,
    check: fn(&T, &mut Issues),
    channel: &str,
) -> Result<T, IncomingError> {
    let mut issues = Issues::default();
    let read = read_with(attachments, || {
        let mut reader = serde_json::Deserializer::from_slice(json);
        let item = serde_path_to_error::deserialize::<_, T>(&mut reader)
            .map_err(|error| issues.push_json(&error, &[]))
            .ok()?;
        reader.end().map_err(|error| issues.push("", error)).ok()?;
        Some(item)
    });
    let item = read.inspect(|item| check(item, &mut issues)).filter(|_| issues.is_empty());
    item.ok_or_else(|| IncomingError::Invalid(issues.into_failure(channel)))
}

impl<T> Default for Incoming<T> {
    /// A stream that has ended.
    fn default() -> Self {
        Self(Source::Nothing)
    }
}

impl<T: Send + 'static> FromIterator<T> for Incoming<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        let items: Vec<T> = items.into_iter().collect();
        Self::new(Collected(items.into_iter()))
    }
}

struct Collected<T>(std::vec::IntoIter<T>);

impl<T> Unpin for Collected<T> {}

impl<T> Stream for Collected<T> {
    type Item = T;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut task::Context<'_>) -> Poll<Option<T>> {
        Poll::Ready(self.0.next())
    }
}

impl<T> fmt::Debug for Incoming<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Incoming").finish_non_exhaustive()
    }
}

/// A parameter that is a stream from the caller.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no stream from the caller",
    note = "`Incoming` here is another type than that of this package"
)]
pub trait IncomingParameter: Sized {
    /// What it is a stream of.
    type Item;

    /// Takes what is to be sent.
    fn upload(self) -> Upload
    where
        Self::Item: Serialize + DeserializeOwned + Send + 'static;

    /// The schema of an item.
    fn describe(generator: &mut SchemaGenerator) -> Schema
    where
        Self::Item: schemars::JsonSchema,
    {
        generator.subschema_for::<Self::Item>()
    }

    /// What the caller sends.
    fn of_call(cx: &Context, check: fn(&Self::Item, &mut Issues)) -> Self;
}

impl<T> IncomingParameter for Incoming<T> {
    type Item = T;

    fn upload(self) -> Upload
    where
        T: Serialize + DeserializeOwned + Send + 'static,
    {
        Upload::of(self)
    }

    fn of_call(cx: &Context, check: fn(&T, &mut Issues)) -> Self {
        Self::of_call(cx, check)
    }
}

/// A handler may pass on what it receives, so both kinds of source can be sent.
impl<T: Serialize + DeserializeOwned + Send> SendItems for Incoming<T> {
    fn poll_item(self: Pin<&mut Self>, cx: &mut task::Context<'_>, out: &mut Body) -> Poll<Option<Result<(), Unsent>>> {
        self.poll_next(cx).map(|item| {
            Some(match item? {
                Ok(item) => out
                    .write(|json| write_json(json, &item))
                    .map_err(|error| Unsent(format!("an item cannot be written as JSON: {error}"))),
                Err(IncomingError::BrokenOff(reason)) => Err(Unsent(reason)),
                Err(error) => Err(Unsent(error.to_string())),
            })
        })
    }
}

pin_project_lite::pin_project! {
    /// The items of a stream, read so that an error is told.
    struct Sent<S, F> {
        #[pin]
        stream: S,
        read: F,
    }
}

impl<S: Stream, T, F: FnMut(S::Item) -> Result<T, Unsent>> Stream for Sent<S, F> {
    type Item = Result<T, Unsent>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.project();
        this.stream.poll_next(cx).map(|item| item.map(this.read))
    }
}
