//! One event of a hub: who subscribed to it, and what of it is retained.

use std::any::TypeId;
use std::collections::HashMap;
use std::fmt;
use std::future::poll_fn;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::Poll;

use bytes::Bytes;
use schemars::generate::SchemaSettings;
use serde::de::DeserializeOwned;
use tokio::task::unconstrained;

use super::hub::PublishError;
use super::key::canonical;
use super::log::{Log, Logged, Run, Subscribers};
use super::published::{EncodeError, PublishedEvent};
use super::retained::Retained;
use super::subscriber::{Offer, Subscriber};
use super::{Event, Lag};
use crate::body::read_with;
use crate::description::{EventDraft, Generators};
use crate::failure::{Failure, code};
use crate::grants::needs::Need;
use crate::handler::HandlerItem;
use crate::json::read_json;
use crate::remote::BoxFuture;
use crate::route::explain;
use crate::tap::Taps;
use crate::validation::Issues;

/// A declared event without its type.
pub(crate) struct Topic {
    pub(crate) channel: &'static str,
    /// Its place among the events of its hub.
    pub(crate) number: usize,
    pub(crate) item: HandlerItem,
    /// The type that was declared: another with the same channel is not published here.
    pub(super) event: TypeId,
    pub(super) keyed: bool,
    permission: Option<&'static str>,
    publish_permission: Option<&'static str>,
    lag: Lag,
    retain: bool,
    /// Reads what a peer publishes, where peers may.
    read: Option<Read>,
    pub(crate) describe: fn(&mut Generators) -> EventDraft,
    /// Whoever publishes an event that waits for subscribers has it until all have taken the event; not asked for while
    /// nobody waits.
    turn: tokio::sync::Mutex<()>,
    state: Mutex<State>,
    /// Tells when an event was published, over all topics of the hub.
    clock: Arc<AtomicU64>,
    /// Who watches what passes by.
    taps: Arc<Taps>,
}

type Read = fn(&Topic, &[u8], Vec<Bytes>) -> Result<Option<Arc<PublishedEvent>>, Failure>;

#[derive(Default)]
pub(super) struct State {
    /// Those who follow stand in the log.
    of_all: Subscribers,
    log: Log,
    /// Those of one key, by its canonical text: the others' events cost them nothing.
    of_key: HashMap<String, Subscribers>,
    retained: Retained,
    /// How many have the turn, or wait for it.
    turns: usize,
}

impl Topic {
    pub(super) fn of<E: Event>(clock: Arc<AtomicU64>, taps: Arc<Taps>) -> Self {
        let mut generator = SchemaSettings::draft2020_12().into_generator();
        Self {
            channel: E::CHANNEL,
            number: 0,
            item: E::ITEM,
            event: TypeId::of::<E>(),
            keyed: E::describe_key(&mut generator).is_some(),
            permission: E::PERMISSION,
            publish_permission: E::PUBLISH_PERMISSION,
            lag: E::LAG,
            retain: E::RETAIN,
            read: None,
            describe: EventDraft::of::<E>,
            turn: tokio::sync::Mutex::new(()),
            state: Mutex::default(),
            clock,
            taps,
        }
    }

    /// The same event, which peers publish too.
    pub(super) fn shared<E: Event + DeserializeOwned>(mut self) -> Self {
        self.read = Some(read::<E>);
        self
    }

    /// Whether peers may publish it.
    pub(crate) fn is_shared(&self) -> bool {
        self.read.is_some()
    }

    /// What it takes to subscribe to it, and to publish it.
    pub(crate) fn needs(&self) -> [Need; 2] {
        let publishing = Need::to_publish(self.channel, self.publish_permission, self.permission, self.is_shared());
        [Need::to_use(self.channel, self.permission), publishing]
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("nothing panics while it holds a topic")
    }

    /// Encodes an event, where somebody wants it. The event's own code runs here, where nothing is held.
    pub(super) fn encode<E: Event>(&self, event: &E) -> Result<Option<Arc<PublishedEvent>>, PublishError> {
        let fault = |error| PublishError::of(E::CHANNEL, error);
        let key = match event.key_json() {
            None => None,
            Some(key) => Some(key.and_then(|key| canonical(&key)).map_err(|error| fault(EncodeError::Json(error)))?),
        };
        if !self.retain && !self.lock().has_subscriber(key.as_deref()) {
            return Ok(None);
        }
        PublishedEvent::encode(event, key).map(|event| Some(Arc::new(event))).map_err(fault)
    }

    /// Retains nothing more of all keys, or of one.
    pub(super) fn retract(&self, key: Option<&str>) {
        let taken = self.lock().retained.take(key);
        // Not within the statement above, which holds the topic.
        drop(taken);
    }

    /// Publishes what a peer sends, as if this process published it. The event is read and checked at once; it is
    /// published when the future is polled.
    ///
    /// # Cancel safety
    ///
    /// As for [`deliver_and_wait`](Self::deliver_and_wait).
    pub(crate) fn receive(
        self: Arc<Self>,
        json: &[u8],
        attachments: Vec<Bytes>,
    ) -> Result<impl Future<Output = ()> + Send + use<>, Failure> {
        let denied = || {
            let said = format_args!("the event of `{}` is published by this process alone", self.channel);
            Failure::new(code::DENIED, said)
        };
        let event = self.read.ok_or_else(denied)?(&self, json, attachments)?;
        Ok(async move {
            if let Some(event) = event {
                self.deliver_and_wait(&event).await;
            }
        })
    }

    /// Offers an event to all who want it, and retains it. Those that have no room have missed it.
    pub(super) fn deliver(&self, event: &Arc<PublishedEvent>) {
        for subscriber in self.offer(event) {
            drop(Owed { subscriber, event: Arc::clone(event), is_settled: false });
        }
    }

    /// Offers an event to all who want it, and waits for those that have no room, where its lag says so.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future before its turn has come publishes nothing. Later, every subscriber that had room has the
    /// event; those that had none have missed it, and are told so.
    pub(super) async fn deliver_and_wait(&self, event: &Arc<PublishedEvent>) {
        if self.lag != Lag::Wait {
            return self.deliver(event);
        }
        let (_turn, full) = match self.offer_unless_others_wait(event) {
            Some((None, _)) => return,
            Some((turn, full)) => (turn, full),
            None => {
                let mut turn = Turn { topic: self, held: None };
                // A task that has used up its budget would be sent away here without a place in the line, and whoever
                // comes later would pass it.
                turn.held = Some(unconstrained(self.turn.lock()).await);
                (Some(turn), self.offer(event))
            }
        };
        let owed = |subscriber| Owed { subscriber, event: Arc::clone(event), is_settled: false };
        let mut waiting: Vec<BoxFuture<'static, ()>> =
            full.into_iter().map(|subscriber| Box::pin(owed(subscriber).settle()) as _).collect();
        // Side by side: whoever has room first need not wait for the others.
        poll_fn(|cx| {
            waiting.retain_mut(|settling| settling.as_mut().poll(cx).is_pending());
            if waiting.is_empty() { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
    }

    /// Offers an event to all who want it, retains it, and answers who has no room, with the turn where that is anybody;
    /// nothing where others wait, and a place in the line has been counted.
    fn offer_unless_others_wait(&self, event: &Arc<PublishedEvent>) -> Option<(Option<Turn<'_>>, Full)> {
        let mut state = self.lock();
        if state.turns > 0 {
            state.turns += 1;
            return None;
        }
        let offered = self.offer_within(&mut state, event);
        let turn = (!offered.full.is_empty()).then(|| {
            state.turns = 1;
            let held = self.turn.try_lock().expect("nobody has the turn or waits for it");
            Turn { topic: self, held: Some(held) }
        });
        drop(state);
        Some((turn, self.finish(event, offered)))
    }

    /// Offers an event to all who want it, retains it, and answers who has no room.
    fn offer(&self, event: &Arc<PublishedEvent>) -> Full {
        let offered = self.offer_within(&mut self.lock(), event);
        self.finish(event, offered)
    }

    /// Does what is left to do when the topic is not held any more, and answers who has no room.
    fn finish(&self, event: &PublishedEvent, offered: Offered) -> Full {
        if self.taps.is_watched() {
            self.taps.event(event, offered.subscribers);
        }
        for subscriber in offered.told {
            subscriber.wake();
        }
        if let Some(Logged { told, slow }) = offered.logged {
            told.iter().for_each(|(_, subscriber)| subscriber.tell());
            slow.iter().for_each(|subscriber| subscriber.hurry());
        }
        offered.full
    }

    fn offer_within(&self, state: &mut State, event: &Arc<PublishedEvent>) -> Offered {
        let mut offered = Offered::default();
        if self.retain {
            offered.forgotten = state.retained.put(self.clock.fetch_add(1, Ordering::Relaxed), event);
        }
        if Log::takes(event) {
            offered.logged = state.log.put(event, &mut state.of_all);
        } else {
            state.log.dissolve(&mut state.of_all);
        }
        let of_key = event.key().and_then(|key| state.of_key.get(key));
        offered.subscribers = state.log.len() + state.of_all.len() + of_key.map_or(0, Subscribers::len);
        let mut gone = Vec::new();
        for (id, subscriber) in state.of_all.iter().chain(of_key.into_iter().flatten()) {
            match subscriber.offer(event) {
                Offer::Attended => {}
                Offer::Full => offered.full.push(Arc::clone(subscriber)),
                Offer::Taken => offered.told.push(Arc::clone(subscriber)),
                Offer::Gone => gone.push(*id),
            }
        }
        // Taken out, they are dropped where the topic is not held.
        let gone = gone.into_iter().flat_map(|id| [state.remove(id, None), state.remove(id, event.key())]);
        offered.told.extend(gone.flatten());
        offered
    }

    /// Takes what is kept for one who follows. `hold` is called while the topic is held, where something is; so what it
    /// holds is held by all who take something for this subscriber, in the order in which they take it.
    pub(super) fn take<H>(&self, id: u64, hold: impl FnOnce(&Run) -> H) -> Option<(H, Run)> {
        let mut state = self.lock();
        let run = state.log.take(id)?;
        Some((hold(&run), run))
    }

    /// How many subscribe to it.
    pub(super) fn subscribers(&self) -> usize {
        let state = self.lock();
        state.log.len() + state.of_all.len() + state.of_key.values().map(Subscribers::len).sum::<usize>()
    }

    /// Tells all subscribers that nothing follows.
    pub(super) fn end(&self) {
        let state = {
            let mut state = self.lock();
            let State { log, of_all, .. } = &mut *state;
            log.dissolve(of_all);
            std::mem::take(&mut *state)
        };
        for subscriber in state.of_all.values().chain(state.of_key.values().flat_map(Subscribers::values)) {
            subscriber.end();
        }
    }
}

impl State {
    fn has_subscriber(&self, key: Option<&str>) -> bool {
        !self.of_all.is_empty() || self.log.len() > 0 || key.is_some_and(|key| self.of_key.contains_key(key))
    }

    /// What is retained of all, or of one key, with the times at which it was published.
    pub(super) fn retained(&self, key: Option<&str>) -> Vec<(u64, Arc<PublishedEvent>)> {
        self.retained.of(key)
    }

    pub(super) fn add(&mut self, id: u64, key: Option<&str>, subscriber: Arc<dyn Subscriber>) {
        match key {
            None => self.of_all.insert(id, subscriber),
            Some(key) => self.of_key.entry(key.to_owned()).or_default().insert(id, subscriber),
        };
    }

    pub(super) fn has(&self, id: u64, key: Option<&str>) -> bool {
        let of_key = |key| self.of_key.get(key).is_some_and(|subscribers| subscribers.contains_key(&id));
        key.map_or_else(|| self.of_all.contains_key(&id) || self.log.has(id), of_key)
    }

    /// Takes a subscriber out, to be dropped where the topic is not held.
    #[must_use]
    pub(super) fn remove(&mut self, id: u64, key: Option<&str>) -> Option<Arc<dyn Subscriber>> {
        let Some(key) = key else { return self.of_all.remove(&id).or_else(|| self.log.remove(id)) };
        let subscribers = self.of_key.get_mut(key)?;
        let removed = subscribers.remove(&id);
        if subscribers.is_empty() {
            self.of_key.remove(key);
        }
        removed
    }
}

/// Those that have no room for an event.
type Full = Vec<Arc<dyn Subscriber>>;

/// What became of an event that was offered to all.
#[derive(Default)]
struct Offered {
    full: Full,
    logged: Option<Logged>,
    /// Those who must be told that they have something.
    told: Vec<Arc<dyn Subscriber>>,
    /// What is retained no more: dropped where the topic is not held.
    forgotten: Vec<Arc<PublishedEvent>>,
    /// How many were offered it.
    subscribers: usize,
}

/// The turn of one publisher, or its place in the line.
struct Turn<'a> {
    topic: &'a Topic,
    held: Option<tokio::sync::MutexGuard<'a, ()>>,
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        // First: who finds that nobody waits takes it at once.
        self.held = None;
        self.topic.lock().turns -= 1;
    }
}

/// A subscriber that has no room for an event. Unless it takes the event later, it has missed it.
struct Owed {
    subscriber: Arc<dyn Subscriber>,
    event: Arc<PublishedEvent>,
    is_settled: bool,
}

impl Owed {
    /// Offers the event until the subscriber takes it, or is gone.
    async fn settle(mut self) {
        loop {
            // Asked first: there may be room since it was full.
            self.subscriber.room(&self.event).await;
            match self.subscriber.offer(&self.event) {
                Offer::Full => {}
                Offer::Taken => {
                    self.is_settled = true;
                    return self.subscriber.wake();
                }
                // The next event that is published takes one that is gone out of the topic.
                Offer::Attended | Offer::Gone => {
                    self.is_settled = true;
                    return;
                }
            }
        }
    }
}

impl Drop for Owed {
    fn drop(&mut self) {
        if !self.is_settled {
            tracing::debug!(channel = self.event.channel(), "a publisher did not wait for a subscriber");
            self.subscriber.miss();
            self.subscriber.wake();
        }
    }
}

/// Reads and checks what a peer publishes, and encodes it as if this process published it.
fn read<E: Event + DeserializeOwned>(
    topic: &Topic,
    json: &[u8],
    attachments: Vec<Bytes>,
) -> Result<Option<Arc<PublishedEvent>>, Failure> {
    let event: E = read_with(attachments, || read_json(json).map_err(|_| explain::<E>(E::CHANNEL, json, &[])))?;
    let mut issues = Issues::default();
    event.validate(&mut issues);
    if !issues.is_empty() {
        return Err(issues.into_failure(E::CHANNEL));
    }
    topic.encode(&event).map_err(Failure::internal)
}

impl fmt::Debug for Topic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Topic").field("channel", &self.channel).field("item", &self.item).finish_non_exhaustive()
    }
}
