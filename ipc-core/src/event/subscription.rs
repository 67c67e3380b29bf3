//! The events of a subscription, at the side of whoever subscribed.

use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{self, Poll, ready};

use futures_core::Stream;
use serde::de::DeserializeOwned;

use super::Event;
use crate::body::read_with;
use crate::failure::Failure;
use crate::invoke::unquoted;
use crate::json::read_json;

/// What arrives of a subscription.
#[derive(Debug)]
pub enum ReceivedEvent<'a> {
    /// The next event.
    Event {
        /// Its channel; it may be left out where the subscription asked for one.
        channel: Option<&'a str>,
        /// Its JSON.
        json: &'a [u8],
        /// What the JSON names by place.
        attachments: Vec<bytes::Bytes>,
    },
    /// So many events were missed.
    Missed(u64),
    /// Nothing follows.
    End(SubscriptionEnd),
}

/// Why nothing follows.
#[derive(Debug)]
pub enum SubscriptionEnd {
    /// Whoever publishes ended the subscription.
    Ended(Failure),
    /// The connection is gone, or the router is.
    Gone(Arc<str>),
}

/// Where the events of a subscription come in. Dropping it ends the subscription.
pub trait ReceiveEvents: Send {
    /// The next event, or why there is none. It is not asked again after the end.
    fn poll_event(&mut self, cx: &mut task::Context<'_>) -> Poll<ReceivedEvent<'_>>;
}

impl fmt::Debug for dyn ReceiveEvents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ReceiveEvents")
    }
}

/// Why a subscription brings no event.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SubscriptionError {
    /// So many events were published and not received, since they came faster than they were taken. What follows is
    /// received.
    #[error("{0} events were missed, which came faster than they were taken")]
    Missed(u64),
    /// The event is not what this subscriber expects by its types. What follows may be.
    #[error("the event of `{channel}` is not what this subscriber expects: {reason}")]
    Decode {
        /// The event's channel.
        channel: String,
        /// What does not fit, with line and column.
        reason: String,
    },
    /// Whoever publishes ended the subscription: with `OVERLOADED`, where events that may not be missed came faster than
    /// they were taken; with `DENIED`, where it is granted no more. Nothing follows.
    #[error("the subscription was ended: {0}")]
    Ended(Failure),
    /// The connection is gone, or the router is. Nothing follows.
    #[error("the connection is gone: {0}")]
    Disconnected(String),
}

impl SubscriptionError {
    /// Whether the subscription goes on.
    pub fn goes_on(&self) -> bool {
        matches!(self, Self::Missed(_) | Self::Decode { .. })
    }

    pub(super) fn decode(channel: &str, error: &serde_json::Error) -> Self {
        Self::Decode { channel: channel.to_owned(), reason: unquoted(error) }
    }
}

impl From<SubscriptionEnd> for SubscriptionError {
    fn from(end: SubscriptionEnd) -> Self {
        match end {
            SubscriptionEnd::Ended(failure) => Self::Ended(failure),
            SubscriptionEnd::Gone(reason) => Self::Disconnected(reason.to_string()),
        }
    }
}

/// The events of one channel, as they are published.
///
/// An error that is not the end stands where an event would: events that were missed, or one that this subscriber does
/// not understand (see [`SubscriptionError::goes_on`]). After the end nothing follows. Dropping it ends the subscription.
///
/// ```
/// use ipc_core::{Event, Subscription, SubscriptionError};
/// use serde::de::DeserializeOwned;
///
/// async fn last<E: Event + DeserializeOwned>(mut events: Subscription<E>) -> Option<E> {
///     let mut last = None;
///     while let Some(event) = events.next().await {
///         match event {
///             Ok(event) => last = Some(event),
///             Err(SubscriptionError::Missed(_)) => {}
///             Err(_) => break,
///         }
///     }
///     last
/// }
/// ```
pub struct Subscription<E> {
    source: Source<Made<E>>,
}

type Made<E> = Pin<Box<dyn Stream<Item = Result<E, SubscriptionError>> + Send>>;

/// Where events come from; `M` is a stream that was made of them, for test doubles.
pub(super) enum Source<M> {
    Received(Box<dyn ReceiveEvents>),
    Made(M),
    Ended,
}

impl<M> Source<M> {
    /// The next event as `read` makes it; `made` asks a stream that was made.
    pub(super) fn poll_with<T>(
        &mut self,
        cx: &mut task::Context<'_>,
        made: impl FnOnce(&mut M, &mut task::Context<'_>) -> Poll<Option<Result<T, SubscriptionError>>>,
        read: impl FnOnce(Option<&str>, &[u8], Vec<bytes::Bytes>) -> Result<T, SubscriptionError>,
    ) -> Poll<Option<Result<T, SubscriptionError>>> {
        let next = match self {
            Self::Ended => None,
            Self::Made(stream) => ready!(made(stream, cx)),
            Self::Received(events) => match ready!(events.poll_event(cx)) {
                // Whether it could be read or not, the next may follow.
                ReceivedEvent::Event { channel, json, attachments } => {
                    return Poll::Ready(Some(read(channel, json, attachments)));
                }
                ReceivedEvent::Missed(events) => Some(Err(SubscriptionError::Missed(events))),
                ReceivedEvent::End(end) => Some(Err(end.into())),
            },
        };
        if next.as_ref().is_none_or(|next| next.as_ref().is_err_and(|error| !error.goes_on())) {
            *self = Self::Ended;
        }
        Poll::Ready(next)
    }
}

impl<E> Subscription<E> {
    /// The events of `stream`: for test doubles.
    pub fn new(stream: impl Stream<Item = Result<E, SubscriptionError>> + Send + 'static) -> Self {
        Self { source: Source::Made(Box::pin(stream)) }
    }

    /// What is published elsewhere.
    #[doc(hidden)]
    pub fn received(events: Box<dyn ReceiveEvents>) -> Self {
        Self { source: Source::Received(events) }
    }
}

impl<E: Event + DeserializeOwned> Subscription<E> {
    /// The next event; `None` when the subscription has ended.
    ///
    /// # Errors
    ///
    /// What stands in the place of an event, or why none follows.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future loses no event.
    pub async fn next(&mut self) -> Option<Result<E, SubscriptionError>> {
        poll_fn(|cx| Pin::new(&mut *self).poll_next(cx)).await
    }
}

impl<E> Unpin for Subscription<E> {}

impl<E: Event + DeserializeOwned> Stream for Subscription<E> {
    type Item = Result<E, SubscriptionError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<Option<Self::Item>> {
        self.source.poll_with(
            cx,
            |stream, cx| stream.as_mut().poll_next(cx),
            |_, json, attachments| {
                let read = read_with(attachments, || read_json(json));
                read.map_err(|error| SubscriptionError::decode(E::CHANNEL, &error))
            },
        )
    }
}

impl<E: Event> fmt::Debug for Subscription<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subscription").field("channel", &E::CHANNEL).finish_non_exhaustive()
    }
}
