//! Those who watch, and what waits for each.

use std::collections::VecDeque;
use std::fmt;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{self, Poll, Waker};
use std::time::{SystemTime, UNIX_EPOCH};

use super::{MAX_SHOWN_BYTES, Tap, TapDirection, TapKind, TapMessage, Tapped};
use crate::body::Body;
use crate::channel::MAX_CHANNEL_BYTES;
use crate::event::published::PublishedEvent;
use crate::failure::{Failure, code};
use crate::route::{Items, Step, refuse};
use crate::wire::Masks;

/// All who watch a router.
#[derive(Default)]
pub(crate) struct Taps {
    /// How many watch.
    watching: AtomicUsize,
    watchers: Mutex<Vec<Arc<Watcher>>>,
    /// Numbers the calls.
    calls: AtomicU64,
}

/// One that watches.
struct Watcher {
    channels: Option<String>,
    /// What may be shown of payloads, where they are wanted.
    masks: Option<Arc<Masks>>,
    most: usize,
    queue: Mutex<Queue>,
}

#[derive(Default)]
struct Queue {
    /// What was missed stands where it would have stood, and takes one place.
    passing: VecDeque<Entry>,
    waker: Option<Waker>,
}

enum Entry {
    Message(Arc<TapMessage>),
    Missed(u64),
}

/// What passes, before anybody has asked for it.
#[derive(Debug)]
pub(super) struct Passing<'a> {
    pub(super) message: TapMessage,
    pub(super) json: &'a [u8],
    /// The JSON is a response, with its outcome in it.
    pub(super) is_response: bool,
}

impl Taps {
    /// Whether anybody watches.
    #[inline]
    pub(crate) fn is_watched(&self) -> bool {
        self.watching.load(Ordering::Relaxed) > 0
    }

    /// One more watches, until the answer is dropped.
    ///
    /// # Errors
    ///
    /// The channels that it asks for are none.
    pub(crate) fn watch(
        self: &Arc<Self>,
        asked: Tap,
        masks: Option<Arc<Masks>>,
        most: usize,
    ) -> Result<Watching, Failure> {
        if let Some(channels) = &asked.channels {
            let name = channels.strip_suffix('*').unwrap_or(channels);
            if name.contains('*') || channels.is_empty() || channels.len() > MAX_CHANNEL_BYTES {
                let said = "the channels to watch are a name, or what names begin with and a `*` behind it: `data:*`";
                return Err(Failure::new(code::INVALID_INPUT, said));
            }
        }
        let watcher = Arc::new(Watcher { channels: asked.channels, masks, most: most.max(1), queue: Mutex::default() });
        self.lock().push(Arc::clone(&watcher));
        self.watching.fetch_add(1, Ordering::Relaxed);
        Ok(Watching { taps: Arc::clone(self), watcher })
    }

    pub(super) fn next_call(&self) -> u64 {
        self.calls.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// An event goes out to so many.
    #[cold]
    pub(crate) fn event(&self, event: &PublishedEvent, subscribers: usize) {
        let mut message = message(TapKind::Publication, TapDirection::Out, event.channel());
        message.bytes = event.json().len() as u64 + event.attachments().iter().map(|one| one.len() as u64).sum::<u64>();
        message.subscribers = Some(subscribers as u64);
        self.pass(Passing { message, json: event.json(), is_response: false });
    }

    /// Something passes.
    pub(super) fn pass(&self, passing: Passing<'_>) {
        let watchers: Vec<_> =
            self.lock().iter().filter(|watcher| watcher.wants(&passing.message.channel)).cloned().collect();
        let Passing { message, json, is_response } = passing;
        let mut shown = None;
        let mut plain = None;
        for watcher in watchers {
            let message = match &watcher.masks {
                // They are the router's, and so the same for all.
                Some(masks) => shown.get_or_insert_with(|| {
                    let payload = match message.kind {
                        TapKind::Item => masks.item(&message.channel, message.direction == TapDirection::In, json),
                        _ if is_response => masks.response(&message.channel, json),
                        _ => masks.request(&message.channel, json),
                    };
                    Arc::new(TapMessage { payload: Some(cut(payload)), ..message.clone() })
                }),
                None => plain.get_or_insert_with(|| Arc::new(message.clone())),
            };
            watcher.push(message);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Arc<Watcher>>> {
        self.watchers.lock().expect("nothing panics while it holds those who watch")
    }
}

/// What is known of all that passes.
pub(super) fn message(kind: TapKind, direction: TapDirection, channel: &str) -> TapMessage {
    // A clock that stands before 1970 tells nothing.
    let at = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_micros();
    TapMessage {
        at: u64::try_from(at).unwrap_or(u64::MAX),
        kind,
        direction,
        channel: channel.to_owned(),
        call: None,
        peer: None,
        bytes: 0,
        outcome: None,
        micros: None,
        items: None,
        subscribers: None,
        payload: None,
    }
}

fn cut(mut text: String) -> String {
    if text.len() > MAX_SHOWN_BYTES {
        text.truncate(text.floor_char_boundary(MAX_SHOWN_BYTES));
        text.push('…');
    }
    text
}

impl Watcher {
    fn wants(&self, channel: &str) -> bool {
        self.channels.as_deref().is_none_or(|asked| match asked.strip_suffix('*') {
            Some(prefix) => channel.starts_with(prefix),
            None => channel == asked,
        })
    }

    fn push(&self, message: &Arc<TapMessage>) {
        let waker = {
            let mut queue = self.lock();
            if queue.passing.len() < self.most {
                queue.passing.push_back(Entry::Message(Arc::clone(message)));
            } else if let Some(Entry::Missed(missed)) = queue.passing.back_mut() {
                *missed += 1;
            } else {
                queue.passing.push_back(Entry::Missed(1));
            }
            queue.waker.take()
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().expect("nothing panics while it holds what waits")
    }
}

/// What one sees that watches.
pub(crate) struct Watching {
    taps: Arc<Taps>,
    watcher: Arc<Watcher>,
}

impl Watching {
    fn poll_entry(&self, cx: &mut task::Context<'_>) -> Poll<Entry> {
        let mut queue = self.watcher.lock();
        match queue.passing.pop_front() {
            Some(entry) => Poll::Ready(entry),
            None => {
                let before = queue.waker.replace(cx.waker().clone());
                drop(queue);
                drop(before);
                Poll::Pending
            }
        }
    }
}

impl Items for Watching {
    fn poll_step(self: Pin<&mut Self>, cx: &mut task::Context<'_>, out: &mut Body) -> Poll<Step> {
        self.poll_entry(cx).map(|entry| {
            let seen = match entry {
                Entry::Message(message) => Tapped::Message(Arc::unwrap_or_clone(message)),
                Entry::Missed(missed) => Tapped::Missed(missed),
            };
            match out.write(|json| serde_json::to_writer(json, &seen)) {
                Ok(()) => Step::Item,
                Err(error) => {
                    let failure = Failure::internal(format_args!("what was seen is no JSON: {error}"));
                    refuse(crate::grants::TAP, out, &failure);
                    Step::End
                }
            }
        })
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        self.taps.watching.fetch_sub(1, Ordering::Relaxed);
        self.taps.lock().retain(|watcher| !Arc::ptr_eq(watcher, &self.watcher));
    }
}

impl fmt::Debug for Taps {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Taps").field("watching", &self.watching).finish_non_exhaustive()
    }
}
