//! What a connection has yet to send, and who sends it.
//!
//! Whoever has something to send appends it under a short lock. One of them then writes, outside the lock, all that
//! has been appended by then: the task that made the call when nobody else is at it, else whoever writes already. When
//! the peer does not read, the connection's own task waits for it, and nobody else.

mod queue;
mod writer;

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard};
use std::task::{Context, Poll, Waker};

use ipc_core::envelope::{HEADER_BYTES, Kind};
use tokio::runtime::Handle;

pub(crate) use self::queue::Lane;
use self::queue::{Queue, Slot};
use self::writer::{Sending, Writer};
use crate::frame::{self, Frames, Large};
use crate::half::WriteHalf;
use crate::told::Told;
use crate::yielding::yield_once;

/// The bytes of events that whoever published the last of them writes itself: the connection's own task may come to it
/// much later, and a subscriber that keeps up has work meanwhile.
const INLINE_BYTES: usize = 32 * 1024;

/// The message from which another thread drops it when it has been sent.
const DROPPED_APART_BYTES: usize = 4 * 1024 * 1024;

/// The batches that a task writes for others before the connection's own task takes over.
const INLINE_BATCHES: u16 = 4;

/// What is to be sent.
#[derive(Debug)]
pub(crate) enum Outgoing<'a> {
    /// Whole frames without attachments, one after the other.
    Frames(&'a [u8]),
    /// Whole frames, which are taken out.
    Written(&'a mut Frames),
    /// A message that is sent from where it lies.
    Large(Large),
}

impl Outgoing<'_> {
    /// What it counts for in the queue.
    fn len(&self) -> usize {
        match self {
            Self::Frames(frames) => frames.len(),
            Self::Written(frames) => frames.len(),
            Self::Large(message) => message.payload.len(),
        }
    }
}

/// Why something is not sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NotSent {
    /// A goodbye has been sent: responses still go out, requests do not.
    Leaving,
    /// The connection is gone.
    Closed,
}

/// How soon something must be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Urgency {
    /// Nobody else is about to send: at once.
    Alone,
    /// Others are about to send too: let them append first.
    Shared,
}

pub(crate) struct Outbox {
    queue: Mutex<Queue>,
    /// Told when there is room again.
    room: Told,
    /// Events wait for room.
    stalled: AtomicBool,
    /// Events are kept for the connection, which its own task takes.
    kept: AtomicBool,
    /// The bytes that may be queued before senders wait.
    limit: usize,
}

/// What became of messages that were to be appended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Appended {
    /// Somebody sends them, without being [told](Outbox::send_soon).
    Attended,
    /// Somebody must be told.
    Unattended,
    /// None was appended, as much is queued as may be. The connection's own task sees to it when there is room.
    Stalled,
}

impl Outbox {
    pub(crate) fn new(io: WriteHalf, limit: usize) -> Self {
        let queue = Mutex::new(Queue::new(Writer::new(io)));
        let room = Told::default();
        Self { queue, room, stalled: AtomicBool::new(false), kept: AtomicBool::new(false), limit }
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().expect("nothing panics while it holds the queue")
    }

    /// Appends what a connection that is leaving no longer sends: a request, a subscription. It does not pass what is left
    /// of an earlier call of the same id.
    pub(crate) fn push_request(&self, id: u32, outgoing: Outgoing<'_>) -> Result<(), NotSent> {
        let mut queue = self.queue();
        if queue.leaving { Err(NotSent::Leaving) } else { queue.push_ordered(Lane::Asking(id), outgoing, true) }
    }

    /// Appends a notification, which a connection that is leaving no longer sends. They keep their order.
    pub(crate) fn push_notification(&self, outgoing: Outgoing<'_>) -> Result<(), NotSent> {
        let mut queue = self.queue();
        if queue.leaving { Err(NotSent::Leaving) } else { queue.push_ordered(Lane::Notifying, outgoing, false) }
    }

    /// Appends something that is sent as long as the connection lives, behind what is under way in its lane.
    pub(crate) fn push_ordered(&self, lane: Lane, outgoing: Outgoing<'_>) -> Result<(), NotSent> {
        self.queue().push_ordered(lane, outgoing, false)
    }

    /// Appends something that is sent as long as the connection lives.
    pub(crate) fn push(&self, outgoing: Outgoing<'_>) -> Result<(), NotSent> {
        self.queue().push(outgoing)
    }

    /// Appends messages that `put` writes, behind what is under way in their lane, if there is room; `put` answers the last
    /// of them where it is sent from where it lies, and is told whether what it writes is copied once more.
    pub(crate) fn push_with(
        &self,
        lane: Lane,
        put: impl FnOnce(&mut Vec<u8>, bool) -> Option<Large>,
    ) -> Result<Appended, NotSent> {
        self.hold().push_with(lane, put)
    }

    /// Lets nobody else append anything meanwhile.
    pub(crate) fn hold(&self) -> Held<'_> {
        Held { outbox: self, queue: self.queue() }
    }

    /// Whether messages [stalled](Appended::Stalled) since this was asked last.
    pub(crate) fn take_stalled(&self) -> bool {
        self.stalled.load(Ordering::Acquire) && self.stalled.swap(false, Ordering::AcqRel)
    }

    /// Notes that events are kept for the connection, and wakes its own task unless that has been noted already.
    pub(crate) fn note_kept(&self) {
        if !self.kept.swap(true, Ordering::AcqRel) {
            self.wake_driver();
        }
    }

    /// Whether events are kept since this was asked last.
    pub(crate) fn take_kept(&self) -> bool {
        self.kept.load(Ordering::Acquire) && self.kept.swap(false, Ordering::AcqRel)
    }

    /// Appends a goodbye, unless one has been sent; no request is sent after it.
    pub(crate) fn push_goodbye(&self, body: &[u8]) {
        let mut queue = self.queue();
        if queue.leaving || queue.closed {
            return;
        }
        queue.leaving = true;
        let mut goodbye = Vec::new();
        frame::put(&mut goodbye, Kind::Goodbye, 0, body);
        queue.push(Outgoing::Frames(&goodbye)).expect("the queue is not closed");
    }

    /// Appends the last frames of a connection, which end with a goodbye whether one has been sent or not. No request begins
    /// after it, not even one that waits for its turn.
    pub(crate) fn push_last(&self, last: &mut Frames) -> Result<(), NotSent> {
        let mut queue = self.queue();
        queue.leaving = true;
        let unasked = queue.take_unasked();
        let pushed = queue.push(Outgoing::Written(last));
        drop((queue, unasked));
        pushed
    }

    /// Whether a goodbye has been sent, or nothing can be sent any more.
    pub(crate) fn is_leaving(&self) -> bool {
        let queue = self.queue();
        queue.leaving || queue.closed
    }

    /// Cancels a call of which something has been appended: no more of its request and of its items is sent, and the peer
    /// is told unless it knows nothing of it. Answers whether the peer will answer.
    pub(crate) fn cancel_request(&self, id: u32) -> bool {
        let mut queue = self.queue();
        if !queue.withdraw(id) {
            return false;
        }
        let mut cancel = Vec::with_capacity(HEADER_BYTES);
        frame::put(&mut cancel, Kind::Cancel, id, &[]);
        queue.push(Outgoing::Frames(&cancel)).is_ok()
    }

    /// Whether as many answers are queued as may be, of which the peer takes none: the connection's own task, which asks,
    /// reads no more requests then, and is woken when some have been sent.
    ///
    /// What this side asks for does not count. Whoever asks waits for room; and were nothing read meanwhile, a peer that
    /// is full of answers would wait for this side as this side waits for it.
    ///
    /// So many bytes of answers are being written as well, whose room is told of by itself.
    pub(crate) fn is_full_of_answers(&self, to_come: usize) -> bool {
        let mut queue = self.queue();
        let full = queue.answer_bytes() + to_come > self.limit && !queue.closed;
        queue.holding |= full;
        full
    }

    /// Whether as much is queued as may be. Who learns so is told when there is room: the connection's own task is
    /// woken, and [`room`](Self::room) ends.
    pub(crate) fn is_full(&self) -> bool {
        let mut queue = self.queue();
        let full = queue.queued_bytes > self.limit && !queue.closed;
        queue.wanted |= full;
        full
    }

    /// Waits until there is room.
    ///
    /// Cancel safe: dropping it loses nothing.
    pub(crate) async fn room(&self) {
        if !self.is_full() {
            return;
        }
        let mut told = std::pin::pin!(self.room.notified());
        loop {
            told.as_mut().enable();
            if !self.is_full() {
                return;
            }
            told.as_mut().await;
            told.set(self.room.notified());
        }
    }

    /// Whether everything has been handed to the operating system.
    pub(crate) fn is_drained(&self) -> bool {
        let queue = self.queue();
        queue.is_empty() && matches!(queue.writer, Slot::Free(_) | Slot::Gone)
    }

    /// The bytes that the peer has taken. While somebody writes it is not known, and zero.
    pub(crate) fn taken_bytes(&self) -> u64 {
        match &self.queue().writer {
            Slot::Free(writer) | Slot::Driver(writer) => writer.taken,
            Slot::Taken | Slot::Gone => 0,
        }
    }

    /// Whether nothing is sent any more.
    pub(crate) fn is_closed(&self) -> bool {
        self.queue().closed
    }

    /// Tells whom to wake when the peer does not read.
    pub(crate) fn set_driver(&self, waker: &Waker) {
        self.queue().driver.clone_from(waker);
    }

    /// Leaves what has been appended to the connection's own task, which writes it with whatever else has come by then.
    /// What is worth a write of its own is written at once.
    pub(crate) fn send_soon(&self) {
        let driver = {
            let mut queue = self.queue();
            if queue.is_worth_a_write() {
                drop(queue);
                return self.flush();
            }
            if queue.is_attended() {
                return;
            }
            queue.told = true;
            queue.driver.clone()
        };
        driver.wake();
    }

    /// Wakes the connection's own task.
    pub(crate) fn wake_driver(&self) {
        let driver = self.queue().driver.clone();
        driver.wake();
    }

    /// Ends all sending; what is queued is dropped. The connection's own task is woken, and ends.
    pub(crate) fn close(&self) {
        let gone = self.queue().close();
        drop(gone);
        self.room.notify_waiters();
        self.wake_driver();
    }

    /// Sends what has been appended, or leaves it to somebody who does so anyway.
    ///
    /// Cancel safe: the promise to write is kept when the future is dropped.
    pub(crate) async fn send(&self, urgency: Urgency) {
        match urgency {
            Urgency::Alone => self.flush(),
            Urgency::Shared => {
                if let Some(promise) = Promise::make(self) {
                    yield_once().await;
                    drop(promise);
                }
            }
        }
    }

    /// Writes what has been appended as far as the peer takes it now, unless somebody else does.
    pub(crate) fn flush(&self) {
        let Some(writer) = self.queue().take_writer(false) else { return };
        let mut cx = Context::from_waker(Waker::noop());
        match self.write(writer, &mut cx, &mut { INLINE_BATCHES }) {
            Poll::Ready(Ok(())) => {}
            Poll::Ready(Err(error)) => {
                tracing::debug!(%error, "the connection broke while it was written to");
                self.wake_driver();
            }
            Poll::Pending => self.wake_driver(),
        }
    }

    /// Writes what has been appended, in as many batches as there are left; for the connection's own task, which is woken
    /// when the peer reads on, and comes again by itself when no batches are left.
    pub(crate) fn poll_flush(&self, cx: &mut Context<'_>, batches: &mut u16) -> Poll<io::Result<()>> {
        let writer = {
            let mut queue = self.queue();
            queue.told = false;
            queue.take_writer(true)
        };
        let Some(writer) = writer else { return Poll::Ready(Ok(())) };
        self.write(writer, cx, batches)
    }

    fn write(&self, mut writer: Writer, cx: &mut Context<'_>, batches: &mut u16) -> Poll<io::Result<()>> {
        while let Some(left) = batches.checked_sub(1) {
            *batches = left;
            // A writer that is new here has nothing loaded: it has written that, and is given the first batch.
            let wrote = writer.poll_write(cx);
            let mut queue = self.queue();
            if queue.closed {
                return Poll::Ready(Err(io::ErrorKind::NotConnected.into()));
            }
            match wrote {
                Poll::Pending => {
                    queue.writer = Slot::Driver(writer);
                    return Poll::Pending;
                }
                Poll::Ready(Err(error)) => {
                    drop(queue);
                    self.close();
                    return Poll::Ready(Err(error));
                }
                Poll::Ready(Ok(())) => {}
            }
            let mut sent = None;
            let more = queue.next_batch(&mut writer, &mut sent);
            let room = queue.wanted && queue.queued_bytes <= self.limit / 2;
            if room {
                queue.wanted = false;
            }
            let resumed = queue.holding && queue.answer_bytes() <= self.limit / 2;
            if resumed {
                queue.holding = false;
            }
            let told = (room || resumed || (!more && queue.leaving)).then(|| queue.driver.clone());
            if !more {
                writer.rest();
                queue.writer = Slot::Free(writer);
                drop(queue);
                drop_sent(sent);
                self.tell(told, room);
                return Poll::Ready(Ok(()));
            }
            drop(queue);
            drop_sent(sent);
            self.tell(told, room);
        }
        let mut queue = self.queue();
        if !queue.closed {
            queue.writer = Slot::Driver(writer);
        }
        Poll::Pending
    }

    fn tell(&self, driver: Option<Waker>, room: bool) {
        if let Some(driver) = driver {
            driver.wake();
        }
        if room {
            self.room.notify_waiters();
        }
    }
}

/// What is to be sent, while nobody else appends anything.
pub(crate) struct Held<'a> {
    outbox: &'a Outbox,
    queue: MutexGuard<'a, Queue>,
}

impl Held<'_> {
    /// As [`Outbox::push_with`].
    pub(crate) fn push_with(
        self,
        lane: Lane,
        put: impl FnOnce(&mut Vec<u8>, bool) -> Option<Large>,
    ) -> Result<Appended, NotSent> {
        let Self { outbox, mut queue } = self;
        if queue.queued_bytes > outbox.limit && !queue.closed {
            queue.wanted = true;
            outbox.stalled.store(true, Ordering::Release);
            return Ok(Appended::Stalled);
        }
        queue.push_with(lane, put)?;
        let attended = queue.is_attended() && !queue.is_worth_a_write();
        Ok(if attended { Appended::Attended } else { Appended::Unattended })
    }
}

impl std::fmt::Debug for Outbox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let queue = self.queue();
        f.debug_struct("Outbox")
            .field("queued_bytes", &queue.queued_bytes)
            .field("leaving", &queue.leaving)
            .field("closed", &queue.closed)
            .finish_non_exhaustive()
    }
}

/// Drops what has been sent. What is large is left to a thread that may block, where there is one: to give 64 MiB back to
/// the operating system takes some milliseconds.
fn drop_sent(sent: Option<Box<Sending>>) {
    if let Some(sent) = sent
        && sent.message.payload.len() >= DROPPED_APART_BYTES
        && let Ok(runtime) = Handle::try_current()
    {
        runtime.spawn_blocking(move || drop(sent));
    }
}

/// The word of one task that it will write what others append until then. It is kept when the task is dropped.
struct Promise<'a>(&'a Outbox);

impl<'a> Promise<'a> {
    fn make(outbox: &'a Outbox) -> Option<Self> {
        let mut queue = outbox.queue();
        // Whoever writes now looks for more before it stops.
        if queue.promised || !matches!(queue.writer, Slot::Free(_)) {
            return None;
        }
        queue.promised = true;
        Some(Self(outbox))
    }
}

impl Drop for Promise<'_> {
    fn drop(&mut self) {
        self.0.queue().promised = false;
        self.0.flush();
    }
}

#[cfg(test)]
mod tests;
