//! Who publishes.

use std::sync::Arc;

use super::hub::{Hub, PublishError};
use super::{Event, KeyedEvent, NeverWaits, key_json};
use crate::context::{Context, FromContext};
use crate::failure::Failure;

/// Publishes the events that a router declares. A clone is one reference count.
///
/// [`Router::publisher`](crate::Router::publisher) makes one, also before all events are declared; a handler takes one as
/// a parameter, which does not travel. Subscriptions in this process go on as long as there is a router or a publisher.
#[derive(Debug, Clone)]
pub struct Publisher {
    hub: Arc<Hub>,
}

impl Publisher {
    pub(crate) fn new(hub: Arc<Hub>) -> Self {
        Self { hub }
    }

    /// Publishes an event to all who subscribe to it, and waits for nobody.
    ///
    /// It is encoded once, however many they are, and not at all where nobody subscribes and nothing is retained. All of
    /// them see the events of one channel in the same order.
    ///
    /// # Errors
    ///
    /// The router does not declare the event, or the event cannot be written as JSON.
    pub fn publish<E: NeverWaits>(&self, event: &E) -> Result<(), PublishError> {
        self.hub.publish(event)
    }

    /// Publishes an event, and waits until each subscriber has room for it if its lag is [`Wait`](crate::Lag::Wait).
    ///
    /// Those who publish such an event while another waits take turns, in the order in which they came.
    ///
    /// # Errors
    ///
    /// The router does not declare the event, or the event cannot be written as JSON.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future before its turn has come publishes nothing. Later, every subscriber that had room has the
    /// event; those that had none have missed it, and are told so.
    pub async fn publish_and_wait<E: Event>(&self, event: &E) -> Result<(), PublishError> {
        self.hub.publish_and_wait(event).await
    }

    /// Takes back what is retained of an event, so that no new subscriber gets it: all, whatever its key. Who subscribed
    /// before has it already.
    ///
    /// # Errors
    ///
    /// The router does not declare the event.
    pub fn retract<E: Event>(&self) -> Result<(), PublishError> {
        self.hub.retract::<E>(None)
    }

    /// Takes back what is retained of one key of an event: of a job that is done, of a room that is empty.
    ///
    /// # Errors
    ///
    /// The router does not declare the event, or the key cannot be written as JSON.
    pub fn retract_key<E: KeyedEvent>(&self, key: &E::Key) -> Result<(), PublishError> {
        self.hub.retract::<E>(Some(key_json(key)))
    }

    /// How many subscribe to an event, those to one of its keys and those to several events included.
    pub fn subscribers<E: Event>(&self) -> usize {
        self.hub.subscribers::<E>()
    }
}

impl FromContext for Publisher {
    fn from_context(cx: &Context) -> Result<Self, Failure> {
        Ok(cx.publisher())
    }
}
