//! What has been appended, in which order it leaves, and where the writer is. Pure: it writes nothing.

use std::collections::VecDeque;
use std::task::Waker;

use ipc_core::envelope::{Kind, UPSTREAM};

use super::writer::{Behind, Sending, Writer};
use super::{INLINE_BYTES, NotSent, Outgoing};
use crate::buffer;
use crate::frame::{Frames, Large};

/// What keeps its order: everything that one side sends of one call. Small frames pass large messages, but not those of
/// their own lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lane {
    /// The request of a call of this side, and the items that go with it.
    Asking(u32),
    /// What answers a call of the peer, and the events of its subscription.
    Answering(u32),
    /// Notifications, which have no call's id.
    Notifying,
}

impl Lane {
    pub(super) fn of(kind: Kind, id: u32) -> Self {
        match kind {
            Kind::Item if id & UPSTREAM != 0 => Self::Asking(id & !UPSTREAM),
            Kind::Request | Kind::Subscribe => Self::Asking(id),
            Kind::Notification => Self::Notifying,
            _ => Self::Answering(id),
        }
    }

    /// Whether this side asks for something in it.
    fn asks(self) -> bool {
        !matches!(self, Self::Answering(_))
    }
}

/// What has been appended and not been written.
pub(super) struct Queue {
    pub(super) frames: Vec<u8>,
    /// Made for the first large message, and given back when there is none.
    large: Option<Box<LargeMessages>>,
    /// The bytes of frames and large messages that have not been handed to the operating system.
    pub(super) queued_bytes: usize,
    /// Those of them with which this side asks for something.
    pub(super) asked_bytes: usize,
    /// Those of them that stand in `frames`.
    frames_asked: usize,
    /// The bytes of frames that the writer is writing, and those among them with which this side asks for something.
    writing_bytes: usize,
    writing_asked: usize,
    pub(super) writer: Slot,
    /// Somebody has promised to write soon.
    pub(super) promised: bool,
    /// The connection's own task has been told that there is something to write.
    pub(super) told: bool,
    /// Somebody waits for room.
    pub(super) wanted: bool,
    /// The connection's own task does not read before some answers have been sent.
    pub(super) holding: bool,
    pub(super) leaving: bool,
    pub(super) closed: bool,
    /// The connection's own task, which waits where nobody else may.
    pub(super) driver: Waker,
}

/// The large messages that have not been sent whole.
#[derive(Default)]
struct LargeMessages {
    waiting: VecDeque<Box<Sending>>,
    /// The lane of which the writer holds a fragment, until its call is cancelled: no more of it is sent then.
    writing_lane: Option<Lane>,
    /// What has come behind that fragment.
    writing_behind: VecDeque<Behind>,
}

/// Where the writer is.
pub(super) enum Slot {
    /// Here, and the peer took all that it was given.
    Free(Writer),
    /// Here, and only the connection's own task goes on: the peer does not read, or there is too much.
    Driver(Writer),
    /// With somebody who writes.
    Taken,
    /// Gone with the connection.
    Gone,
}

impl Queue {
    pub(super) fn new(writer: Writer) -> Self {
        Self {
            frames: Vec::new(),
            large: None,
            queued_bytes: 0,
            asked_bytes: 0,
            frames_asked: 0,
            writing_bytes: 0,
            writing_asked: 0,
            writer: Slot::Free(writer),
            promised: false,
            told: false,
            wanted: false,
            holding: false,
            leaving: false,
            closed: false,
            driver: Waker::noop().clone(),
        }
    }

    /// Whether as much has been appended as is written at once, and nobody is writing.
    pub(super) fn is_worth_a_write(&self) -> bool {
        self.frames.len() >= INLINE_BYTES && matches!(self.writer, Slot::Free(_))
    }

    /// Whether somebody sends what has been appended: who writes, or has promised to, looks for more before it stops, and
    /// the connection's own task has been told.
    pub(super) fn is_attended(&self) -> bool {
        self.promised || self.told || !matches!(self.writer, Slot::Free(_))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.frames.is_empty() && self.large.as_ref().is_none_or(|large| large.waiting.is_empty())
    }

    /// The bytes of all that is queued, but for what this side asks for.
    pub(super) fn answer_bytes(&self) -> usize {
        self.queued_bytes.saturating_sub(self.asked_bytes)
    }

    pub(super) fn push(&mut self, outgoing: Outgoing<'_>) -> Result<(), NotSent> {
        if self.closed {
            return Err(NotSent::Closed);
        }
        self.queued_bytes += outgoing.len();
        self.put(outgoing, false);
        Ok(())
    }

    fn put(&mut self, outgoing: Outgoing<'_>, asks: bool) {
        match outgoing {
            Outgoing::Frames(frames) => self.append(asks, |out| out.extend_from_slice(frames)),
            Outgoing::Written(frames) => self.append(asks, |out| frames.move_to(out)),
            Outgoing::Large(message) => {
                self.push_large(Box::new(Sending::new(message, VecDeque::new())));
            }
        }
    }

    fn push_large(&mut self, sending: Box<Sending>) {
        self.large.get_or_insert_default().waiting.push_back(sending);
    }

    fn append<T>(&mut self, asks: bool, put: impl FnOnce(&mut Vec<u8>) -> T) -> T {
        if self.frames.capacity() == 0 {
            self.frames = buffer::lend();
        }
        let before = self.frames.len();
        let put = put(&mut self.frames);
        if asks {
            self.frames_asked += self.frames.len() - before;
        }
        put
    }

    /// Appends what must not pass a large message of its lane; `opens` tells that a call begins with it.
    pub(super) fn push_ordered(&mut self, lane: Lane, outgoing: Outgoing<'_>, opens: bool) -> Result<(), NotSent> {
        if self.closed {
            return Err(NotSent::Closed);
        }
        self.queued_bytes += outgoing.len();
        if lane.asks() {
            self.asked_bytes += outgoing.len();
        }
        let Some((_, behind)) = self.under_way(lane) else {
            self.put(outgoing, lane.asks());
            return Ok(());
        };
        let mut frames = match outgoing {
            Outgoing::Frames(frames) => Frames::of(frames),
            Outgoing::Written(frames) => std::mem::take(frames),
            Outgoing::Large(message) => {
                behind.push_back(Behind::Large { message, opens });
                return Ok(());
            }
        };
        match behind.back_mut().filter(|_| !opens) {
            Some(Behind::Frames { frames: last, .. }) => last.append(&mut frames),
            _ => behind.push_back(Behind::Frames { frames, opens }),
        }
        Ok(())
    }

    /// Appends messages that `put` writes, and one that it answers where that is sent from where it lies, behind what is
    /// under way in their lane. They ask for nothing.
    pub(super) fn push_with(
        &mut self,
        lane: Lane,
        put: impl FnOnce(&mut Vec<u8>, bool) -> Option<Large>,
    ) -> Result<(), NotSent> {
        if self.closed {
            return Err(NotSent::Closed);
        }
        if self.under_way(lane).is_some() {
            let mut frames = Frames::default();
            let large = put(&mut frames.body.json, true);
            if !frames.is_empty() {
                self.push_ordered(lane, Outgoing::Written(&mut frames), false)?;
            }
            return large.map_or(Ok(()), |large| self.push_ordered(lane, Outgoing::Large(large), false));
        }
        let before = self.frames.len();
        let large = self.append(false, |out| put(out, false));
        self.queued_bytes += self.frames.len() - before;
        large.map_or(Ok(()), |large| self.push(Outgoing::Large(large)))
    }

    /// The large message of a lane that has not been sent whole, unless the writer has it, and what is behind it.
    fn under_way(&mut self, lane: Lane) -> Option<(Option<usize>, &mut VecDeque<Behind>)> {
        let large = self.large.as_mut()?;
        if large.writing_lane == Some(lane) {
            return Some((None, &mut large.writing_behind));
        }
        let index = large.waiting.iter().position(|sending| sending.lane() == lane)?;
        large.waiting.get_mut(index).map(|sending| (Some(index), &mut sending.behind))
    }

    /// Sends no more of the request of a call, and of the items that go with it. Answers whether the peer knows of it.
    pub(super) fn withdraw(&mut self, id: u32) -> bool {
        let lane = Lane::Asking(id);
        let Some((index, behind)) = self.under_way(lane) else { return true };
        // What is left of an earlier call of this id, that was answered before it had sent all, goes on before it.
        if let Some(opening) = behind.iter().position(Behind::opens) {
            let dropped = behind.drain(opening..).map(|behind| behind.len()).sum();
            self.discount_asked(dropped);
            return false;
        }
        match index.and_then(|index| self.large.as_mut()?.waiting.remove(index)) {
            Some(sending) => {
                let known = sending.message.kind != Kind::Request || sending.sent > 0;
                self.drop_rest(&sending);
                known
            }
            None => {
                // The fragment that is being written comes before the cancel, and what would follow it is dropped.
                if let Some(large) = &mut self.large {
                    large.writing_lane = None;
                }
                true
            }
        }
    }

    /// Takes out what this side would ask for and of which nothing has been sent, to be dropped where nothing is locked.
    pub(super) fn take_unasked(&mut self) -> impl Sized + use<> {
        let asks = |kind| matches!(kind, Kind::Request | Kind::Subscribe | Kind::Notification);
        let mut large = self.large.take().unwrap_or_default();
        let unasked: VecDeque<_>;
        (unasked, large.waiting) = std::mem::take(&mut large.waiting)
            .into_iter()
            .partition(|sending| sending.sent == 0 && asks(sending.message.kind));
        let mut waiting = Vec::new();
        let under_way = large.waiting.iter_mut().map(|sending| (Some(sending.lane()), &mut sending.behind));
        for (lane, behind) in under_way.chain([(large.writing_lane, &mut large.writing_behind)]) {
            let opening = match lane {
                Some(Lane::Notifying) => 0,
                _ => behind.iter().position(Behind::opens).unwrap_or(behind.len()),
            };
            waiting.extend(behind.drain(opening..));
        }
        self.large = Some(large);
        unasked.iter().for_each(|sending| self.drop_rest(sending));
        self.discount_asked(waiting.iter().map(Behind::len).sum());
        (unasked, waiting)
    }

    /// Goes on with a lane whose large message has been sent.
    fn release(&mut self, lane: Lane, mut behind: VecDeque<Behind>) {
        while let Some(next) = behind.pop_front() {
            match next {
                Behind::Frames { mut frames, .. } => self.append(lane.asks(), |out| frames.move_to(out)),
                Behind::Large { message, .. } => {
                    self.push_large(Box::new(Sending::new(message, behind)));
                    return;
                }
            }
        }
    }

    /// Sends no more of a message with which this side asks for something, and nothing of what is behind it.
    fn drop_rest(&mut self, sending: &Sending) {
        let behind: usize = sending.behind.iter().map(Behind::len).sum();
        self.discount_asked(sending.message.payload.len() - sending.sent + behind);
    }

    fn discount_asked(&mut self, bytes: usize) {
        self.queued_bytes -= bytes.min(self.queued_bytes);
        self.asked_bytes -= bytes.min(self.asked_bytes);
    }

    /// Drops all that is queued, and answers it, to be dropped where nothing is locked.
    pub(super) fn close(&mut self) -> impl Sized + use<> {
        self.closed = true;
        (self.queued_bytes, self.asked_bytes, self.frames_asked) = (0, 0, 0);
        let (frames, large) = (std::mem::take(&mut self.frames), std::mem::take(&mut self.large));
        (frames, large, std::mem::replace(&mut self.writer, Slot::Gone))
    }

    pub(super) fn take_writer(&mut self, for_driver: bool) -> Option<Writer> {
        match std::mem::replace(&mut self.writer, Slot::Taken) {
            Slot::Free(writer) if !self.is_empty() => Some(writer),
            Slot::Driver(writer) if for_driver => Some(writer),
            other => {
                self.writer = other;
                None
            }
        }
    }

    /// Ends the batch that `writer` has written and gives it the next; answers whether there is one. A large message that
    /// has been sent stands in `sent` afterwards, to be dropped where nothing is locked.
    pub(super) fn next_batch(&mut self, writer: &mut Writer, sent: &mut Option<Box<Sending>>) -> bool {
        let (frames, mut asked) = (std::mem::take(&mut self.writing_bytes), std::mem::take(&mut self.writing_asked));
        let (written, unfinished) = writer.settle(frames);
        if unfinished.as_ref().is_some_and(|sending| sending.lane().asks()) {
            asked += written - frames;
        }
        self.queued_bytes -= written.min(self.queued_bytes);
        self.asked_bytes -= asked.min(self.asked_bytes);
        let (wanted, behind) = match &mut self.large {
            Some(large) => (large.writing_lane.take(), std::mem::take(&mut large.writing_behind)),
            None => (None, VecDeque::new()),
        };
        if let Some(mut sending) = unfinished {
            sending.behind.extend(behind);
            if wanted.is_none() {
                self.drop_rest(&sending);
                *sent = Some(sending);
            } else if sending.sent == sending.message.payload.len() {
                self.release(sending.lane(), std::mem::take(&mut sending.behind));
                *sent = Some(sending);
            } else {
                self.push_large(sending);
            }
        }
        if self.is_empty() {
            self.large = None;
            return false;
        }
        (self.writing_bytes, self.writing_asked) = (self.frames.len(), std::mem::take(&mut self.frames_asked));
        let mut next = None;
        if let Some(large) = &mut self.large {
            next = large.waiting.pop_front();
            large.writing_lane = next.as_ref().map(|next| next.lane());
            large.writing_behind = next.as_mut().map_or_else(VecDeque::new, |next| std::mem::take(&mut next.behind));
        }
        writer.load(&mut self.frames, next);
        true
    }
}
