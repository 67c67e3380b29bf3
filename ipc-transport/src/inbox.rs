//! What has arrived of a stream and has not been taken: the receiver's side of back-pressure. Pure: no socket.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard};
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use ipc_core::envelope::attachments::TableError;
use ipc_core::{Ending, Failure};

use crate::buffer;
use crate::credit::cost;
use crate::payload::Payload;

/// Where the connection puts what arrives of one stream, or of one subscription.
#[derive(Debug)]
pub(crate) struct Inbox(Mutex<State>);

#[derive(Debug)]
struct State {
    arrived: Batch,
    /// What the sender may still send.
    credit: i64,
    ending: Option<Ending>,
    /// Nothing is to come any more.
    over: bool,
    /// Whether the peer sends events, where this is a subscription and the peer has said so.
    acknowledged: Option<Result<(), Box<Failure>>>,
    reader: Option<Waker>,
}

/// Items, one after the other, as they arrived.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    pub(crate) bytes: Vec<u8>,
    pub(crate) pieces: VecDeque<Piece>,
    /// What was attached to the small ones that have attachments.
    pub(crate) attached: VecDeque<Vec<Bytes>>,
    /// What they count for, and what they do without the last.
    cost: i64,
    cost_before_last: i64,
}

/// Some of a batch.
#[derive(Debug)]
pub(crate) enum Piece {
    /// The next bytes of the batch are so many bytes of frames, each of them an item without attachments.
    Frames(u32),
    /// The next bytes of the batch: a channel name, where the subscription is to more than one, and JSON. The whole payload
    /// had so many.
    Small { channel: u8, json: u32, payload: u32, attachments: bool },
    /// One that lies by itself.
    Large(Box<Large>),
    /// So many events were missed before the next, as a payload of so many bytes told.
    Missed { count: u64, payload: u32 },
}

/// An item that does not lie among others.
#[derive(Debug)]
pub(crate) struct Large {
    pub(crate) channel: Box<[u8]>,
    pub(crate) payload: Payload<'static>,
}

/// The peer sent more of a stream than it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("more was sent of the stream {0:#x} than there was credit for")]
pub(crate) struct Overdrawn(pub(crate) u32);

impl Inbox {
    pub(crate) fn new(window: u32) -> Self {
        let state = State {
            arrived: Batch::default(),
            credit: window.into(),
            ending: None,
            over: false,
            acknowledged: None,
            reader: None,
        };
        Self(Mutex::new(state))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().expect("nothing panics while it holds what arrived")
    }

    /// Takes the items of a batch, which is empty afterwards. Those that come after the end are passed over.
    ///
    /// # Errors
    ///
    /// The sender had no credit left for the last of them.
    pub(crate) fn push_all(&self, id: u32, batch: &mut Batch) -> Result<(), Overdrawn> {
        let reader = {
            let mut state = self.state();
            if state.over {
                batch.clear();
                return Ok(());
            }
            if state.credit <= batch.cost_before_last {
                return Err(Overdrawn(id));
            }
            state.credit -= batch.cost;
            state.arrived.append(batch);
            state.reader.take()
        };
        if let Some(reader) = reader {
            reader.wake();
        }
        Ok(())
    }

    /// Notes that so many events were missed, as an item of `payload` bytes told.
    ///
    /// # Errors
    ///
    /// The sender had no credit left.
    pub(crate) fn push_missed(&self, id: u32, payload: usize, count: u64) -> Result<(), Overdrawn> {
        let mut one = Batch::default();
        one.push_missed(payload, count);
        self.push_all(id, &mut one)
    }

    /// The peer has said whether it sends events.
    pub(crate) fn acknowledge(&self, answer: Result<(), Failure>) {
        let reader = {
            let mut state = self.state();
            state.over |= answer.is_err();
            state.acknowledged.get_or_insert(answer.map_err(Box::new));
            state.reader.take()
        };
        if let Some(reader) = reader {
            reader.wake();
        }
    }

    /// Whether the peer has said so already.
    pub(crate) fn is_acknowledged(&self) -> bool {
        self.state().acknowledged.is_some()
    }

    /// Waits until the peer has said whether it sends events; answers why it is gone, where it is.
    pub(crate) fn poll_acknowledged(&self, cx: &mut Context<'_>) -> Poll<Result<Result<(), Box<Failure>>, Ending>> {
        let mut state = self.state();
        if let Some(answer) = state.acknowledged.clone() {
            return Poll::Ready(Ok(answer));
        }
        if state.over {
            return Poll::Ready(Err(state.ending.take().unwrap_or(Ending::Finished)));
        }
        state.wait(cx);
        Poll::Pending
    }

    /// Nothing follows. The first ending counts.
    pub(crate) fn end(&self, ending: Ending) {
        let reader = {
            let mut state = self.state();
            if !state.over {
                state.over = true;
                state.ending = Some(ending);
            }
            state.reader.take()
        };
        if let Some(reader) = reader {
            reader.wake();
        }
    }

    /// Whether nothing follows.
    pub(crate) fn is_over(&self) -> bool {
        self.state().over
    }

    /// The sender has been told that it may send so much more.
    pub(crate) fn grant(&self, bytes: u32) {
        let mut state = self.state();
        state.credit += i64::from(bytes);
    }

    /// Nobody reads any more: what has arrived is dropped, and so is what follows.
    pub(crate) fn abandon(&self) {
        let mut state = self.state();
        state.over = true;
        state.ending = None;
        state.arrived = Batch::default();
    }

    /// Takes all that has arrived in exchange for the empty `batch`, or the end, when there is nothing else.
    pub(crate) fn poll_batch(&self, cx: &mut Context<'_>, batch: &mut Batch) -> Poll<Option<Ending>> {
        let mut state = self.state();
        if !state.arrived.pieces.is_empty() {
            std::mem::swap(&mut state.arrived, batch);
            return Poll::Ready(None);
        }
        if state.over {
            // Asked again after the end, it has ended all the same.
            return Poll::Ready(Some(state.ending.take().unwrap_or(Ending::Finished)));
        }
        state.wait(cx);
        Poll::Pending
    }
}

impl State {
    fn wait(&mut self, cx: &Context<'_>) {
        match &mut self.reader {
            Some(reader) => reader.clone_from(cx.waker()),
            none => *none = Some(cx.waker().clone()),
        }
    }
}

impl Batch {
    /// Appends an item. Its attachments are taken out here, where they are copied in any case.
    ///
    /// # Errors
    ///
    /// Its table of attachments is none.
    pub(crate) fn push(&mut self, channel: &[u8], payload: Payload<'_>) -> Result<(), TableError> {
        let (bytes, attachments) = (payload.len(), payload.has_attachments());
        let piece = match payload.into_bytes() {
            Ok(bytes) => {
                let payload = Payload::owned(bytes, attachments);
                payload.check()?;
                Piece::Large(Box::new(Large { channel: channel.into(), payload }))
            }
            Err(lent) => {
                let (json, attached) = lent.open()?;
                if attachments {
                    self.attached.push_back(attached);
                }
                if self.bytes.capacity() == 0 {
                    self.bytes = buffer::lend();
                }
                self.bytes.extend_from_slice(channel);
                self.bytes.extend_from_slice(&json);
                let channel = u8::try_from(channel.len()).expect("a channel name has at most 128 bytes");
                let fits = "what fits a frame has at most 64 KiB";
                let (json, payload) = (u32::try_from(json.len()).expect(fits), u32::try_from(bytes).expect(fits));
                Piece::Small { channel, json, payload, attachments }
            }
        };
        self.pieces.push_back(piece);
        self.count(bytes);
        Ok(())
    }

    /// Appends items as they arrived: `frames` of which each has a payload without attachments, and has been
    /// [counted](Self::count).
    pub(crate) fn push_frames(&mut self, frames: &[u8]) {
        if frames.is_empty() {
            return;
        }
        if self.bytes.capacity() == 0 {
            self.bytes = buffer::lend();
        }
        self.bytes.extend_from_slice(frames);
        self.pieces.push_back(Piece::Frames(u32::try_from(frames.len()).expect("a read brings less than 4 GiB")));
    }

    fn push_missed(&mut self, payload: usize, count: u64) {
        self.count(payload);
        let payload = u32::try_from(payload).expect("a message has less than 4 GiB, as its limit is a u32");
        self.pieces.push_back(Piece::Missed { count, payload });
    }

    /// Counts an item of so many bytes.
    pub(crate) fn count(&mut self, payload: usize) {
        self.cost_before_last = self.cost;
        self.cost += cost(payload);
    }

    /// Moves the items of `other` behind these.
    fn append(&mut self, other: &mut Self) {
        if self.pieces.is_empty() {
            self.clear();
            std::mem::swap(self, other);
            return;
        }
        self.bytes.extend_from_slice(&other.bytes);
        self.pieces.append(&mut other.pieces);
        self.attached.append(&mut other.attached);
        other.clear();
    }

    /// Empties it, and keeps its room.
    pub(crate) fn clear(&mut self) {
        self.bytes.clear();
        self.pieces.clear();
        self.attached.clear();
        (self.cost, self.cost_before_last) = (0, 0);
    }

    /// Gives back its room, as nothing is in it.
    pub(crate) fn rest(&mut self) {
        let Self { bytes, pieces, .. } = std::mem::take(self);
        debug_assert!(pieces.is_empty(), "only an empty batch rests");
        buffer::give_back(bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Items of so many bytes each, with their headers.
    fn batch(costs: &[usize]) -> Batch {
        let mut batch = Batch::default();
        for cost in costs {
            batch.push(b"", Payload::lent(&vec![b' '; cost - 12], false)).expect("it has no table");
        }
        batch
    }

    #[test]
    fn only_the_last_item_of_a_batch_may_be_larger_than_the_credit_that_is_left() {
        let inbox = Inbox::new(100);
        assert_eq!(inbox.push_all(7, &mut batch(&[50, 49, 1000])), Ok(()));
        assert_eq!(inbox.push_all(7, &mut batch(&[12])), Err(Overdrawn(7)));
        inbox.grant(1000);
        assert_eq!(inbox.push_all(7, &mut batch(&[12])), Ok(()), "1100 were granted by now, and 1099 spent");
        let inbox = Inbox::new(100);
        assert_eq!(inbox.push_all(7, &mut batch(&[50, 50, 12])), Err(Overdrawn(7)));
    }

    #[test]
    fn batches_follow_each_other_until_they_are_taken() {
        let inbox = Inbox::new(1000);
        let mut arriving = batch(&[13]);
        inbox.push_all(7, &mut arriving).expect("there is credit");
        assert!(arriving.pieces.is_empty() && arriving.bytes.is_empty());
        arriving.push(b"a:b", Payload::lent(b"{}", false)).expect("it has no table");
        inbox.push_all(7, &mut arriving).expect("there is credit");
        let (mut taken, mut cx) = (Batch::default(), Context::from_waker(Waker::noop()));
        assert!(matches!(inbox.poll_batch(&mut cx, &mut taken), Poll::Ready(None)));
        assert_eq!((taken.bytes.as_slice(), taken.pieces.len()), (&b" a:b{}"[..], 2));
        assert!(inbox.poll_batch(&mut cx, &mut taken).is_pending());
    }

    #[test]
    fn attachments_are_taken_out_when_their_item_arrives_and_follow_it() {
        let inbox = Inbox::new(1000);
        let (mut first, mut second) = (Batch::default(), Batch::default());
        first.push(b"", Payload::lent(b"1", false)).expect("it has no table");
        second.push(b"", Payload::lent(b"\x01\0\0\0\x02\0\0\0\"$0\"ab", true)).expect("the table is whole");
        assert!(second.push(b"", Payload::lent(b"\x09\0\0\0{}", true)).is_err());
        for batch in [&mut first, &mut second] {
            inbox.push_all(7, batch).expect("there is credit");
        }
        let (mut taken, mut cx) = (Batch::default(), Context::from_waker(Waker::noop()));
        assert!(matches!(inbox.poll_batch(&mut cx, &mut taken), Poll::Ready(None)));
        assert_eq!(taken.bytes, b"1\"$0\"");
        assert_eq!(taken.attached, [[Bytes::from_static(b"ab")]]);
        assert!(matches!(taken.pieces.back(), Some(Piece::Small { json: 4, payload: 14, attachments: true, .. })));
    }
}
