//! One who is told of events, as the hub sees it.

use std::fmt;
use std::sync::Arc;

use super::log::Run;
use super::published::PublishedEvent;
use crate::remote::BoxFuture;

/// One subscription's end at which the hub puts events.
///
/// The hub calls [`begin`](Self::begin) once, then [`offer`](Self::offer) for each event in its order. Both are called
/// while the hub holds the event's topic: they keep the event, at most, and neither wait, nor wake anybody, nor call
/// the hub. What takes longer has its place in [`wake`](Self::wake).
pub trait Subscriber: Send + Sync {
    /// Takes the events that were retained when the subscription began, the one that changed last at the end. They
    /// stand before all others, and none of them is missed, whatever their lag and however many they are: the hub
    /// bounds them.
    fn begin(&self, retained: Vec<Arc<PublishedEvent>>);

    /// Takes an event, or tells why not. One that is missed by the event's own lag counts as taken.
    fn offer(&self, event: &Arc<PublishedEvent>) -> Offer;

    /// An event that the subscriber was [full](Offer::Full) for will not be offered again: who published it has given
    /// up. It was missed.
    fn miss(&self);

    /// Something may have been begun, offered or missed. The hub holds nothing, and another thread may be faster.
    fn wake(&self);

    /// Done when an event for which the subscriber was [full](Offer::Full) may be offered again, or when it is gone. It
    /// may be done too early, but not when nothing has changed: who waits would ask again and again.
    fn room<'a>(&'a self, event: &'a PublishedEvent) -> BoxFuture<'a, ()>;

    /// Where it takes small events in runs, how many bytes of them it takes at least from here on, what is
    /// kept for it included. Asked while the hub holds the topic. None are offered to it meanwhile.
    fn follows(&self) -> Option<u64> {
        None
    }

    /// Takes what is kept for it, as it follows no longer. The topic is held: as [`offer`](Self::offer), it wakes nobody.
    fn take(&self, _run: &Run) {}

    /// Something is kept for it, which it takes by its [`Tail`](crate::Tail). Not said again before it has taken all.
    /// The hub holds nothing.
    fn tell(&self) {}

    /// The same, and much has come since it was told: it takes it now, whatever else it has to do.
    fn hurry(&self) {}

    /// Nothing will be offered any more: the hub is gone. One that subscribes to several events may be told repeatedly.
    fn end(&self);
}

/// What became of an event that was offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Offer {
    /// It will be delivered when the subscriber has been woken, or was missed by its own lag.
    Taken,
    /// The same, but for the waking: somebody sees to the subscriber anyway.
    Attended,
    /// It must wait: only for an event whose lag is [`Lag::Wait`](super::Lag::Wait).
    Full,
    /// The subscription has ended. It is not offered anything any more.
    Gone,
}

impl fmt::Debug for dyn Subscriber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Subscriber")
    }
}
