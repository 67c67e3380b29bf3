//! Answering the peer: in place, or by a task of its own where a handler waits.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;

use ipc_core::envelope::{Kind, UPSTREAM};
use ipc_core::{Body, Dispatch, Failure, Inbound, PendingCall, ReceiveItems, code, timed_out};
use serde_json::value::RawValue;
use tokio::time::Instant;

use super::apart::APART_BYTES;
use super::{Driver, End, REPLIES_PER_WRITE};
use crate::buffer;
use crate::credit::Credit;
use crate::frame::{self, Frames, Started};
use crate::link::Link;
use crate::outbox::{Outgoing, Urgency};
use crate::payload::Payload;
use crate::reader::{Reader, Role};
use crate::sending::answer_with_items;
use crate::serving::{Streams, Ticket, answered};

impl Driver {
    pub(super) fn replies(&mut self) -> &mut Vec<u8> {
        let replies = &mut self.replies.body.json;
        if replies.capacity() == 0 {
            *replies = buffer::lend();
        }
        replies
    }

    /// Answers a request without a handler.
    pub(super) fn reply(&mut self, id: u32, failure: &Failure) {
        self.replies_waiting += 1;
        let link = Arc::clone(&self.link);
        link.put_failure(id, self.replies(), failure);
    }

    /// Answers a request.
    pub(super) fn serve(
        &mut self,
        id: u32,
        channel: &[u8],
        deadline: Option<Instant>,
        payload: Payload<'_>,
    ) -> Result<(), End> {
        let load = self.link.serving.load(id);
        let limits = &self.link.limits;
        let (in_flight, streams) = (limits.in_flight as usize, limits.streams);
        let mut refused = self.refusal(id, load.known, load.calls, in_flight, "calls")?;
        if load.streams >= streams && self.router.has_streams(channel) {
            refused.get_or_insert_with(|| as_many_as_may_be(streams, "streams"));
        }
        if let Some(failure) = refused {
            self.throttle.count();
            self.reply(id, &failure);
            return Ok(());
        }
        if deadline.is_some_and(|deadline| deadline <= Instant::now()) {
            self.reply(id, &timed_out());
            return Ok(());
        }
        let (json, attachments) = match payload.open() {
            Ok(opened) => opened,
            Err(error) => {
                self.reply(id, &Failure::new(code::INVALID_INPUT, error));
                return Ok(());
            }
        };
        if let Some(room) = self.room_apart(channel, &json) {
            self.serve_apart(Some(id), channel, deadline, (json, attachments), room);
            return Ok(());
        }
        let started = frame::begin(self.replies(), Kind::Response, id, "");
        let mut inbox = None;
        let mut incoming = || -> Box<dyn ReceiveItems> {
            let made = Self::incoming(&self.link);
            inbox = Some(Arc::clone(&made));
            Box::new(Reader::new(Arc::clone(&self.link), made, id | UPSTREAM, Role::Upload))
        };
        let request = Inbound { channel, json: &json, attachments, deadline, incoming: &mut incoming };
        let dispatched = self.router.dispatch(request, &mut self.context, &mut self.replies.body);
        let link = Arc::clone(&self.link);
        match dispatched {
            Dispatch::Answered => {
                if started.payload_bytes(&self.replies.body.json) >= APART_BYTES {
                    self.router.note_answer(channel, true);
                }
                let large = link.finish_response(id, &mut self.replies, started);
                // What is large may fill the connection, which is looked at before the next is made.
                self.replies_waiting += if large { REPLIES_PER_WRITE } else { 1 };
                // The handler may have left it to somebody who goes on reading.
                if let Some(inbox) = inbox {
                    inbox.end(answered());
                }
            }
            Dispatch::Pending(call) => {
                self.replies.take_back(started);
                let streams = Streams { answer: None, incoming: inbox, place: self.context.place() };
                let work = Arc::clone(&link);
                link.serving
                    .start(id, streams, |ticket| tokio::spawn(answer_later(work, ticket, id, call)).abort_handle());
                self.end_if_leaving();
            }
            Dispatch::Stream(stream) => {
                self.replies.take_back(started);
                let credit = Arc::new(Credit::new(link.remote.limits.stream_bytes));
                let streams =
                    Streams { answer: Some(Arc::clone(&credit)), incoming: inbox, place: self.context.place() };
                let work = Arc::clone(&link);
                link.serving.start(id, streams, |ticket| {
                    tokio::spawn(answer_with_items(work, ticket, id, stream, credit)).abort_handle()
                });
                self.end_if_leaving();
            }
        }
        Ok(())
    }

    /// Ends what has just begun, where this side began to leave meanwhile: it would never end by itself. Nor would what
    /// the peer is granted no more.
    fn end_if_leaving(&mut self) {
        if let Some(access) = self.link.access() {
            let changes = access.changes();
            // Whoever changed the grants may not have found what was only about to begin.
            if changes != self.grants_seen {
                self.grants_seen = changes;
                self.link.hold_to_grants();
            }
        }
        if self.link.outbox.is_leaving() {
            self.link.end_streams("the server is shutting down");
        }
    }

    /// Why a request is not taken, whatever it asks for.
    fn refusal(&self, id: u32, known: bool, count: usize, limit: usize, what: &str) -> Result<Option<Failure>, End> {
        let link = &self.link;
        if known || link.publishing.contains(id) {
            return Err(End::Violation(format!("the request {id} was made again before it was answered")));
        }
        if link.outbox.is_leaving() {
            return Ok(Some(Failure::new(code::UNAVAILABLE, "the server is shutting down")));
        }
        Ok((count >= limit).then(|| as_many_as_may_be(limit, what)))
    }

    /// Handles a request that is not answered. What goes wrong, nobody learns but the log.
    pub(super) fn serve_notification(&mut self, channel: &[u8], payload: Payload<'_>) {
        let name = channel.escape_ascii();
        let limit = self.link.limits.in_flight as usize;
        if self.link.outbox.is_leaving() || self.link.serving.len() >= limit {
            tracing::warn!(channel = %name, limit, "a notification was dropped: as much is in flight as may be");
            return;
        }
        let (json, attachments) = match payload.open() {
            Ok(opened) => opened,
            Err(error) => {
                tracing::warn!(channel = %name, %error, "a notification cannot be read");
                return;
            }
        };
        if let Some(room) = self.room_apart(channel, &json) {
            return self.serve_apart(None, channel, None, (json, attachments), room);
        }
        let mut out = Body::default();
        // What goes beside a request belongs to its id, and a notification has none.
        let mut incoming = || nothing_beside(&self.link);
        let request = Inbound { channel, json: &json, attachments, deadline: None, incoming: &mut incoming };
        match self.router.dispatch(request, &mut self.context, &mut out) {
            Dispatch::Answered => heed(channel, &out),
            Dispatch::Pending(call) => {
                let (work, channel) = (Arc::clone(&self.link), channel.to_vec());
                self.link
                    .serving
                    .start_notified(|ticket| tokio::spawn(run_notified(work, ticket, call, channel)).abort_handle());
            }
            Dispatch::Stream(_) => {
                tracing::warn!(channel = %name, "a notification was sent to a channel that answers with a stream");
            }
        }
    }

    /// Sends the peer the events that it asks for.
    pub(super) fn serve_subscription(&mut self, id: u32, channel: &[u8], payload: Payload<'_>) -> Result<(), End> {
        let link = Arc::clone(&self.link);
        self.throttle.count();
        let (known, limit) = (link.serving.load(id).known, link.limits.subscriptions);
        let begun = match self.refusal(id, known, link.publishing.len(), limit, "subscriptions")? {
            Some(failure) => Err(failure),
            None => asked_for(channel, &payload).and_then(|(pattern, key)| {
                link.publishing.begin(&link, self.router.hub(), id, pattern, key.as_deref())
            }),
        };
        match begun {
            Ok(()) => {
                let started = frame::begin(self.replies(), Kind::Response, id, "");
                if let Err(error) = ipc_core::response::write_success(&mut self.replies.body.json, &()) {
                    return Err(End::Violation(error.to_string()));
                }
                link.finish_response(id, &mut self.replies, started);
                // The peer is told before the first event comes.
                self.hand_over();
                link.publishing.release(id);
                self.end_if_leaving();
            }
            Err(failure) => self.reply(id, &failure),
        }
        Ok(())
    }

    /// Stops a call of the peer.
    pub(super) fn cancel(&mut self, id: u32) {
        let of_request = self.assembly.forget(Kind::Request, id);
        // Nothing of its items follows either.
        self.assembly.forget(Kind::Item, id | UPSTREAM);
        if of_request || self.link.serving.cancel(id) {
            // What has been sent of its answer, if that is a stream, comes before.
            self.link.fail_in_order(id, &Failure::new(code::CANCELLED, "the caller cancelled the call"));
        } else {
            self.throttle.count();
        }
    }
}

fn as_many_as_may_be(limit: usize, what: &str) -> Failure {
    let said = format_args!("{limit} {what} of this connection are in flight, as many as may be");
    Failure::new(code::OVERLOADED, said)
}

/// What a subscription asks for: a channel, or all that begin alike, and the JSON of a key.
fn asked_for<'a>(channel: &'a [u8], payload: &Payload<'_>) -> Result<(&'a str, Option<String>), Failure> {
    #[derive(serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Options {
        // As it was written, since a number may be larger than any value holds.
        key: Option<Box<RawValue>>,
    }

    let refused = |error: &dyn std::fmt::Display| {
        Failure::new(code::INVALID_INPUT, format_args!("the subscription is not valid: {error}"))
    };
    let pattern = std::str::from_utf8(channel).map_err(|_| {
        let said = format_args!("no event has the channel `{}`", channel.escape_ascii());
        Failure::new(code::UNKNOWN_CHANNEL, said)
    })?;
    if payload.has_attachments() {
        return Err(refused(&"it has attachments"));
    }
    if payload.len() == 0 {
        return Ok((pattern, None));
    }
    let Options { key } = serde_json::from_slice(payload.bytes()).map_err(|error| refused(&error))?;
    Ok((pattern, key.map(|key| key.get().to_owned())))
}

/// What goes beside a request, where that is nothing.
pub(super) fn nothing_beside(link: &Arc<Link>) -> Box<dyn ReceiveItems> {
    let over = Driver::incoming(link);
    over.end(ipc_core::Ending::Finished);
    Box::new(Reader::new(Arc::clone(link), over, UPSTREAM, Role::Upload))
}

/// Answers a request whose handler waits for something.
pub(super) async fn answer_later(link: Arc<Link>, ticket: Ticket, id: u32, mut call: PendingCall) {
    let mut out = Frames::default();
    let started = frame::begin(&mut out.body.json, Kind::Response, id, "");
    run(&link, &mut call, &mut out.body).await;
    answer(link, ticket, id, out, started).await;
}

/// Sends the response that stands in `out`, unless the call was cancelled.
pub(super) async fn answer(link: Arc<Link>, ticket: Ticket, id: u32, mut out: Frames, started: Started) {
    // What the handler published goes before its answer.
    link.take_events();
    let finished = link.serving.finish(ticket, || {
        link.finish_response(id, &mut out, started);
        if !out.is_empty() && link.outbox.push(Outgoing::Written(&mut out)).is_err() {
            tracing::debug!(id, "a response was dropped, as the connection is gone");
        }
    });
    if let Some(last) = finished {
        link.outbox.send(if last { Urgency::Alone } else { Urgency::Shared }).await;
    }
}

/// Runs the handler of a notification that waits for something.
pub(super) async fn run_notified(link: Arc<Link>, ticket: Ticket, mut call: PendingCall, channel: Vec<u8>) {
    let mut out = Body::default();
    run(&link, &mut call, &mut out).await;
    link.serving.finish(ticket, || heed(&channel, &out));
}

/// Runs a handler to its end.
async fn run(link: &Link, call: &mut PendingCall, out: &mut Body) {
    // The handlers of a peer that does not take its answers wait, so that what they answer does not pile up.
    let mut room = pin!(link.outbox.room());
    poll_fn(|cx| {
        if room.as_mut().poll(cx).is_pending() {
            // The time passes meanwhile.
            return call.poll_expired(cx, out);
        }
        room.set(link.outbox.room());
        call.poll(cx, out)
    })
    .await;
}

/// Tells the log of a notification that came to nothing.
pub(super) fn heed(channel: &[u8], out: &Body) {
    if let Ok(Err(failure)) = ipc_core::response::read::<serde::de::IgnoredAny>(&out.json) {
        tracing::warn!(channel = %channel.escape_ascii(), %failure, "a notification was not handled");
    }
}
