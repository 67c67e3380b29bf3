//! A connection as everybody sees it but its own task: what is in flight, what is to be sent, how it ends.

mod calling;
mod ending;
mod remote;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use ipc_core::envelope::{HEADER_BYTES, Kind};
use ipc_core::{Access, Failure, Grants, GrantsError, Peer, Who, code};

use crate::calls::Calls;
use crate::frame::{self, Frames, Large};
use crate::granting::Admitted;
use crate::half::WriteHalf;
use crate::hello::{HelloLimits, Spoken};
use crate::limits::Limits;
use crate::outbox::{Lane, NotSent, Outbox, Outgoing};
use crate::publishing::Publishing;
use crate::serving::Serving;
use crate::token::issued::Issued;

pub(crate) use self::calling::Asked;
use self::ending::Ending;
pub(crate) use self::remote::written;

/// The number of the next connection of this process.
static NEXT: AtomicU64 = AtomicU64::new(1);

/// One connection. Both ends are equal: either may call and answer.
#[derive(Debug)]
pub(crate) struct Link {
    pub(crate) number: u64,
    pub(crate) outbox: Outbox,
    pub(crate) calls: Calls,
    pub(crate) serving: Serving,
    /// The subscriptions of the peer.
    pub(crate) publishing: Publishing,
    pub(crate) remote: Remote,
    peer: Known,
    pub(crate) limits: Arc<Limits>,
    /// The token that the peer showed.
    token: Option<Arc<Issued>>,
    ending: Ending,
    stopping: AtomicBool,
}

/// What a connection keeps of what its peer said of itself.
#[derive(Debug)]
pub(crate) struct Remote {
    pub(crate) limits: HelloLimits,
}

/// What a connection knows of its peer.
#[derive(Debug)]
enum Known {
    /// Who it is. It may use everything.
    Trusted(Who),
    /// What it may use, and who it is.
    Admitted(Access),
}

impl Link {
    pub(crate) fn new(writer: WriteHalf, remote: HelloLimits, peer: &Peer, limits: Arc<Limits>) -> Self {
        let in_flight = limits.in_flight.min(remote.in_flight);
        Self {
            number: NEXT.fetch_add(1, Ordering::Relaxed),
            outbox: Outbox::new(writer, limits.buffered()),
            calls: Calls::new(in_flight as usize),
            serving: Serving::default(),
            publishing: Publishing::default(),
            remote: Remote { limits: remote },
            peer: Known::Trusted(peer.who().clone()),
            limits,
            token: None,
            ending: Ending::default(),
            stopping: AtomicBool::new(false),
        }
    }

    /// The same link of a peer that came in with this. Without, the peer may use everything.
    pub(crate) fn admitting(mut self, admitted: Admitted) -> Self {
        (self.peer, self.token) = (Known::Admitted(admitted.access), admitted.token);
        self
    }

    /// Who the peer is.
    pub(crate) fn who(&self) -> &Who {
        match &self.peer {
            Known::Trusted(who) => who,
            Known::Admitted(access) => access.who(),
        }
    }

    /// What the peer may use; everything, where there is none.
    pub(crate) fn access(&self) -> Option<&Access> {
        match &self.peer {
            Known::Trusted(_) => None,
            Known::Admitted(access) => Some(access),
        }
    }

    /// The token that the peer showed.
    pub(crate) fn token(&self) -> Option<&Issued> {
        self.token.as_deref()
    }

    /// Grants the peer this and nothing else.
    ///
    /// # Errors
    ///
    /// The grants name what is not there.
    pub(crate) fn set_grants(&self, grants: Grants) -> Result<(), GrantsError> {
        let Some(access) = self.access() else { return Ok(()) };
        access.set(grants)?;
        self.hold_to_grants();
        Ok(())
    }

    /// Grants the peer nothing any more.
    pub(crate) fn revoke(&self) {
        if let Some(access) = self.access() {
            access.revoke();
            self.hold_to_grants();
        }
    }

    /// Ends what the peer may not use any more.
    pub(crate) fn hold_to_grants(&self) {
        let Some(access) = self.access() else { return };
        let denied = self
            .serving
            .cancel_denied(|place| !access.allows(place), |id, place| self.fail_in_order(id, &access.refusal(place)));
        for place in denied {
            access.log(place);
        }
        self.publishing.hold_to(access);
        self.outbox.flush();
        self.outbox.wake_driver();
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

    /// Ends the response to a call of the peer, which began in `out` at `started`. One that is too large for a frame is
    /// taken out and queued by itself, which is answered; one that is too large for the peer is replaced by a failure, which is sent however
    /// little the peer takes.
    pub(crate) fn finish_response(&self, id: u32, out: &mut Frames, started: frame::Started) -> bool {
        let limit = self.remote.limits.message_bytes as usize;
        let size = out.message_bytes(started);
        if size > limit {
            out.take_back(started);
            let said = format_args!("the response has {size} bytes, and the caller takes {limit}");
            self.put_failure(id, &mut out.body.json, &Failure::new(code::TOO_LARGE, said));
            return false;
        }
        let large = out.end(Kind::Response, id, started);
        let queued = large.is_some();
        self.send_large(large);
        queued
    }

    /// Appends the response to a call that failed, however little the peer takes.
    pub(crate) fn put_failure(&self, id: u32, out: &mut Vec<u8>, failure: &Failure) {
        let started = frame::begin(out, Kind::Response, id, "");
        ipc_core::response::write_failure(out, failure);
        self.send_large(frame::end(out, Kind::Response, id, started));
    }

    fn send_large(&self, response: Option<Large>) {
        let Some(large) = response else { return };
        let id = large.id;
        if self.outbox.push_ordered(Lane::Answering(id), Outgoing::Large(large)).is_err() {
            tracing::debug!(id, "a response was dropped, as the connection is gone");
        }
    }

    /// Answers a call whose items may be under way: behind them.
    pub(crate) fn fail_in_order(&self, id: u32, failure: &Failure) {
        let mut response = Vec::new();
        self.put_failure(id, &mut response, failure);
        if self.outbox.push_ordered(Lane::Answering(id), Outgoing::Frames(&response)).is_err() {
            tracing::debug!(id, "a response was dropped, as the connection is gone");
        }
    }

    /// Queues for the peer that it may send so much more of a stream.
    pub(crate) fn grant(&self, id: u32, bytes: u32) {
        let mut credit = Vec::with_capacity(HEADER_BYTES + 4);
        frame::put(&mut credit, Kind::Credit, id, &bytes.to_le_bytes());
        if self.outbox.push(Outgoing::Frames(&credit)).is_err() {
            tracing::debug!(id, "a credit was dropped, as the connection is gone");
        }
    }

    /// Appends the events that are kept for the peer to what is to be sent. Answers whether there may have been some.
    pub(crate) fn take_events(&self) -> bool {
        let kept = self.outbox.take_kept();
        if kept {
            self.publishing.take_kept();
        }
        kept
    }

    /// Makes no more requests, and asks the peer to make none.
    pub(crate) fn leave(&self, message: &str) {
        self.outbox.push_goodbye(&goodbye(&Failure::new(code::UNAVAILABLE, message)));
        self.end_streams(message);
        self.outbox.flush();
        self.outbox.wake_driver();
    }

    /// Ends what would never end by itself: the streams that this side answers with, those that it is still being sent,
    /// and the events that it sends.
    pub(crate) fn end_streams(&self, message: &str) {
        let failure = Failure::new(code::UNAVAILABLE, message);
        self.serving.cancel_streams(|id| self.fail_in_order(id, &failure));
        self.publishing.end_all(&failure);
    }

    /// Notes the peer's goodbye.
    pub(crate) fn note_farewell(&self, failure: Failure) {
        self.ending.note_farewell(failure);
    }

    /// What the peer said when it said goodbye, if it did.
    pub(crate) fn farewell(&self) -> Option<Failure> {
        self.ending.farewell()
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
        self.ending.close(reason);
        self.serving.cancel_all(reason);
        self.publishing.close();
        self.outbox.close();
        self.calls.close(reason);
    }

    /// Waits until the connection is gone; answers why.
    pub(crate) async fn ended(&self) -> Arc<str> {
        self.ending.wait().await
    }

    /// Why the connection is gone, if it is.
    pub(crate) fn why_ended(&self) -> Option<Arc<str>> {
        self.ending.reason()
    }
}

/// The letters of a goodbye's message that travel. What a peer did wrong may be quoted in it, at any length, and a
/// goodbye must fit a hello's place.
const GOODBYE_LETTERS: usize = 512;

/// The body of a goodbye.
pub(crate) fn goodbye(failure: &Failure) -> Vec<u8> {
    let message: String = failure.message().chars().take(GOODBYE_LETTERS).collect();
    let said = Failure::new(failure.code().to_owned(), message);
    let said = match Spoken::of(failure) {
        Some(spoken) => said.with_details(spoken),
        None => said,
    };
    serde_json::to_vec(&said).expect("a failure is two strings and a JSON value")
}
