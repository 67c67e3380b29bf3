//! The events of a router: which are published, and subscriptions within this process.

use std::sync::Arc;

use serde::de::DeserializeOwned;

use super::{Router, RouterProblem};
use crate::channel;
use crate::event::Event;
use crate::event::any::AnySubscription;
use crate::event::hub::Hub;
use crate::event::local::{self, Bounds};
use crate::event::publisher::Publisher;
use crate::event::subscribe::{Subscribe, SubscribeError, SubscribeOptions, Subscribing};
use crate::event::subscription::Subscription;
use crate::event::topic::Topic;

impl Router {
    /// Lets peers subscribe to `E`, which this process publishes: `.event::<StatusChanged>()`.
    #[must_use]
    pub fn event<E: Event>(self) -> Self {
        let added = self.shared.hub.declare::<E>();
        self.declared::<E>(added)
    }

    /// Lets peers subscribe to `E`, and publish it too: a client's `publish` reaches everyone who subscribes here, this
    /// process included. What a peer publishes is checked as a request is.
    #[must_use]
    pub fn shared_event<E: Event + DeserializeOwned>(self) -> Self {
        let added = self.shared.hub.declare_shared::<E>();
        self.declared::<E>(added)
    }

    fn declared<E: Event>(mut self, added: Result<(), Arc<Topic>>) -> Self {
        let (channel, event) = (E::CHANNEL, E::ITEM);
        self.forget_what_was_made();
        for reason in
            [E::PERMISSION, E::PUBLISH_PERMISSION].into_iter().flatten().filter_map(|p| channel::check(p).err())
        {
            self.problems.push(RouterProblem::PermissionName { item: event, reason });
        }
        if let Err(reason) = channel::check(channel) {
            self.problems.push(RouterProblem::EventName { event, reason });
        }
        if let Some(handler) = self.routes.get(channel) {
            self.problems.push(RouterProblem::HandlerAndEvent { channel, handler: handler.route.item(), event });
        }
        if let Err(first) = added {
            self.problems.push(RouterProblem::DuplicateEvent { channel, first: first.item, second: event });
        }
        self
    }

    /// Sets how many events may wait for one subscriber in this process, and how many bytes they may have together, before
    /// their lag decides: 1024 events of 16 MiB, unless it is set. One event always fits. A connection has limits of its
    /// own.
    #[must_use]
    pub fn event_queue(mut self, events: usize, bytes: usize) -> Self {
        self.event_queue = Bounds { events, bytes };
        self
    }

    /// What publishes the events of this router. It can be had before they are declared, for a state that publishes.
    pub fn publisher(&self) -> Publisher {
        Publisher::new(Arc::clone(&self.shared.hub))
    }

    /// What finds the subscribers of an event.
    #[doc(hidden)]
    pub fn hub(&self) -> &Arc<Hub> {
        &self.shared.hub
    }

    /// Subscribes to an event in this process: `router.subscribe::<StatusChanged>().await?`.
    ///
    /// So many events wait here to be taken as [`event_queue`](Self::event_queue) says; beyond that, the event's lag decides.
    /// The subscription ends when the router and all its [publishers](Self::publisher) are gone.
    ///
    /// # Errors
    ///
    /// What a client would get, when this is awaited; [`SubscribeError::Disconnected`] excepted.
    pub fn subscribe<E: Event + DeserializeOwned>(&self) -> Subscribing<'_, Self, E> {
        Subscribing::new(self)
    }

    /// Subscribes in this process to all events whose channels begin alike, `jobs:*` or `*`, of those that are declared by
    /// now; or to one by its channel's name. The bounds are those of [`subscribe`](Self::subscribe).
    ///
    /// # Errors
    ///
    /// What a client would get; [`SubscribeError::Disconnected`] excepted.
    pub async fn subscribe_any(&self, pattern: &str) -> Result<AnySubscription, SubscribeError> {
        let events =
            local::subscribe(&self.shared.hub, self.event_queue, pattern, None).map_err(SubscribeError::Refused)?;
        Ok(AnySubscription::received(pattern.to_owned(), Box::new(events)))
    }
}

impl Subscribe for Router {
    async fn subscribe_with<E>(&self, options: SubscribeOptions) -> Result<Subscription<E>, SubscribeError>
    where
        E: Event + DeserializeOwned,
    {
        let events = local::subscribe(&self.shared.hub, self.event_queue, E::CHANNEL, options.key.as_deref());
        Ok(Subscription::received(Box::new(events.map_err(SubscribeError::Refused)?)))
    }
}
