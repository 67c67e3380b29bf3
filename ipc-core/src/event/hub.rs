//! The hub: whom an event goes to.

use std::any::TypeId;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, RwLock, Weak};

use serde::de::DeserializeOwned;

use super::key::canonical;
use super::log::Run;
use super::pattern::Pattern;
use super::published::{EncodeError, MAX_BYTES};
use super::subscriber::Subscriber;
use super::topic::Topic;
use super::{Event, NeverWaits};
use crate::failure::{Failure, code};
use crate::grants::access::Access;
use crate::tap::Taps;

/// The events that a router declares, and all who subscribe to them.
///
/// All subscribers see the events of one channel in one order: that in which they were published. Nothing that the
/// application wrote runs while anything is locked.
#[derive(Default)]
pub struct Hub {
    topics: RwLock<BTreeMap<&'static str, Arc<Topic>>>,
    /// Numbers the subscriptions.
    subscriptions: AtomicU64,
    /// Numbers what is retained.
    clock: Arc<AtomicU64>,
    /// Who watches what passes by.
    taps: Arc<Taps>,
}

/// What holds wherever the table of events is locked.
const HELD: &str = "nothing panics while it holds the events";

/// Why an event was not published.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PublishError {
    /// The router does not declare the event.
    #[error(
        "the router does not declare the event `{event}` of `{channel}`: add it with `.event::<{}>()`",
        unqualified(.event)
    )]
    NotDeclared {
        /// The event's channel.
        channel: &'static str,
        /// The event's type.
        event: &'static str,
    },
    /// The event could not be written as JSON.
    #[error("the event of `{channel}` cannot be written as JSON: {reason}")]
    Encode {
        /// The event's channel.
        channel: &'static str,
        /// What stands against it.
        reason: String,
    },
    /// The event is larger than any message may be.
    #[error("the event of `{channel}` has {size} bytes, and a message has at most {MAX_BYTES}")]
    TooLarge {
        /// The event's channel.
        channel: &'static str,
        /// The bytes of the event.
        size: usize,
    },
}

impl PublishError {
    pub(super) fn of(channel: &'static str, error: EncodeError) -> Self {
        match error {
            EncodeError::Json(error) => Self::Encode { channel, reason: error.to_string() },
            EncodeError::TooLarge(size) => Self::TooLarge { channel, size },
        }
    }
}

/// The name of a type without its path.
fn unqualified(path: &str) -> &str {
    let end = path.find('<').unwrap_or(path.len());
    let start = path.get(..end).and_then(|name| name.rfind("::")).map_or(0, |at| at + 2);
    path.get(start..).unwrap_or(path)
}

impl Hub {
    /// Declares an event that this process publishes, and nobody else.
    ///
    /// # Errors
    ///
    /// The event that has the channel already; the hub is unchanged.
    pub(crate) fn declare<E: Event>(&self) -> Result<(), Arc<Topic>> {
        self.add(Topic::of::<E>(Arc::clone(&self.clock), Arc::clone(&self.taps)))
    }

    /// Declares an event that peers publish too.
    ///
    /// # Errors
    ///
    /// The event that has the channel already; the hub is unchanged.
    pub(crate) fn declare_shared<E: Event + DeserializeOwned>(&self) -> Result<(), Arc<Topic>> {
        self.add(Topic::of::<E>(Arc::clone(&self.clock), Arc::clone(&self.taps)).shared::<E>())
    }

    fn add(&self, mut topic: Topic) -> Result<(), Arc<Topic>> {
        let mut topics = self.topics.write().expect(HELD);
        if let Some(first) = topics.get(topic.channel) {
            return Err(Arc::clone(first));
        }
        topic.number = topics.len();
        topics.insert(topic.channel, Arc::new(topic));
        Ok(())
    }

    /// Who watches what passes by.
    pub(crate) fn taps(&self) -> &Arc<Taps> {
        &self.taps
    }

    /// The event of this channel.
    pub(crate) fn topic(&self, channel: &str) -> Option<Arc<Topic>> {
        self.topics.read().expect(HELD).get(channel).cloned()
    }

    /// All events, sorted by channel.
    pub(crate) fn topics(&self) -> Vec<Arc<Topic>> {
        self.topics.read().expect(HELD).values().cloned().collect()
    }

    fn topic_of<E: Event>(&self) -> Result<Arc<Topic>, PublishError> {
        let declared = self.topic(E::CHANNEL).filter(|topic| topic.event == TypeId::of::<E>());
        declared.ok_or(PublishError::NotDeclared { channel: E::CHANNEL, event: std::any::type_name::<E>() })
    }

    /// Publishes an event. It is not even written where nobody subscribes and nothing is retained.
    ///
    /// # Errors
    ///
    /// The event is not declared, or cannot be written.
    pub fn publish<E: NeverWaits>(&self, event: &E) -> Result<(), PublishError> {
        let topic = self.topic_of::<E>()?;
        if let Some(event) = topic.encode(event)? {
            topic.deliver(&event);
        }
        Ok(())
    }

    /// Publishes an event, and waits until every subscriber has room for it, where its lag says so.
    ///
    /// Those who publish the same event while somebody waits take turns.
    ///
    /// # Errors
    ///
    /// The event is not declared, or cannot be written.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future before its turn has come publishes nothing. Later, every subscriber that had room has the
    /// event; those that had none have missed it, and are told so.
    pub async fn publish_and_wait<E: Event>(&self, event: &E) -> Result<(), PublishError> {
        let topic = self.topic_of::<E>()?;
        if let Some(event) = topic.encode(event)? {
            topic.deliver_and_wait(&event).await;
        }
        Ok(())
    }

    /// Retains nothing more of an event: of all its keys, or of one.
    ///
    /// # Errors
    ///
    /// The event is not declared, or the key cannot be written.
    pub fn retract<E: Event>(&self, key: Option<Result<String, serde_json::Error>>) -> Result<(), PublishError> {
        let topic = self.topic_of::<E>()?;
        let key = key.transpose().and_then(|key| key.as_deref().map(canonical).transpose());
        topic.retract(key.map_err(|error| PublishError::of(E::CHANNEL, EncodeError::Json(error)))?.as_deref());
        Ok(())
    }

    /// How many subscribe to an event, those to one of its keys and those to several events included.
    pub fn subscribers<E: Event>(&self) -> usize {
        self.topic_of::<E>().map_or(0, |topic| topic.subscribers())
    }

    /// Subscribes to one event, or to all whose channels begin alike (`jobs:*`, `*`), of those that are declared by now.
    /// `key` is the JSON of the one key that is asked for.
    ///
    /// What is retained of them is handed to the subscriber first, in the order in which it was published; after that,
    /// it is offered every event that is published, and none is lost or doubled in between.
    ///
    /// Whoever may not subscribe to all that match gets those of the others.
    ///
    /// # Errors
    ///
    /// No event matches, none of them is granted, or a key is asked for that cannot be.
    pub fn subscribe(
        &self,
        pattern: &str,
        key: Option<&str>,
        subscriber: Arc<dyn Subscriber>,
        access: Option<&Access>,
    ) -> Result<HubSubscription, Failure> {
        let (text, pattern) = (pattern, Pattern::read(pattern)?);
        let mut topics: Vec<_> = self.topics().into_iter().filter(|topic| pattern.matches(topic.channel)).collect();
        if let Some(access) = access {
            let matched = topics.clone();
            topics.retain(|topic| access.allows_event(topic.number));
            if topics.is_empty() {
                return Err(pattern.refused(text, &matched, access));
            }
        }
        let key = key.map(|key| self.key(pattern, key)).transpose()?;
        if topics.is_empty() {
            return Err(pattern.unknown());
        }
        let id = self.subscriptions.fetch_add(1, Ordering::Relaxed);
        {
            // All at once, so that nothing is published in between. They are sorted, and nobody else holds two.
            let mut states: Vec<_> = topics.iter().map(|topic| topic.lock()).collect();
            let mut retained: Vec<_> = states.iter().flat_map(|state| state.retained(key.as_deref())).collect();
            retained.sort_unstable_by_key(|(time, _)| *time);
            subscriber.begin(retained.into_iter().map(|(_, event)| event).collect());
            for state in &mut states {
                state.add(id, key.as_deref(), Arc::clone(&subscriber));
            }
        }
        subscriber.wake();
        Ok(HubSubscription(Arc::new(Subscribed { id, key, topics: topics.iter().map(Arc::downgrade).collect() })))
    }

    /// The canonical text of the key that is asked for.
    fn key(&self, pattern: Pattern<'_>, key: &str) -> Result<String, Failure> {
        let refused = |said: fmt::Arguments<'_>| Failure::new(code::INVALID_INPUT, said);
        let Pattern::Exactly(channel) = pattern else {
            return Err(refused(format_args!(
                "a key tells the events of one channel apart, and a `*` asks for several"
            )));
        };
        let topic = self.topic(channel).ok_or_else(|| pattern.unknown())?;
        if !topic.keyed {
            return Err(refused(format_args!("the event of `{channel}` has no key, and one was asked for")));
        }
        canonical(key).map_err(|error| refused(format_args!("the key is no JSON: {error}")))
    }
}

/// Whoever subscribes in this process learns that nothing follows.
impl Drop for Hub {
    fn drop(&mut self) {
        for topic in self.topics() {
            topic.end();
        }
    }
}

impl fmt::Debug for Hub {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let channels: Vec<_> = self.topics().iter().map(|topic| topic.channel).collect();
        f.debug_struct("Hub").field("events", &channels).finish_non_exhaustive()
    }
}

/// A subscription. Dropping it ends it; it does not keep the hub.
#[derive(Debug)]
#[must_use]
pub struct HubSubscription(Arc<Subscribed>);

/// What a subscription is to.
#[derive(Debug)]
pub struct Subscribed {
    id: u64,
    key: Option<String>,
    topics: Vec<Weak<Topic>>,
}

impl HubSubscription {
    /// What it is to, to be looked at where the subscription itself cannot be kept hold of.
    pub fn subscribed(&self) -> Arc<Subscribed> {
        Arc::clone(&self.0)
    }

    /// Where what is kept for it is taken; nothing, where its events are offered one by one whoever subscribes.
    pub fn tail(&self) -> Option<Tail> {
        let Subscribed { id, key, topics } = &*self.0;
        match topics.as_slice() {
            [topic] if key.is_none() => Some(Tail { id: *id, topic: Weak::clone(topic) }),
            _ => None,
        }
    }
}

/// Where a subscriber that [follows](Subscriber::follows) takes what has come. It keeps neither hub nor subscription.
#[derive(Debug)]
pub struct Tail {
    id: u64,
    topic: Weak<Topic>,
}

impl Tail {
    /// Takes all that has come, if anything has. `hold` is called while the topic is held, and `then` when it is not any
    /// more: with what `hold` holds, the order in which runs are taken is that in which something is done with them. `hold`
    /// may neither wait for long, nor wake anybody, nor call the hub.
    pub fn take<H>(&self, hold: impl FnOnce(&Run) -> H, then: impl FnOnce(H, &Run)) {
        // Let go last: with it may go what drops things of the application.
        let Some(topic) = self.topic.upgrade() else { return };
        if let Some((held, run)) = topic.take(self.id, hold) {
            then(held, &run);
        }
    }
}

impl Subscribed {
    /// Ends what of the subscription is granted no more.
    pub fn hold_to(&self, access: &Access) -> Held {
        let mut held = Held { lost: Vec::new(), is_over: true, failure: None };
        for topic in self.topics.iter().filter_map(Weak::upgrade) {
            if access.allows_event(topic.number) {
                held.is_over &= !self.is_in(&topic);
            } else if self.leave(&topic) {
                held.lost.push(topic.channel);
                held.failure = Some(access.deny_event(topic.number));
            }
        }
        // One that is over has nothing left to lose.
        held.is_over &= !held.lost.is_empty();
        held
    }

    fn is_in(&self, topic: &Topic) -> bool {
        topic.lock().has(self.id, self.key.as_deref())
    }

    /// Answers whether the subscriber was there.
    fn leave(&self, topic: &Topic) -> bool {
        let removed = topic.lock().remove(self.id, self.key.as_deref());
        // Not within the statement above, which holds the topic.
        removed.is_some()
    }
}

/// What is left of a subscription whose grants have changed.
#[derive(Debug)]
#[must_use]
pub struct Held {
    /// The channels of which nothing comes any more.
    pub lost: Vec<&'static str>,
    /// There is no other.
    pub is_over: bool,
    /// What the subscriber is told where there is no other.
    pub failure: Option<Failure>,
}

impl Drop for HubSubscription {
    fn drop(&mut self) {
        for topic in self.0.topics.iter().filter_map(Weak::upgrade) {
            self.0.leave(&topic);
        }
    }
}
