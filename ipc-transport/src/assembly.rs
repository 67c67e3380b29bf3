//! Messages that have not arrived whole. Pure: no socket, no runtime.

use std::time::Duration;

use bytes::BufMut;
use bytes::buf::Limit;
use ipc_core::envelope::{Kind, UPSTREAM};
use tokio::time::Instant;

use crate::frame::Frame;

/// The room that is made for a message, as a multiple of what has arrived of it: 1 MiB when a full fragment is there, so that
/// most messages are never moved, and next to nothing for what was announced alone.
const ROOM: usize = 16;

/// The messages of one connection of which a part has arrived.
#[derive(Debug)]
pub(crate) struct Assembly {
    partial: Vec<Partial>,
    begun: Option<Begun>,
    pub(crate) limits: AssemblyLimits,
}

/// What a connection may have half-arrived at one time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AssemblyLimits {
    /// The bytes of one message.
    pub(crate) message_bytes: u32,
    /// The bytes of all messages together.
    pub(crate) buffered_bytes: usize,
    /// The messages.
    pub(crate) messages: u32,
}

#[derive(Debug)]
struct Partial {
    kind: Kind,
    id: u32,
    total: usize,
    channel: Vec<u8>,
    deadline: Option<Instant>,
    attachments: bool,
    payload: Payload,
    arrived: usize,
}

#[derive(Debug)]
enum Payload {
    Kept(Vec<u8>),
    /// The message is refused, but its sender is told only when its last fragment has passed: until then the sender
    /// must not use the id for another message.
    TooLarge,
    Overloaded,
}

/// A frame of which bytes are missing. What comes of it is put where it belongs, however little comes at a time: kept where
/// it was read until the frame is whole, it would be moved to make room for the rest.
#[derive(Debug)]
struct Begun {
    place: Place,
    missing: usize,
    /// Fragments follow it.
    more: bool,
}

#[derive(Debug)]
enum Place {
    /// The message of this place among the partial ones.
    Fragment(usize),
    /// A message of its own.
    Whole(Box<Message>),
}

/// A message that did not arrive whole.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Message {
    pub(crate) kind: Kind,
    pub(crate) id: u32,
    pub(crate) channel: Vec<u8>,
    /// The sender's deadline, counted from the first fragment.
    pub(crate) deadline: Option<Instant>,
    /// Whether the payload begins with a table of attachments.
    pub(crate) attachments: bool,
    pub(crate) payload: Vec<u8>,
}

/// What a fragment came to.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Assembled {
    /// More is to come.
    Partly,
    /// The message is whole.
    Whole(Message),
    /// The message was larger than a message may be, and has been passed over.
    TooLarge { kind: Kind, id: u32, total: usize },
    /// The connection had too much half-arrived when the message began, and it has been passed over.
    Overloaded { kind: Kind, id: u32, total: usize },
}

/// Why a fragment cannot be taken. The connection cannot go on after that.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum FragmentError {
    #[error("a fragment of a {kind:?} {id} that never began")]
    Unknown { kind: Kind, id: u32 },
    #[error("a {kind:?} {id} began twice")]
    Twice { kind: Kind, id: u32 },
    #[error("the fragments of a {kind:?} {id} have not the {total} bytes that the first announced")]
    Length { kind: Kind, id: u32, total: usize },
    #[error("more than {0} messages at once arrive in fragments")]
    TooMany(usize),
}

impl Assembly {
    pub(crate) fn new(limits: AssemblyLimits) -> Self {
        Self { partial: Vec::new(), begun: None, limits }
    }

    /// Takes one fragment.
    pub(crate) fn take(&mut self, frame: &Frame<'_>) -> Result<Assembled, FragmentError> {
        let index = self.add(frame, 0)?;
        Ok(self.end_fragment(index, frame.flags.more))
    }

    /// Takes what has come of a frame of which bytes are missing.
    pub(crate) fn begin(&mut self, frame: &Frame<'_>, missing: usize) -> Result<(), FragmentError> {
        let place = if frame.is_fragment() {
            Place::Fragment(self.add(frame, missing)?)
        } else {
            let mut payload = Vec::with_capacity(frame.payload.len() + missing);
            payload.extend_from_slice(frame.payload);
            Place::Whole(Box::new(Message {
                kind: frame.kind,
                id: frame.id,
                channel: frame.channel.to_vec(),
                deadline: deadline(frame.deadline),
                attachments: frame.flags.attachments,
                payload,
            }))
        };
        self.begun = Some(Begun { place, missing, more: frame.flags.more });
        Ok(())
    }

    /// Where the rest of the frame that has begun is read to, where it has attachments, and how much of it is missing.
    ///
    /// A text is read with what follows it: it is copied once more when it is read as JSON, and more is read at once so.
    pub(crate) fn room(&mut self) -> Option<Limit<&mut Vec<u8>>> {
        let attachments = match &self.begun.as_ref()?.place {
            Place::Whole(message) => message.attachments,
            Place::Fragment(index) => self.partial.get(*index)?.attachments,
        };
        let missing = self.begun.as_ref()?.missing;
        if attachments && missing > 0 { self.payload().map(|payload| payload.limit(missing)) } else { None }
    }

    /// Where the rest of the frame that has begun belongs. What is passed over belongs nowhere.
    fn payload(&mut self) -> Option<&mut Vec<u8>> {
        match &mut self.begun.as_mut()?.place {
            Place::Whole(message) => Some(&mut message.payload),
            Place::Fragment(index) => match &mut self.partial.get_mut(*index)?.payload {
                Payload::Kept(payload) => Some(payload),
                Payload::TooLarge | Payload::Overloaded => None,
            },
        }
    }

    /// So much has been put where it belongs.
    pub(crate) fn note_arrived(&mut self, bytes: usize) {
        if let Some(begun) = &mut self.begun {
            begun.missing = begun.missing.saturating_sub(bytes);
        }
    }

    /// Takes what is missing of the frame that has begun out of `bytes`; answers what it came to, when it is whole.
    pub(crate) fn go_on(&mut self, bytes: &mut &[u8]) -> Option<Assembled> {
        let missing = self.begun.as_ref()?.missing;
        let (now, later) = bytes.split_at_checked(missing).unwrap_or((bytes, &[]));
        if let Some(payload) = self.payload() {
            payload.extend_from_slice(now);
        }
        *bytes = later;
        self.note_arrived(now.len());
        let Begun { place, more, .. } = self.begun.take_if(|begun| begun.missing == 0)?;
        Some(match place {
            Place::Whole(message) => Assembled::Whole(*message),
            Place::Fragment(index) => self.end_fragment(index, more),
        })
    }

    /// Takes what has come of a fragment, and answers the place of its message.
    fn add(&mut self, frame: &Frame<'_>, missing: usize) -> Result<usize, FragmentError> {
        let (kind, id) = (frame.kind, frame.id);
        let found = self.partial.iter().position(|partial| partial.kind == kind && partial.id == id);
        let index = match (found, frame.total) {
            (Some(_), Some(_)) => return Err(FragmentError::Twice { kind, id }),
            (None, None) => return Err(FragmentError::Unknown { kind, id }),
            (Some(index), None) => index,
            // Messages that were refused are still counted until their last fragment has passed.
            (None, Some(_)) if self.partial.len() >= 2 * self.limits.messages as usize => {
                return Err(FragmentError::TooMany(self.partial.len()));
            }
            (None, Some(total)) => self.open(frame, total as usize),
        };
        let Some(partial) = self.partial.get_mut(index) else { return Err(FragmentError::Unknown { kind, id }) };
        partial.arrived += frame.payload.len() + missing;
        let total = partial.total;
        if partial.arrived > total || (!frame.flags.more && partial.arrived < total) {
            return Err(FragmentError::Length { kind, id, total });
        }
        partial.attachments |= frame.flags.attachments;
        if let Payload::Kept(payload) = &mut partial.payload {
            if payload.capacity() < partial.arrived {
                let here = payload.len() + frame.payload.len();
                payload.reserve_exact((ROOM * here).max(partial.arrived).min(total) - payload.len());
            }
            payload.extend_from_slice(frame.payload);
        }
        Ok(index)
    }

    /// What a fragment came to that has arrived whole.
    fn end_fragment(&mut self, index: usize, more: bool) -> Assembled {
        if more {
            return Assembled::Partly;
        }
        let Partial { kind, id, total, channel, deadline, attachments, payload, .. } = self.partial.swap_remove(index);
        match payload {
            Payload::Kept(payload) => Assembled::Whole(Message { kind, id, channel, deadline, attachments, payload }),
            Payload::TooLarge => Assembled::TooLarge { kind, id, total },
            Payload::Overloaded => Assembled::Overloaded { kind, id, total },
        }
    }

    /// Whether no message is half-arrived.
    pub(crate) fn is_empty(&self) -> bool {
        self.partial.is_empty() && self.begun.is_none()
    }

    /// Forgets what has arrived of a message of which no more will come; answers whether there was any.
    pub(crate) fn forget(&mut self, kind: Kind, id: u32) -> bool {
        let found = self.partial.iter().position(|partial| partial.kind == kind && partial.id == id);
        found.map(|index| self.partial.swap_remove(index)).is_some()
    }

    fn open(&mut self, frame: &Frame<'_>, total: usize) -> usize {
        // Answers are counted apart: what the peer asks for must not stand in the way of what it was asked.
        let is_answer = |kind, id| match kind {
            Kind::Response | Kind::Event => true,
            Kind::Item => id & UPSTREAM == 0,
            _ => false,
        };
        let kept = self.partial.iter().filter(|partial| {
            matches!(partial.payload, Payload::Kept(_))
                && is_answer(partial.kind, partial.id) == is_answer(frame.kind, frame.id)
        });
        let (messages, bytes) = kept.fold((0, 0), |(messages, bytes), one| (messages + 1, bytes + one.total));
        let payload = if total > self.limits.message_bytes as usize {
            Payload::TooLarge
        } else if messages >= self.limits.messages as usize || bytes + total > self.limits.buffered_bytes {
            Payload::Overloaded
        } else {
            Payload::Kept(Vec::new())
        };
        let channel = frame.channel.to_vec();
        self.partial.push(Partial {
            kind: frame.kind,
            id: frame.id,
            total,
            channel,
            deadline: deadline(frame.deadline),
            attachments: false,
            payload,
            arrived: 0,
        });
        self.partial.len() - 1
    }
}

/// The time at which this many milliseconds have passed.
pub(crate) fn deadline(remaining: Option<u32>) -> Option<Instant> {
    remaining.map(|millis| Instant::now() + Duration::from_millis(millis.into()))
}

#[cfg(test)]
mod tests;
