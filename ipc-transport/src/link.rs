//! A connection as everybody sees it but its own task: what is in flight, what is to be sent, how it ends.

use std::future::poll_fn;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use ipc_core::envelope::Kind;
use ipc_core::{Failure, Peer, current_deadline, earlier};
use tokio::sync::watch;
use tokio::time::Instant;

use crate::buffer;
use crate::calls::Calls;
use crate::frame::{self, Large};
use crate::hello::Hello;
use crate::limits::Limits;
use crate::outbox::{NotSent, Outbox, Outgoing, Urgency, WriteHalf};
use crate::serving::Serving;

/// One connection. Both ends are equal: either may call and answer.
#[derive(Debug)]
pub(crate) struct Link {
    pub(crate) outbox: Outbox,
    pub(crate) calls: Calls,
    pub(crate) serving: Serving,
    pub(crate) remote: Hello,
    pub(crate) peer: Peer,
    pub(crate) limits: Limits,
    /// What the peer said when it said goodbye.
    farewell: Mutex<Option<Failure>>,
    stopping: AtomicBool,
    ended: watch::Sender<Option<Arc<str>>>,
}

/// Why a call has no response.
#[derive(Debug)]
pub(crate) enum CallError {
    Encode(serde_json::Error),
    TooLarge { size: usize, limit: usize },
    Gone(Arc<str>),
    TimedOut,
}

/// The milliseconds until `deadline`, which a sender rounds up: a caller never waits less than it said.
fn remaining_millis(deadline: Instant) -> u32 {
    let remaining = deadline.saturating_duration_since(Instant::now());
    u32::try_from(remaining.as_micros().div_ceil(1000)).unwrap_or(u32::MAX)
}

impl Link {
    pub(crate) fn new(writer: WriteHalf, remote: Hello, peer: Peer, limits: Limits) -> Self {
        let in_flight = limits.in_flight.min(remote.limits.in_flight);
        Self {
            outbox: Outbox::new(writer, limits.buffered()),
            calls: Calls::new(in_flight as usize),
            serving: Serving::default(),
            remote,
            peer,
            limits,
            farewell: Mutex::new(None),
            stopping: AtomicBool::new(false),
            ended: watch::Sender::new(None),
        }
    }

    /// Makes a call; `encode` appends the request's body. Answers the response's body.
    ///
    /// Cancel safe: dropping the future cancels the call.
    pub(crate) async fn call(
        &self,
        channel: &str,
        deadline: Option<Instant>,
        encode: impl FnOnce(&mut Vec<u8>) -> Result<(), serde_json::Error>,
    ) -> Result<Vec<u8>, CallError> {
        let deadline = earlier(deadline, current_deadline());
        match deadline {
            None => self.call_until_answered(channel, None, encode).await,
            // A call that is dropped is cancelled, so the server learns of the deadline's end at the same time, if it
            // has not seen it by itself.
            Some(deadline) => {
                tokio::time::timeout_at(deadline, self.call_until_answered(channel, Some(deadline), encode))
                    .await
                    .unwrap_or(Err(CallError::TimedOut))
            }
        }
    }

    async fn call_until_answered(
        &self,
        channel: &str,
        deadline: Option<Instant>,
        encode: impl FnOnce(&mut Vec<u8>) -> Result<(), serde_json::Error>,
    ) -> Result<Vec<u8>, CallError> {
        let deadline = deadline.map(remaining_millis);
        let mut buffer = buffer::lend();
        let started = frame::begin_within(&mut buffer, Kind::Request, 0, channel, deadline);
        if let Err(error) = encode(&mut buffer) {
            buffer::give_back(buffer);
            return Err(CallError::Encode(error));
        }
        let (size, limit) = (started.payload_bytes(&buffer), self.remote.limits.message_bytes as usize);
        if size > limit {
            buffer::give_back(buffer);
            return Err(CallError::TooLarge { size, limit });
        }
        let large = match frame::finish(&mut buffer, started) {
            Ok(()) => None,
            Err(_) => Some(started.take_payload(&mut buffer)),
        };
        if self.outbox.is_full() {
            self.outbox.room().await;
        }
        let (id, alone) = self.calls.open().await.map_err(CallError::Gone)?;
        let open = OpenCall { link: self, id };
        let outgoing = match large {
            None => {
                frame::set_id(&mut buffer, started, id);
                Outgoing::Frames(&buffer)
            }
            Some((channel, payload)) => Outgoing::Large(Large { kind: Kind::Request, id, channel, deadline, payload }),
        };
        let pushed = self.outbox.push_request(outgoing);
        buffer::give_back(buffer);
        if let Err(reason) = pushed {
            self.calls.discard(id);
            std::mem::forget(open);
            return Err(CallError::Gone(self.why_not(reason)));
        }
        self.outbox.send(if alone { Urgency::Alone } else { Urgency::Shared }).await;
        let answer = poll_fn(|cx| self.calls.poll_answer(id, cx)).await;
        std::mem::forget(open);
        answer.map_err(CallError::Gone)
    }

    fn why_not(&self, reason: NotSent) -> Arc<str> {
        match (reason, self.why_ended()) {
            (_, Some(reason)) => reason,
            (NotSent::Leaving, None) => {
                self.farewell().map_or("this side said goodbye", |_| "the peer said goodbye").into()
            }
            (NotSent::Closed, None) => "it was closed".into(),
        }
    }

    /// Ends the response to a call of the peer, which began in `buffer` at `started`. One that is too large for a frame
    /// is taken out and queued by itself; one that is too large for the peer is replaced by a failure, which is sent
    /// however little the peer takes.
    pub(crate) fn finish_response(&self, id: u32, buffer: &mut Vec<u8>, started: frame::Started) {
        let limit = self.remote.limits.message_bytes as usize;
        let size = started.payload_bytes(buffer);
        if size > limit {
            started.take_back(buffer);
            let said = format_args!("the response has {size} bytes, and the caller takes {limit}");
            let started = frame::begin(buffer, Kind::Response, id, "");
            ipc_core::response::write_failure(buffer, &Failure::new(ipc_core::code::TOO_LARGE, said));
            frame::finish(buffer, started).expect("a failure of the framework itself has a few hundred bytes");
            return;
        }
        if frame::finish(buffer, started).is_err() {
            let (channel, payload) = started.take_payload(buffer);
            let large = Large { kind: Kind::Response, id, channel, deadline: None, payload };
            if self.outbox.push(Outgoing::Large(large)).is_err() {
                tracing::debug!(id, "a response was dropped, as the connection is gone");
            }
        }
    }

    /// Makes no more requests, and asks the peer to make none.
    pub(crate) fn leave(&self, message: &str) {
        self.outbox.push_goodbye(&goodbye(&Failure::new(ipc_core::code::UNAVAILABLE, message)));
        self.outbox.flush();
        self.outbox.wake_driver();
    }

    /// Notes the peer's goodbye.
    pub(crate) fn note_farewell(&self, failure: Failure) {
        self.farewell.lock().expect("nothing panics while it holds the farewell").get_or_insert(failure);
    }

    /// What the peer said when it said goodbye, if it did.
    pub(crate) fn farewell(&self) -> Option<Failure> {
        self.farewell.lock().expect("nothing panics while it holds the farewell").clone()
    }

    /// Ends the connection as soon as what is queued has been written.
    pub(crate) fn stop(&self) {
        self.stopping.store(true, Ordering::Release);
        self.outbox.wake_driver();
    }

    pub(crate) fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Acquire)
    }

    /// The connection is gone: nothing is answered any more, in either direction.
    pub(crate) fn close(&self, reason: &str) {
        // First of all, so that whoever learns of it by a call that failed finds the connection closed.
        self.ended.send_if_modified(|ended| {
            let first = ended.is_none();
            ended.get_or_insert_with(|| reason.into());
            first
        });
        self.serving.cancel_all();
        self.outbox.close();
        self.calls.close(reason);
    }

    /// Waits until the connection is gone; answers why.
    pub(crate) async fn ended(&self) -> Arc<str> {
        let mut ended = self.ended.subscribe();
        match ended.wait_for(Option::is_some).await {
            Ok(reason) => reason.clone().unwrap_or_else(|| "it was closed".into()),
            Err(_) => "it was closed".into(),
        }
    }

    /// Why the connection is gone, if it is.
    pub(crate) fn why_ended(&self) -> Option<Arc<str>> {
        self.ended.borrow().clone()
    }
}

/// The letters of a goodbye's message that travel. What a peer did wrong may be quoted in it, at any length, and a
/// goodbye must fit a hello's place.
const GOODBYE_LETTERS: usize = 512;

/// The body of a goodbye.
pub(crate) fn goodbye(failure: &Failure) -> Vec<u8> {
    let message: String = failure.message().chars().take(GOODBYE_LETTERS).collect();
    let said = Failure::new(failure.code().to_owned(), message);
    serde_json::to_vec(&said).expect("a failure is two strings and a JSON value")
}

/// A call that is dropped before its answer is there: the peer is told.
struct OpenCall<'a> {
    link: &'a Link,
    id: u32,
}

impl Drop for OpenCall<'_> {
    fn drop(&mut self) {
        let Self { link, id } = *self;
        link.calls.abandon(id, || link.outbox.cancel_request(id));
        link.outbox.flush();
    }
}
