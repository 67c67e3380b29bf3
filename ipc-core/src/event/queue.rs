//! What waits for one subscriber that takes nothing now.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;

use super::Lag;
use super::published::PublishedEvent;

#[cfg(test)]
mod tests;

/// The events that wait for one subscriber, in the order in which they were published.
///
/// A subscription to `*` mixes events of several lags, so each event's own decides. An event makes room only at the
/// cost of those that may be missed: one whose lag is [`Lag::Wait`] or [`Lag::Disconnect`] is never dropped, and the
/// latest of a [`Lag::KeepLatest`] only for another such.
#[derive(Debug)]
pub struct LagQueue {
    max_events: usize,
    max_bytes: usize,
    events: usize,
    bytes: usize,
    /// How many were pushed: the place of the next one.
    place: u64,
    missed: u64,
    /// What was retained when the subscription began. It stands before all others and outside the bounds.
    retained: VecDeque<Arc<PublishedEvent>>,
    /// Those that must not be dropped.
    kept: VecDeque<(u64, Arc<PublishedEvent>)>,
    /// Those of which the oldest is dropped.
    droppable: VecDeque<(u64, Arc<PublishedEvent>)>,
    droppable_bytes: usize,
    /// Those of which only the latest waits, and for each channel and key the place of that.
    latest: BTreeMap<u64, Arc<PublishedEvent>>,
    latest_bytes: usize,
    places: HashMap<(&'static str, Option<Box<str>>), u64>,
}

/// What became of an event that was pushed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum Pushed {
    /// It waits for the subscriber; or it was missed, or others were for its sake, and the subscriber will be told.
    Queued,
    /// It does not wait: its lag is [`Lag::Wait`], and there is no room. Nothing has changed.
    Full,
    /// It does not wait: its lag is [`Lag::Disconnect`], and there is no room. The subscription ends behind what waits
    /// already.
    Disconnect,
}

/// What the subscriber gets next.
#[derive(Debug, Clone)]
pub enum Delivery {
    /// So many events were missed since the last that was delivered.
    Missed(u64),
    /// An event.
    Event(Arc<PublishedEvent>),
}

impl LagQueue {
    /// An empty queue, which holds at most so many events of so many bytes of payload. One event always fits.
    pub fn new(max_events: usize, max_bytes: usize) -> Self {
        Self {
            max_events: max_events.max(1),
            max_bytes,
            events: 0,
            bytes: 0,
            place: 0,
            missed: 0,
            retained: VecDeque::new(),
            kept: VecDeque::new(),
            droppable: VecDeque::new(),
            droppable_bytes: 0,
            latest: BTreeMap::new(),
            latest_bytes: 0,
            places: HashMap::new(),
        }
    }

    /// Puts what is retained before everything else, outside the bounds: the hub holds these events anyway, and bounds
    /// them itself.
    pub fn begin(&mut self, retained: Vec<Arc<PublishedEvent>>) {
        self.retained.extend(retained);
    }

    /// Puts an event behind the others, as its lag says.
    pub fn push(&mut self, event: &Arc<PublishedEvent>) -> Pushed {
        match event.lag() {
            Lag::Wait if !self.has_room(event) => return Pushed::Full,
            Lag::Disconnect if !self.has_room(event) => return Pushed::Disconnect,
            Lag::Wait | Lag::Disconnect => self.keep(event),
            Lag::DropOldest => {
                let (events, bytes) = (self.droppable.len(), self.droppable_bytes);
                if !self.would_fit(event, events, bytes) {
                    self.missed += 1;
                    return Pushed::Queued;
                }
                while !self.has_room(event) && self.drop_oldest() {}
                self.count(event);
                self.droppable_bytes += event.payload_bytes();
                self.droppable.push_back((self.place, Arc::clone(event)));
            }
            Lag::KeepLatest => {
                self.replace(event);
                let (events, bytes) = (self.droppable.len(), self.droppable_bytes);
                let (events, bytes) = (events + self.latest.len(), bytes + self.latest_bytes);
                if !self.would_fit(event, events, bytes) {
                    self.missed += 1;
                    return Pushed::Queued;
                }
                while !self.has_room(event) && (self.drop_oldest() || self.drop_oldest_latest()) {}
                self.count(event);
                self.latest_bytes += event.payload_bytes();
                self.latest.insert(self.place, Arc::clone(event));
                self.places.insert(identity(event), self.place);
            }
        }
        Pushed::Queued
    }

    /// Puts an event behind the others of which its publisher has been told that it is taken: one for which publishers wait
    /// is kept however many there are. Whoever calls it bounds them.
    pub fn push_taken(&mut self, event: &Arc<PublishedEvent>) -> Pushed {
        if event.lag() != Lag::Wait {
            return self.push(event);
        }
        self.keep(event);
        Pushed::Queued
    }

    fn keep(&mut self, event: &Arc<PublishedEvent>) {
        self.count(event);
        self.kept.push_back((self.place, Arc::clone(event)));
    }

    /// What the subscriber gets next, and takes out of the queue.
    pub fn pop(&mut self) -> Option<Delivery> {
        if let Some(event) = self.retained.pop_front() {
            return Some(Delivery::Event(event));
        }
        if self.missed > 0 {
            return Some(Delivery::Missed(std::mem::take(&mut self.missed)));
        }
        if self.droppable.is_empty() && self.latest.is_empty() {
            return self.take_kept().map(Delivery::Event);
        }
        let kept = self.kept.front().map(|(place, _)| *place);
        let droppable = self.droppable.front().map(|(place, _)| *place);
        let latest = self.latest.first_key_value().map(|(place, _)| *place);
        let first = [kept, droppable, latest].into_iter().flatten().min();
        let event = if first == kept {
            self.take_kept()?
        } else if first == droppable {
            self.take_droppable()?
        } else {
            self.take_latest()?
        };
        Some(Delivery::Event(event))
    }

    /// Takes out the events of these channels, without a word: the subscriber may not have them any more.
    pub fn withdraw(&mut self, channels: &[&'static str]) {
        let stays = |event: &Arc<PublishedEvent>| !channels.contains(&event.channel());
        self.retained.retain(stays);
        self.kept.retain(|(_, event)| stays(event));
        self.droppable.retain(|(_, event)| stays(event));
        self.latest.retain(|_, event| stays(event));
        self.places.retain(|(channel, _), _| !channels.contains(channel));
        let bytes = |event: &Arc<PublishedEvent>| event.payload_bytes();
        self.droppable_bytes = self.droppable.iter().map(|(_, event)| bytes(event)).sum();
        self.latest_bytes = self.latest.values().map(bytes).sum();
        self.events = self.kept.len() + self.droppable.len() + self.latest.len();
        let kept: usize = self.kept.iter().map(|(_, event)| bytes(event)).sum();
        self.bytes = kept + self.droppable_bytes + self.latest_bytes;
    }

    /// Counts an event that was published and will not be pushed.
    pub fn miss(&mut self) {
        self.missed += 1;
    }

    /// Whether nothing waits.
    pub fn is_empty(&self) -> bool {
        self.events == 0 && self.missed == 0 && self.retained.is_empty()
    }

    /// Whether this event fits without another being dropped.
    pub fn has_room(&self, event: &PublishedEvent) -> bool {
        self.would_fit(event, 0, 0)
    }

    /// Whether the event would fit if so many events of so many bytes were dropped.
    fn would_fit(&self, event: &PublishedEvent, events: usize, bytes: usize) -> bool {
        let (left, left_bytes) = (self.events.saturating_sub(events), self.bytes.saturating_sub(bytes));
        left == 0 || (left < self.max_events && left_bytes.saturating_add(event.payload_bytes()) <= self.max_bytes)
    }

    fn count(&mut self, event: &PublishedEvent) {
        self.place += 1;
        self.events += 1;
        self.bytes += event.payload_bytes();
    }

    fn discount(&mut self, event: &PublishedEvent) {
        self.events -= 1;
        self.bytes -= event.payload_bytes();
    }

    /// Drops the event of the same channel and key that waits.
    fn replace(&mut self, event: &PublishedEvent) {
        let Some(place) = self.places.remove(&identity(event)) else { return };
        if let Some(replaced) = self.latest.remove(&place) {
            self.latest_bytes -= replaced.payload_bytes();
            self.discount(&replaced);
            self.missed += 1;
        }
    }

    fn drop_oldest(&mut self) -> bool {
        let dropped = self.take_droppable().is_some();
        self.missed += u64::from(dropped);
        dropped
    }

    fn drop_oldest_latest(&mut self) -> bool {
        let dropped = self.take_latest().is_some();
        self.missed += u64::from(dropped);
        dropped
    }

    fn take_kept(&mut self) -> Option<Arc<PublishedEvent>> {
        let (_, event) = self.kept.pop_front()?;
        self.discount(&event);
        Some(event)
    }

    fn take_droppable(&mut self) -> Option<Arc<PublishedEvent>> {
        let (_, event) = self.droppable.pop_front()?;
        self.droppable_bytes -= event.payload_bytes();
        self.discount(&event);
        Some(event)
    }

    fn take_latest(&mut self) -> Option<Arc<PublishedEvent>> {
        let (_, event) = self.latest.pop_first()?;
        self.latest_bytes -= event.payload_bytes();
        self.places.remove(&identity(&event));
        self.discount(&event);
        Some(event)
    }
}

/// What the latest of is kept.
fn identity(event: &PublishedEvent) -> (&'static str, Option<Box<str>>) {
    (event.channel(), event.key().map(Box::from))
}
