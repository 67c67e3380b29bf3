//! What each frame that arrives does.

use std::cell::Cell;
use std::sync::Arc;

use ipc_core::envelope::attachments::TableError;
use ipc_core::envelope::{HEADER_BYTES, Kind, UPSTREAM};
use ipc_core::{Ending, Failure, code};
use tokio::time::Instant;

use super::{Driver, End};
use crate::assembly::{Assembled, FragmentError, Message, deadline};
use crate::frame::{self, Frame, FrameError};
use crate::inbox::{Batch, Inbox, Overdrawn};
use crate::link::{Link, goodbye};
use crate::payload::Payload;

/// The channel on which the publisher tells a subscriber how many events it missed: a JSON number. No event of an
/// application can have it.
pub(crate) const MISSED: &str = "ipc:missed";

thread_local! {
    /// A batch that no connection of this thread has a use for now, without room for items.
    static SPARE: Cell<Option<Box<Batch>>> = const { Cell::new(None) };
}

fn lend() -> Box<Batch> {
    SPARE.take().unwrap_or_default()
}

/// Takes a batch back, as nothing is in it.
pub(super) fn give_back(mut batch: Box<Batch>) {
    batch.rest();
    SPARE.set(Some(batch));
}

impl From<Overdrawn> for End {
    fn from(error: Overdrawn) -> Self {
        Self::Violation(error.to_string())
    }
}

impl From<FrameError> for End {
    fn from(error: FrameError) -> Self {
        Self::Violation(error.to_string())
    }
}

impl From<FragmentError> for End {
    fn from(error: FragmentError) -> Self {
        Self::Violation(error.to_string())
    }
}

impl From<TableError> for End {
    fn from(error: TableError) -> Self {
        Self::Violation(error.to_string())
    }
}

impl Driver {
    /// Whether a frame is an item, or an event, and nothing is particular about it.
    pub(super) fn is_plain_item(&self, frame: &Frame<'_>) -> bool {
        let item = match frame.kind {
            Kind::Item => true,
            Kind::Event => frame.channel != MISSED.as_bytes(),
            _ => false,
        };
        item && !frame.is_fragment() && frame.payload.len() <= self.assembly.limits.message_bytes as usize
    }

    /// Takes the plain item that `bytes` begin with, and those of the same stream that follow it: whoever reads them is
    /// looked up, and woken, once for all of them, and they are copied together. Answers what is left of `bytes`.
    pub(super) fn take_items<'a>(&mut self, first: Frame<'a>, taken: usize, bytes: &'a [u8]) -> Result<&'a [u8], End> {
        let inbox = self.inbox(first.kind, first.id);
        let mut arriving = self.arriving.take().unwrap_or_else(lend);
        let (mut frame, mut begin, mut end) = (first, 0, taken);
        let checked = loop {
            let payload = Payload::lent(frame.payload, frame.flags.attachments);
            if !frame.flags.attachments {
                arriving.count(frame.payload.len());
            } else {
                // They are copied by themselves.
                let before = end - HEADER_BYTES - frame.channel.len() - frame.payload.len();
                arriving.push_frames(bytes.get(begin..before).unwrap_or_default());
                begin = end;
                if let Err(error) = arriving.push(frame.channel, payload) {
                    break Err(error.into());
                }
            }
            match frame::decode(bytes.get(end..).unwrap_or_default()) {
                Ok(Some((next, taken)))
                    if (next.kind, next.id) == (first.kind, first.id) && self.is_plain_item(&next) =>
                {
                    end += taken;
                    frame = next;
                }
                // What is no frame is found to be none again.
                _ => break Ok(()),
            }
        };
        // What came before something that is wrong arrives.
        match inbox {
            Some(inbox) => {
                arriving.push_frames(bytes.get(begin..end).unwrap_or_default());
                inbox.push_all(first.id, &mut arriving)?;
            }
            None => arriving.clear(),
        }
        self.arriving = Some(arriving);
        checked.map(|()| bytes.get(end..).unwrap_or_default())
    }

    /// Where the items of a stream go, or the events of a subscription. What belongs to nothing may have crossed its end
    /// on the way.
    fn inbox(&self, kind: Kind, id: u32) -> Option<Arc<Inbox>> {
        match kind {
            Kind::Event => self.link.calls.events(id),
            _ if id & UPSTREAM != 0 => self.link.serving.incoming(id & !UPSTREAM),
            _ => self.link.calls.items(id),
        }
    }

    pub(super) fn take_frame(&mut self, frame: &Frame<'_>) -> Result<(), End> {
        let (kind, id) = (frame.kind, frame.id);
        if id & UPSTREAM != 0 && matches!(kind, Kind::Request | Kind::Subscribe) {
            return Err(End::Violation(format!("the id {id:#x} of a {kind:?} is not below 2^31")));
        }
        if !frame.is_fragment() {
            let size = frame.payload.len();
            if size > self.assembly.limits.message_bytes as usize && kind.has_flags() {
                return self.refuse_large(kind, id, size);
            }
            let payload = Payload::lent(frame.payload, frame.flags.attachments);
            return self.take_message(kind, id, frame.channel, deadline(frame.deadline), payload);
        }
        let assembled = self.assembly.take(frame)?;
        self.take_assembled(assembled)
    }

    /// Takes what has come of a frame of which bytes are missing, where it goes by itself, as fragments do and attachments:
    /// answers whether it does.
    pub(super) fn begin_frame(&mut self, bytes: &[u8]) -> Result<bool, End> {
        let Some((frame, missing)) = frame::begun(bytes)? else { return Ok(false) };
        let fits = frame.payload.len() + missing <= self.assembly.limits.message_bytes as usize;
        let begins = frame.is_fragment() || (frame.flags.attachments && fits);
        if begins {
            self.assembly.begin(&frame, missing)?;
        }
        Ok(begins)
    }

    /// Takes what a frame that did not arrive at once, or a fragment, came to.
    pub(super) fn take_assembled(&mut self, assembled: Assembled) -> Result<(), End> {
        match assembled {
            Assembled::Partly => Ok(()),
            Assembled::Whole(Message { kind, id, channel, deadline, attachments, payload }) => {
                self.take_message(kind, id, &channel, deadline, Payload::owned(payload, attachments))
            }
            Assembled::TooLarge { kind, id, total } => self.refuse_large(kind, id, total),
            Assembled::Overloaded { kind, id, total } => {
                let limits = &self.link.limits;
                let (bytes, messages) = (limits.buffered(), limits.in_flight);
                let said = format_args!(
                    "more would be half-arrived than a connection may have, {bytes} bytes of {messages} messages"
                );
                self.refuse_message(kind, id, total, &Failure::new(code::OVERLOADED, said))
            }
        }
    }

    fn refuse_large(&mut self, kind: Kind, id: u32, bytes: usize) -> Result<(), End> {
        let limit = self.link.limits.message_bytes;
        let said = format_args!("the message has {bytes} bytes, and a message may have {limit}");
        self.refuse_message(kind, id, bytes, &Failure::new(code::TOO_LARGE, said))
    }

    /// A message that was not kept: its sender learns so, or whoever waits for it.
    fn refuse_message(&mut self, kind: Kind, id: u32, bytes: usize, failure: &Failure) -> Result<(), End> {
        match kind {
            Kind::Response => self.fail(id, failure),
            Kind::Request | Kind::Subscribe => self.reply(id, failure),
            Kind::Item if id & UPSTREAM != 0 => {
                if let Some(incoming) = self.link.serving.incoming(id & !UPSTREAM) {
                    incoming.end(Ending::Gone(failure.message().into()));
                }
            }
            Kind::Item => {
                let mut response = Vec::new();
                ipc_core::response::write_failure(&mut response, failure);
                self.link.calls.end_items(id, Ending::Answered(response, Vec::new()));
            }
            // An end is an end, however it was said.
            Kind::End if id & UPSTREAM == 0 => {
                let said = serde_json::to_vec(failure).expect("a failure is two strings and a JSON value");
                self.link.calls.end_events(id, Payload::owned(said, false));
            }
            Kind::Event => {
                if let Some(inbox) = self.link.calls.events(id) {
                    inbox.push_missed(id, bytes, 1)?;
                }
            }
            _ => tracing::warn!(?kind, id, %failure, "a message was passed over"),
        }
        Ok(())
    }

    fn take_message(
        &mut self,
        kind: Kind,
        id: u32,
        channel: &[u8],
        deadline: Option<Instant>,
        payload: Payload<'_>,
    ) -> Result<(), End> {
        match kind {
            Kind::Request => self.serve(id, channel, deadline, payload)?,
            Kind::Notification => self.serve_notification(channel, payload),
            Kind::Subscribe => self.serve_subscription(id, channel, payload)?,
            Kind::Response => match payload.check() {
                Ok(()) => self.answer(id, payload),
                Err(error) => {
                    // A caller must not take a peer that answers what it cannot for a mistake in its own request.
                    let said = format_args!("the response cannot be read: {error}");
                    self.fail(id, &Failure::new(code::INTERNAL, said));
                }
            },
            Kind::Cancel => self.cancel(id),
            Kind::Unsubscribe => {
                self.throttle.count();
                self.link.publishing.end(id);
            }
            Kind::Item | Kind::Event => self.take_item(kind, id, channel, payload)?,
            Kind::End if id & UPSTREAM != 0 => {
                if let Some(incoming) = self.link.serving.incoming(id & !UPSTREAM) {
                    incoming.end(Ending::Finished);
                }
            }
            Kind::End => self.link.calls.end_events(id, payload),
            Kind::Credit => self.take_credit(id, payload.bytes())?,
            Kind::Ping => {
                self.throttle.count();
                frame::put(self.replies(), Kind::Pong, id, payload.bytes());
                self.replies_waiting += 1;
            }
            Kind::Goodbye => {
                let failure: Failure = serde_json::from_slice(payload.bytes())
                    .map_err(|error| End::Violation(format!("a goodbye that says nothing: {error}")))?;
                self.link.end_streams(failure.message());
                self.link.note_farewell(failure);
                self.link.outbox.push_goodbye(&goodbye(&Failure::new(code::UNAVAILABLE, "goodbye")));
            }
            Kind::Hello => return Err(End::Violation("a second hello".to_owned())),
            Kind::Pong => {
                self.throttle.count();
                tracing::debug!(id, "a pong that was not asked for was passed over");
            }
        }
        Ok(())
    }

    /// Brings an item, or an event, to whoever reads it.
    fn take_item(&mut self, kind: Kind, id: u32, channel: &[u8], payload: Payload<'_>) -> Result<(), End> {
        let Some(inbox) = self.inbox(kind, id) else { return Ok(payload.check()?) };
        if kind == Kind::Event && channel == MISSED.as_bytes() {
            let count = serde_json::from_slice(payload.bytes())
                .map_err(|error| End::Violation(format!("no number of missed events: {error}")))?;
            inbox.push_missed(id, payload.len(), count)?;
        } else {
            let mut one = Batch::default();
            one.push(channel, payload)?;
            inbox.push_all(id, &mut one)?;
        }
        Ok(())
    }

    /// The peer takes more of a stream that this side sends.
    fn take_credit(&self, id: u32, payload: &[u8]) -> Result<(), End> {
        let Ok(bytes) = payload.try_into().map(u32::from_le_bytes) else {
            return Err(End::Violation(format!("a credit of {} bytes, where it has four", payload.len())));
        };
        if id & UPSTREAM != 0 {
            self.link.calls.add_credit(id & !UPSTREAM, bytes);
        } else if let Some(credit) = self.link.serving.answer_credit(id) {
            credit.add(bytes);
        } else {
            self.link.publishing.add_credit(id, bytes);
        }
        Ok(())
    }

    /// Brings an answer to its caller.
    fn answer(&self, id: u32, payload: Payload<'_>) {
        if let Err(unknown) = self.link.calls.answer(id, payload) {
            tracing::debug!(%unknown, "a response was passed over");
        }
    }

    /// Fails a call of this side.
    fn fail(&self, id: u32, failure: &Failure) {
        let mut body = Vec::new();
        ipc_core::response::write_failure(&mut body, failure);
        self.answer(id, Payload::owned(body, false));
    }

    /// The place where the items go that a caller sends beside its request.
    pub(super) fn incoming(link: &Link) -> Arc<Inbox> {
        Arc::new(Inbox::new(link.limits.stream_bytes))
    }
}
