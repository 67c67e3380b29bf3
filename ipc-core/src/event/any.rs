//! Events whose types the subscriber does not know: for tools, and for subscriptions to several channels.

use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{self, Poll};

use futures_core::Stream;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::Event;
use super::subscription::{ReceiveEvents, Source, SubscriptionError};
use crate::any::spelled_out;
use crate::body::read_with;
use crate::bytes::Bytes;

/// An event as it travelled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnyEvent {
    channel: String,
    json: Vec<u8>,
    attachments: Vec<bytes::Bytes>,
}

impl AnyEvent {
    /// The channel that it was published on.
    pub fn channel(&self) -> &str {
        &self.channel
    }

    /// The event, if its channel is that of `E`.
    ///
    /// # Errors
    ///
    /// The event is not what `E` is read from.
    pub fn read<E: Event + DeserializeOwned>(&self) -> Option<Result<E, SubscriptionError>> {
        (self.channel == E::CHANNEL).then(|| {
            let read = read_with(self.attachments.clone(), || serde_json::from_slice(&self.json));
            read.map_err(|error| SubscriptionError::decode(&self.channel, &error))
        })
    }

    /// The event for people: its JSON with the binary data in it as base64 text.
    ///
    /// In an event that has binary data, a text that looks as if it stood for some (`$0`) is taken to do so, since what a
    /// text stands for is known by its type alone. [`json`](Self::json) and [`attachments`](Self::attachments) have both
    /// apart.
    ///
    /// # Errors
    ///
    /// The event is no JSON.
    pub fn data(&self) -> Result<Value, SubscriptionError> {
        spelled_out(&self.json, &self.attachments).map_err(|error| SubscriptionError::decode(&self.channel, &error))
    }

    /// The JSON text as it travelled: `"$0"` stands where the first attachment belongs.
    pub fn json(&self) -> &[u8] {
        &self.json
    }

    /// The binary data that travelled beside the JSON.
    pub fn attachments(&self) -> impl ExactSizeIterator<Item = Bytes> {
        self.attachments.iter().cloned().map(Bytes::from)
    }
}

/// The events of several channels, as they are published. See [`Subscription`](crate::Subscription).
pub struct AnySubscription {
    pattern: String,
    source: Source<Made>,
}

type Made = Pin<Box<dyn Stream<Item = Result<AnyEvent, SubscriptionError>> + Send>>;

impl AnySubscription {
    /// The events of `stream`: for test doubles.
    pub fn new(
        pattern: impl Into<String>,
        stream: impl Stream<Item = Result<AnyEvent, SubscriptionError>> + Send + 'static,
    ) -> Self {
        Self { pattern: pattern.into(), source: Source::Made(Box::pin(stream)) }
    }

    /// What is published elsewhere, on the channels that this pattern names.
    #[doc(hidden)]
    pub fn received(pattern: String, events: Box<dyn ReceiveEvents>) -> Self {
        Self { pattern, source: Source::Received(events) }
    }

    /// The next event; `None` when the subscription has ended.
    ///
    /// # Errors
    ///
    /// What stands in the place of an event, or why none follows.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future loses no event.
    pub async fn next(&mut self) -> Option<Result<AnyEvent, SubscriptionError>> {
        poll_fn(|cx| Pin::new(&mut *self).poll_next(cx)).await
    }
}

impl Stream for AnySubscription {
    type Item = Result<AnyEvent, SubscriptionError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<Option<Self::Item>> {
        let Self { pattern, source } = &mut *self;
        source.poll_with(
            cx,
            |stream, cx| stream.as_mut().poll_next(cx),
            |channel, json, attachments| {
                let channel = channel.unwrap_or(pattern).to_owned();
                Ok(AnyEvent { channel, json: json.to_vec(), attachments })
            },
        )
    }
}

impl fmt::Debug for AnySubscription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AnySubscription").field("pattern", &self.pattern).finish_non_exhaustive()
    }
}
