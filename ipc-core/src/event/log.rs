//! Small events for many subscribers at once: kept once, and taken by each in runs.
//!
//! What an event costs must not grow with those who get it more than it has to. So an event is put behind the others in
//! the frame in which it travels, and whoever had taken all is told; until then it costs nobody anything more. Each
//! subscriber copies what has come since, when it is about to send.
//!
//! Only those follow the log that take whatever comes: before one of them may not have the next event, it has what came
//! before, and gets its events one by one, as those do that wait for something.

use std::collections::{BTreeMap, VecDeque};
use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard};

use super::Lag;
use super::published::PublishedEvent;
use super::subscriber::Subscriber;
use crate::envelope::{Flags, HEADER_BYTES, Header, Kind};

#[cfg(test)]
mod tests;

/// The payload of the largest event that is kept here. What is larger costs its copies, and little else.
pub const MAX_LOGGED_BYTES: usize = 8 * 1024;

/// After so many bytes, or so many events, whoever has taken none of them is made to: it has work meanwhile, and the log
/// keeps no more than twice as much.
const BATCH_BYTES: u64 = 32 * 1024;
const BATCH_EVENTS: u32 = 256;

/// After so many events it is looked again who may follow.
const REVIEW_EVENTS: u32 = 32;

/// Fewer than these are told of every event by itself: the one copy more is not worth it.
const FEWEST: usize = 4;

/// What whoever begins to follow takes at least, so that it does not come and go with every event, and what is the least
/// with which it still follows.
const LEAST_TO_BEGIN: u64 = 16 * 1024;
const LEAST_TO_STAY: u64 = 2 * 1024;

/// Subscribers by the order in which they came.
pub(super) type Subscribers = BTreeMap<u64, Arc<dyn Subscriber>>;

/// The events that not all who follow have taken.
#[derive(Debug, Default)]
pub(super) struct Log {
    /// Never empty ones, with the place of the first event of each.
    chunks: VecDeque<(u64, Arc<Chunk>)>,
    /// The place of the next event: the bytes of all before it.
    end: u64,
    followers: BTreeMap<u64, Follower>,
    /// Those that have taken all, and are told of the next event.
    caught_up: Vec<(u64, Arc<dyn Subscriber>)>,
    /// How many have not.
    behind: usize,
    /// Before an event has this place, it is looked whether all may still have it.
    allowed: u64,
    /// Where the batch began, how many events it has, and how many there were since the last look.
    batch: u64,
    batch_events: u32,
    unreviewed: u32,
}

#[derive(Debug)]
struct Follower {
    subscriber: Arc<dyn Subscriber>,
    /// The place of the first event that it has not taken.
    at: u64,
}

/// Some events, in the frames in which they travel, whose ids are 0.
#[derive(Debug)]
struct Chunk {
    channel: &'static str,
    lag: Lag,
    frames: Vec<u8>,
}

/// The room of chunks that nobody needs any more. They are made and let go by turns, and mostly not in the same thread.
static ROOMS: Mutex<Vec<Vec<u8>>> = Mutex::new(Vec::new());

/// The rooms that are kept for the next use, by the whole process.
const KEPT_ROOMS: usize = 4;

/// Events that follow each other, for one subscriber.
#[derive(Debug)]
pub struct Run {
    first: Part,
    more: Vec<Part>,
}

#[derive(Debug)]
struct Part {
    chunk: Arc<Chunk>,
    range: Range<usize>,
}

impl Chunk {
    fn of(event: &PublishedEvent) -> Self {
        let room = rooms().pop();
        let frames = room.unwrap_or_else(|| Vec::with_capacity(BATCH_BYTES as usize + HEADER_BYTES + MAX_LOGGED_BYTES));
        Self { channel: event.channel(), lag: event.lag(), frames }
    }

    fn is_full(&self) -> bool {
        self.frames.len() as u64 >= BATCH_BYTES
    }
}

impl Drop for Chunk {
    fn drop(&mut self) {
        let mut room = std::mem::take(&mut self.frames);
        room.clear();
        let mut rooms = rooms();
        if rooms.len() < KEPT_ROOMS {
            rooms.push(room);
        }
    }
}

fn rooms() -> MutexGuard<'static, Vec<Vec<u8>>> {
    ROOMS.lock().expect("nothing panics while it holds the rooms")
}

impl Log {
    /// Whether an event is one that can be kept here. One of which only the latest waits is not: nothing may wait before it.
    pub(super) fn takes(event: &PublishedEvent) -> bool {
        !event.has_attachments() && event.payload_bytes() <= MAX_LOGGED_BYTES && event.lag() != Lag::KeepLatest
    }

    pub(super) fn len(&self) -> usize {
        self.followers.len()
    }

    pub(super) fn has(&self, id: u64) -> bool {
        self.followers.contains_key(&id)
    }

    /// Puts an event behind the others, for all who follow. Before, it is looked from time to time who that is: the others
    /// of them stand in `others`. Answers what is to be done when nothing is held any more.
    pub(super) fn put(&mut self, event: &PublishedEvent, others: &mut Subscribers) -> Option<Logged> {
        if self.followers.is_empty() && others.len() < FEWEST {
            return None;
        }
        let mut slow = Vec::new();
        self.unreviewed += 1;
        let is_full = self.end - self.batch >= BATCH_BYTES || self.batch_events >= BATCH_EVENTS;
        let is_time = !others.is_empty() && self.unreviewed > REVIEW_EVENTS;
        if is_full || is_time || (self.end >= self.allowed && !self.followers.is_empty()) {
            self.review(others);
        }
        if is_full {
            let idle = self.followers.values().filter(|one| one.at <= self.batch && one.at < self.end);
            slow.extend(idle.map(|one| Arc::clone(&one.subscriber)));
            (self.batch, self.batch_events) = (self.end, 0);
            self.trim();
        }
        if self.followers.is_empty() {
            return None;
        }
        self.append(event);
        self.batch_events += 1;
        self.behind = self.followers.len();
        let told = std::mem::take(&mut self.caught_up);
        (!told.is_empty() || !slow.is_empty()).then_some(Logged { told, slow })
    }

    fn append(&mut self, event: &PublishedEvent) {
        let length = u32::try_from(event.payload_bytes()).expect("a small event");
        let header = Header { length, kind: Kind::Event, flags: Flags::default(), channel_bytes: 0, id: 0 }.encode();
        // While somebody copies from one, it is left as it is.
        let open = |(_, chunk): &mut (u64, Arc<Chunk>)| Arc::get_mut(chunk).is_some_and(|chunk| !chunk.is_full());
        if !self.chunks.back_mut().is_some_and(open) {
            self.chunks.push_back((self.end, Arc::new(Chunk::of(event))));
        }
        let (_, chunk) = self.chunks.back_mut().expect("there is one now");
        let frames = &mut Arc::get_mut(chunk).expect("nobody else has it").frames;
        frames.extend_from_slice(&header);
        for segment in event.segments() {
            frames.extend_from_slice(segment);
        }
        self.end += (HEADER_BYTES + event.payload_bytes()) as u64;
    }

    /// What one who follows has not taken, and has taken from now on.
    pub(super) fn take(&mut self, id: u64) -> Option<Run> {
        let followers = self.followers.len();
        let follower = self.followers.get_mut(&id)?;
        let run = run(&self.chunks, follower.at..self.end)?;
        follower.at = self.end;
        if self.caught_up.capacity() == 0 {
            self.caught_up.reserve(followers);
        }
        self.caught_up.push((id, Arc::clone(&follower.subscriber)));
        self.leave_behind();
        Some(run)
    }

    /// One less has something to take.
    fn leave_behind(&mut self) {
        self.behind -= 1;
        if self.behind == 0 {
            // Whoever copies from them has them still.
            self.chunks.clear();
        }
    }

    /// Looks who may follow from here on. One that may not any more takes what it has not taken, and stands among the
    /// others.
    fn review(&mut self, others: &mut Subscribers) {
        self.unreviewed = 0;
        self.allowed = u64::MAX;
        let mut leaving = Vec::new();
        for (id, follower) in &self.followers {
            match follower.subscriber.follows() {
                Some(left) if left.saturating_sub(self.end - follower.at) >= LEAST_TO_STAY => {
                    self.allowed = self.allowed.min(follower.at.saturating_add(left));
                }
                _ => leaving.push(*id),
            }
        }
        for id in leaving {
            self.dismiss(id, others);
        }
        if self.followers.len() + others.len() < FEWEST {
            return;
        }
        let end = self.end;
        let (followers, caught_up, allowed) = (&mut self.followers, &mut self.caught_up, &mut self.allowed);
        others.retain(|id, subscriber| {
            let Some(left) = subscriber.follows().filter(|left| *left >= LEAST_TO_BEGIN) else { return true };
            *allowed = (*allowed).min(end.saturating_add(left));
            caught_up.push((*id, Arc::clone(subscriber)));
            followers.insert(*id, Follower { subscriber: Arc::clone(subscriber), at: end });
            false
        });
    }

    /// Hands what is kept to all who follow, who stand among the others from now on.
    pub(super) fn dissolve(&mut self, others: &mut Subscribers) {
        self.caught_up.clear();
        while let Some((id, _)) = self.followers.first_key_value() {
            let id = *id;
            self.dismiss(id, others);
        }
    }

    fn dismiss(&mut self, id: u64, others: &mut Subscribers) {
        let at = self.followers.get(&id).map_or(self.end, |follower| follower.at);
        let kept = run(&self.chunks, at..self.end);
        let Some(subscriber) = self.remove(id) else { return };
        if let Some(run) = kept {
            subscriber.take(&run);
        }
        others.insert(id, subscriber);
    }

    /// Takes one out that wants no more.
    #[must_use]
    pub(super) fn remove(&mut self, id: u64) -> Option<Arc<dyn Subscriber>> {
        let Follower { subscriber, at } = self.followers.remove(&id)?;
        if at < self.end {
            self.leave_behind();
        } else {
            self.caught_up.retain(|(other, _)| *other != id);
        }
        Some(subscriber)
    }

    /// Lets go what all have taken.
    fn trim(&mut self) {
        let needed = self.followers.values().map(|one| one.at).min().unwrap_or(self.end);
        while self.chunks.get(1).is_some_and(|(start, _)| *start <= needed) {
            self.chunks.pop_front();
        }
    }
}

/// The events of these places.
fn run(chunks: &VecDeque<(u64, Arc<Chunk>)>, places: Range<u64>) -> Option<Run> {
    let mut parts = chunks.iter().rev().map_while(|(start, chunk)| {
        let skipped = usize::try_from(places.start.saturating_sub(*start)).unwrap_or(usize::MAX);
        let range = skipped..chunk.frames.len();
        (!range.is_empty()).then(|| Part { chunk: Arc::clone(chunk), range })
    });
    if places.is_empty() {
        return None;
    }
    // From the last to the first.
    let mut more: Vec<_> = Vec::new();
    let mut first = parts.next()?;
    for part in parts {
        more.push(std::mem::replace(&mut first, part));
    }
    more.reverse();
    Some(Run { first, more })
}

/// What is to be done of an event that was logged when nothing is held any more.
#[derive(Debug, Default)]
pub(super) struct Logged {
    /// Those who had taken all before.
    pub(super) told: Vec<(u64, Arc<dyn Subscriber>)>,
    /// Those who have taken none of the last batch.
    pub(super) slow: Vec<Arc<dyn Subscriber>>,
}

impl Run {
    fn parts(&self) -> impl Iterator<Item = &Part> {
        std::iter::once(&self.first).chain(&self.more)
    }

    /// The frames of the events, whose ids are 0, in parts that follow each other. Each part is of whole frames.
    pub fn frames(&self) -> impl Iterator<Item = &[u8]> {
        self.parts().map(|part| part.chunk.frames.get(part.range.clone()).unwrap_or_default())
    }

    /// The bytes of the frames.
    pub fn bytes(&self) -> usize {
        self.parts().map(|part| part.range.len()).sum()
    }

    /// The events, each by itself.
    pub fn events(&self) -> impl Iterator<Item = Arc<PublishedEvent>> {
        self.parts().flat_map(|part| {
            let mut rest = part.chunk.frames.get(part.range.clone()).unwrap_or_default();
            std::iter::from_fn(move || {
                let (header, after) = rest.split_first_chunk::<HEADER_BYTES>()?;
                let header = Header::decode(*header).expect("it has been encoded here");
                let (payload, after) = after.split_at_checked(header.length as usize)?;
                rest = after;
                Some(Arc::new(PublishedEvent::copied(part.chunk.channel, part.chunk.lag, payload)))
            })
        })
    }
}
