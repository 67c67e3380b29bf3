//! Events: what this process tells everyone who asked to be told.
//!
//! [`hub`] finds the subscribers of an event, [`published`] is the event on its way, encoded once for all of them, and
//! [`log`] is what many take in runs, and [`queue`] what waits for one that takes nothing now. [`subscription`] is the
//! other side.

pub(crate) mod any;
pub(crate) mod hub;
mod key;
pub(crate) mod local;
pub(crate) mod log;
mod pattern;
pub(crate) mod published;
pub(crate) mod publisher;
pub(crate) mod queue;
pub(crate) mod retained;
pub(crate) mod subscribe;
pub(crate) mod subscriber;
pub(crate) mod subscription;
#[cfg(test)]
pub(crate) mod tests;
pub(crate) mod topic;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Serialize};

use crate::handler::{HandlerDoc, HandlerItem};
use crate::validation::Issues;

/// What a process publishes on one channel, to all who subscribe to it.
///
/// [`derive(Event)`](derive@crate::Event) implements it:
///
/// ```
/// use ipc_core::Event;
/// use schemars::JsonSchema;
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Event)]
/// #[event("status:changed", retain, crate = ipc_core)]
/// struct StatusChanged {
///     online: bool,
/// }
///
/// assert_eq!((StatusChanged::CHANNEL, StatusChanged::RETAIN), ("status:changed", true));
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an event",
    label = "no channel has this as its event",
    note = "derive it: `#[derive(Serialize, Deserialize, JsonSchema, Event)]` and `#[event(\"namespace:happened\")]`"
)]
pub trait Event: Serialize + JsonSchema + Send + Sync + 'static {
    /// The channel's name, `namespace:happened`.
    const CHANNEL: &'static str;
    /// Where the type stands, for messages that name it.
    const ITEM: HandlerItem;
    /// What the type's documentation says.
    const DOC: HandlerDoc;
    /// The permission that it takes to subscribe: that of the channel's name, which peers of the same user have, where the
    /// event names none.
    const PERMISSION: Option<&'static str> = None;
    /// The permission that it takes to publish the event, where peers may: `namespace:happened:publish` where the event
    /// names none. A peer of the same user has that as long as no permission to subscribe is named either.
    const PUBLISH_PERMISSION: Option<&'static str> = None;
    /// Whether a new subscriber gets the last event at once: the last of each key, where the event has keys.
    const RETAIN: bool = false;
    /// What becomes of a subscriber that does not keep up.
    const LAG: Lag = Lag::DropOldest;

    /// The JSON of this event's key, where the event has one.
    #[doc(hidden)]
    fn key_json(&self) -> Option<Result<String, serde_json::Error>> {
        None
    }

    /// The schema of the key, where the event has one.
    #[doc(hidden)]
    fn describe_key(generator: &mut SchemaGenerator) -> Option<Schema> {
        let _: &mut SchemaGenerator = generator;
        None
    }

    /// The event's schema once more, with the marks of its fields, where any is marked.
    #[doc(hidden)]
    fn describe_marks(generator: &mut SchemaGenerator) -> Option<Schema> {
        let _: &mut SchemaGenerator = generator;
        None
    }

    /// Checks the constraints on an event that a peer publishes.
    #[doc(hidden)]
    fn validate(&self, issues: &mut Issues);
}

/// An event whose subscribers can ask for one key: `client.subscribe::<Progress>().key(&7).await?`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no key, so nobody can subscribe to one",
    label = "this event is published to all its subscribers",
    note = "name the field that tells one from another: `#[event(\"job:progress\", key = \"job\")]`"
)]
pub trait KeyedEvent: Event {
    /// What its subscribers tell it apart by.
    type Key: Serialize;
}

/// An event that is published without waiting for anybody: each whose lag is not `wait`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be published without waiting for its subscribers",
    label = "this is no event, or one whose lag is `wait`, of which no subscriber misses any",
    note = "wait for them: `publish_and_wait(&event).await`",
    note = "or let those that are too slow miss some: `#[event(…, lag = \"drop_oldest\")]`"
)]
pub trait NeverWaits: Event {}

/// What becomes of a subscriber that takes events slower than they are published.
///
/// Whatever it is, a slow subscriber slows no other subscriber, and what waits for it has a bound. It learns how many
/// it missed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Lag {
    /// Nobody misses an event: whoever publishes one waits until every subscriber has room for it.
    Wait,
    /// The subscriber misses the oldest of those that wait for it.
    DropOldest,
    /// Only the latest waits for the subscriber (the latest of each key, where the event has keys): it misses those in
    /// between.
    KeepLatest,
    /// The subscription ends.
    Disconnect,
}

/// The JSON of an event's key.
///
/// # Errors
///
/// The key cannot be written as JSON.
pub fn key_json<K: Serialize + ?Sized>(key: &K) -> Result<String, serde_json::Error> {
    serde_json::to_string(key)
}
