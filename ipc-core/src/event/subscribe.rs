//! Who can be asked for events, and how.

use std::borrow::Borrow;
use std::fmt;
use std::future::{Future, IntoFuture};
use std::marker::PhantomData;
use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::subscription::Subscription;
use super::{Event, KeyedEvent, key_json};
use crate::failure::{Failure, code};
use crate::remote::BoxFuture;

/// Anything that can be asked for events: a connection to a server, a router in this process, a test double.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be asked for events",
    label = "nothing here publishes events",
    note = "a `Client` can, a `Peer` can, a `Router` can, and so can a reference to one or an `Arc` of one",
    note = "a test double implements `Subscribe`"
)]
pub trait Subscribe {
    /// Subscribes to the events of one channel. `client.subscribe::<StatusChanged>().await?` calls it.
    ///
    /// When the future is done, every event that is published from then on is received.
    ///
    /// # Errors
    ///
    /// Why there is no subscription.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future ends the subscription.
    fn subscribe_with<E>(
        &self,
        options: SubscribeOptions,
    ) -> impl Future<Output = Result<Subscription<E>, SubscribeError>> + Send
    where
        E: Event + DeserializeOwned;
}

impl<C: Subscribe + ?Sized> Subscribe for &C {
    fn subscribe_with<E>(
        &self,
        options: SubscribeOptions,
    ) -> impl Future<Output = Result<Subscription<E>, SubscribeError>> + Send
    where
        E: Event + DeserializeOwned,
    {
        (**self).subscribe_with(options)
    }
}

impl<C: Subscribe + ?Sized> Subscribe for Arc<C> {
    fn subscribe_with<E>(
        &self,
        options: SubscribeOptions,
    ) -> impl Future<Output = Result<Subscription<E>, SubscribeError>> + Send
    where
        E: Event + DeserializeOwned,
    {
        (**self).subscribe_with(options)
    }
}

/// What a subscriber asks for beside the event.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct SubscribeOptions {
    /// The JSON of the one key whose events are asked for.
    pub key: Option<String>,
}

/// Why there is no subscription.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SubscribeError {
    /// The other end has no such event, or this peer may not have it: one of the [standard codes](crate::code).
    #[error(transparent)]
    Refused(Failure),
    /// The key could not be written as JSON. Nothing was sent.
    #[error("the key cannot be written as JSON: {0}")]
    Encode(String),
    /// The key is larger than a message may be. Nothing was sent.
    #[error("the request has {size} bytes, and a message may have {limit}")]
    TooLarge {
        /// The bytes of the request's body.
        size: usize,
        /// The most bytes that the peer takes.
        limit: usize,
    },
    /// The connection is gone, or going.
    #[error("the connection is gone: {0}")]
    Disconnected(String),
}

impl SubscribeError {
    /// The standard code that stands for this error, or the code as it came.
    pub fn code(&self) -> &str {
        match self {
            Self::Refused(failure) => failure.code(),
            Self::Encode(_) => code::INVALID_INPUT,
            Self::TooLarge { .. } => code::TOO_LARGE,
            Self::Disconnected(_) => code::UNAVAILABLE,
        }
    }
}

/// A subscription that is being asked for: `router.subscribe::<Progress>().key(&7).await?`.
#[must_use = "nobody is asked for events before this is awaited"]
pub struct Subscribing<'a, C: ?Sized, E> {
    caller: &'a C,
    key: Option<Result<String, serde_json::Error>>,
    event: PhantomData<fn() -> E>,
}

impl<'a, C: ?Sized, E> Subscribing<'a, C, E> {
    /// Asks `caller` for all events of `E`.
    pub fn new(caller: &'a C) -> Self {
        Self { caller, key: None, event: PhantomData }
    }

    /// Asks for the events that have this key, and no others.
    pub fn key<K>(mut self, key: &K) -> Self
    where
        E: KeyedEvent<Key: Borrow<K>>,
        K: Serialize + ?Sized,
    {
        self.key = Some(key_json(key));
        self
    }
}

impl<'a, C, E> IntoFuture for Subscribing<'a, C, E>
where
    C: Subscribe + Sync + ?Sized,
    E: Event + DeserializeOwned,
{
    type Output = Result<Subscription<E>, SubscribeError>;
    type IntoFuture = BoxFuture<'a, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        let Self { caller, key, .. } = self;
        Box::pin(async move {
            let key = key.transpose().map_err(|error| SubscribeError::Encode(error.to_string()))?;
            caller.subscribe_with(SubscribeOptions { key }).await
        })
    }
}

impl<C: ?Sized, E: Event> fmt::Debug for Subscribing<'_, C, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subscribing").field("channel", &E::CHANNEL).field("key", &self.key).finish_non_exhaustive()
    }
}
