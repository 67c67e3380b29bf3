//! What has arrived of a stream and has not been taken: the receiver's side of back-pressure. Pure: no socket.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard};
use std::task::{Context, Poll, Waker};

use ipc_core::{Ending, Failure};

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
}

/// One item of a batch.
#[derive(Debug)]
pub(crate) enum Piece {
    /// The next bytes of the batch: a channel name, where the subscription is to more than one, and the payload.
    Small { channel: u8, payload: u32, attachments: bool },
    /// A large one, which lies by itself.
    Large { channel: Box<[u8]>, payload: Vec<u8>, attachments: bool },
    /// So many events were missed before the next, as a payload of so many bytes told.
    Missed { count: u64, payload: usize },
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

    /// Takes an item. One that comes after the end is passed over.
    ///
    /// # Errors
    ///
    /// The sender had no credit left.
    pub(crate) fn push(&self, id: u32, channel: &[u8], payload: Payload<'_>) -> Result<(), Overdrawn> {
        let reader = {
            let mut state = self.state();
            if state.over {
                return Ok(());
            }
            if state.credit <= 0 {
                return Err(Overdrawn(id));
            }
            state.credit -= cost(payload.len());
            state.arrived.push(channel, payload);
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
        let reader = {
            let mut state = self.state();
            if state.over {
                return Ok(());
            }
            if state.credit <= 0 {
                return Err(Overdrawn(id));
            }
            state.credit -= cost(payload);
            state.arrived.pieces.push_back(Piece::Missed { count, payload });
            state.reader.take()
        };
        if let Some(reader) = reader {
            reader.wake();
        }
        Ok(())
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
    fn push(&mut self, channel: &[u8], payload: Payload<'_>) {
        let attachments = payload.has_attachments();
        let piece = match payload.into_owned_if_large() {
            Ok(payload) => Piece::Large { channel: channel.into(), payload, attachments },
            Err(small) => {
                self.bytes.extend_from_slice(channel);
                self.bytes.extend_from_slice(small);
                let channel = u8::try_from(channel.len()).expect("a channel name has at most 128 bytes");
                let payload = u32::try_from(small.len()).expect("what fits a frame has at most 64 KiB");
                Piece::Small { channel, payload, attachments }
            }
        };
        self.pieces.push_back(piece);
    }
}
