//! A connection's own task: it reads, answers what can be answered in place, brings answers to their callers, and
//! waits for a peer that does not read.

use std::future::poll_fn;
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use ipc_core::envelope::Kind;
use ipc_core::{Dispatch, Failure, PendingCall, Router, code, timed_out};
use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::time::Instant;

use crate::assembly::{Assembled, Assembly, AssemblyLimits, Message, deadline};
use crate::buffer;
use crate::frame::{self, Frame};
use crate::link::{Link, goodbye};
use crate::outbox::{Outgoing, Urgency};

/// The reading side of a transport.
pub(crate) type ReadHalf = Box<dyn AsyncRead + Send + Unpin>;

/// The replies that leave in one write while more requests of the same read wait. Answering a whole read at once would
/// leave the peer idle meanwhile, and this side idle afterwards; answering one by one would cost a system call each.
const REPLIES_PER_WRITE: usize = 8;

/// The reads after which the task lets others run.
const READS_PER_POLL: usize = 16;

/// The time that a peer has to take the reason why it is let go.
const FAREWELL: Duration = Duration::from_secs(1);

pub(crate) struct Driver {
    reader: ReadHalf,
    link: Arc<Link>,
    router: Arc<Router>,
    context: ipc_core::Context,
    /// What has been read and not been taken: a part of a frame, mostly nothing.
    input: Vec<u8>,
    assembly: Assembly,
    /// Replies that have not been handed to the outbox.
    replies: Vec<u8>,
    replies_waiting: usize,
}

/// How a connection ended.
#[derive(Debug)]
enum End {
    /// Both sides said goodbye, and everything has been answered.
    Left,
    /// This side let the connection go.
    Stopped,
    /// The peer is gone.
    Closed,
    /// The transport failed.
    Io(io::Error),
    /// The peer broke the protocol.
    Violation(String),
}

impl Driver {
    pub(crate) fn new(reader: ReadHalf, input: Vec<u8>, link: Arc<Link>, router: Arc<Router>) -> Self {
        let limits = AssemblyLimits {
            message_bytes: link.limits.message_bytes as usize,
            buffered_bytes: link.limits.buffered(),
            messages: link.limits.in_flight as usize,
        };
        let context = router.context(link.peer.clone());
        Self {
            reader,
            link,
            router,
            context,
            input,
            assembly: Assembly::new(limits),
            replies: Vec::new(),
            replies_waiting: 0,
        }
    }

    /// Runs the connection to its end.
    pub(crate) async fn run(mut self) {
        let end = poll_fn(|cx| self.poll(cx)).await;
        let said = match end {
            End::Left => "both sides said goodbye".to_owned(),
            End::Closed => "the peer closed it".to_owned(),
            End::Io(error) => error.to_string(),
            End::Stopped => {
                self.flush_last().await;
                return self.link.close("this side closed it");
            }
            End::Violation(reason) => {
                tracing::warn!(peer = ?self.link.peer, reason, "a peer broke the protocol");
                self.dismiss(&reason).await;
                return self.link.close(&reason);
            }
        };
        let reason = self.link.farewell().map_or(said, |failure| failure.message().to_owned());
        self.link.close(&reason);
    }

    /// Tells the peer why it is let go, as far as it listens, behind the answers to what it asked before.
    async fn dismiss(&mut self, reason: &str) {
        let mut last = std::mem::take(&mut self.replies);
        frame::put(&mut last, Kind::Goodbye, 0, &goodbye(&Failure::new("PROTOCOL_ERROR", reason)));
        if self.link.outbox.push(Outgoing::Frames(&last)).is_ok() {
            self.flush_last().await;
        }
    }

    /// Writes what is queued, as far as the peer takes it in time.
    async fn flush_last(&mut self) {
        let flushed = poll_fn(|cx| self.link.outbox.poll_flush(cx));
        match tokio::time::timeout(FAREWELL, flushed).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::debug!(%error, "the peer was gone before it took the last frames"),
            Err(_) => tracing::debug!("the peer did not take the last frames in time"),
        }
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<End> {
        self.link.outbox.set_driver(cx.waker());
        for _ in 0..READS_PER_POLL {
            if let Err(end) = self.take_frames(cx) {
                return Poll::Ready(end);
            }
            self.flush(cx);
            if let Some(end) = self.has_ended() {
                return Poll::Ready(end);
            }
            // A peer that does not take its answers is not asked for more requests.
            if self.link.outbox.is_full() {
                return Poll::Pending;
            }
            match self.poll_read(cx) {
                Poll::Ready(Ok(0)) => return Poll::Ready(End::Closed),
                Poll::Ready(Ok(_)) => {}
                Poll::Ready(Err(error)) => return Poll::Ready(End::Io(error)),
                // Nothing can be written any more, and what the peer had to say has been read.
                Poll::Pending if self.link.outbox.is_closed() => return Poll::Ready(End::Closed),
                Poll::Pending => return Poll::Pending,
            }
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }

    fn has_ended(&self) -> Option<End> {
        let link = &self.link;
        if link.is_stopping() {
            return Some(End::Stopped);
        }
        let left = link.outbox.is_leaving() && link.farewell().is_some();
        // A goodbye passes between the fragments of a request, which is to be answered all the same.
        let served = link.serving.len() == 0 && self.assembly.is_empty();
        (left && served && link.calls.is_empty() && link.outbox.is_drained()).then_some(End::Left)
    }

    /// Reads once. A buffer is lent for the time in which something is in it.
    fn poll_read(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        if self.input.capacity() == 0 {
            self.input = buffer::lend();
        }
        self.input.reserve(buffer::READ_BYTES.saturating_sub(self.input.len()));
        // The future holds nothing between two polls, so it can be made anew for each.
        let read = pin!(self.reader.read_buf(&mut self.input)).poll(cx);
        if self.input.is_empty() {
            buffer::give_back(std::mem::take(&mut self.input));
        }
        read
    }

    /// Takes every frame that has arrived whole.
    fn take_frames(&mut self, cx: &mut Context<'_>) -> Result<(), End> {
        let mut input = std::mem::take(&mut self.input);
        let mut rest = input.as_slice();
        while let Some((frame, taken)) = frame::decode(rest).map_err(|error| End::Violation(error.to_string()))? {
            rest = rest.get(taken..).unwrap_or_default();
            self.take_frame(&frame)?;
            if self.replies_waiting >= REPLIES_PER_WRITE {
                self.flush(cx);
                if self.link.outbox.is_full() {
                    break;
                }
            }
        }
        let left = rest.len();
        if left == 0 {
            buffer::give_back(input);
        } else {
            input.drain(..input.len() - left);
            self.input = input;
        }
        Ok(())
    }

    /// Hands the replies to the outbox, and writes as much as the peer takes.
    ///
    /// Where the peer takes nothing any more the outbox is closed, and the connection ends when what the peer sent before
    /// has been read: answers may be among it, and the reason why.
    fn flush(&mut self, cx: &mut Context<'_>) {
        if !self.replies.is_empty() {
            self.replies_waiting = 0;
            let pushed = self.link.outbox.push(Outgoing::Frames(&self.replies));
            buffer::give_back(std::mem::take(&mut self.replies));
            if pushed.is_err() {
                tracing::debug!("answers were dropped, as the peer takes nothing any more");
            }
        }
        if let Poll::Ready(Err(error)) = self.link.outbox.poll_flush(cx) {
            tracing::debug!(%error, "the connection broke while it was written to");
        }
    }

    fn take_frame(&mut self, frame: &Frame<'_>) -> Result<(), End> {
        if !frame.flags.more && !frame.flags.continued {
            if frame.flags.attachments {
                self.refuse_attachments(frame);
                return Ok(());
            }
            if frame.payload.len() > self.link.limits.message_bytes as usize && frame.kind.has_flags() {
                self.refuse_large(frame, frame.payload.len());
                return Ok(());
            }
            return self.take_message(frame.kind, frame.id, frame.channel, deadline(frame.deadline), frame.payload);
        }
        match self.assembly.take(frame).map_err(|error| End::Violation(error.to_string()))? {
            Assembled::Partly => Ok(()),
            Assembled::Whole(Message { kind, id, channel, deadline, payload }) => {
                self.take_message(kind, id, &channel, deadline, &payload)
            }
            Assembled::TooLarge { total } => {
                self.refuse_large(frame, total);
                Ok(())
            }
            Assembled::Overloaded => {
                let said = format_args!("this connection has as much half-arrived as it may");
                self.refuse_message(frame.kind, frame.id, &Failure::new(code::OVERLOADED, said));
                Ok(())
            }
            Assembled::Attachments => {
                self.refuse_attachments(frame);
                Ok(())
            }
        }
    }

    fn refuse_large(&mut self, frame: &Frame<'_>, bytes: usize) {
        let limit = self.link.limits.message_bytes;
        let said = format_args!("the message has {bytes} bytes, and a message may have {limit}");
        self.refuse_message(frame.kind, frame.id, &Failure::new(code::TOO_LARGE, said));
    }

    /// Attachments have their place in the header, and nothing more in this version: a payload that begins with a
    /// table of them is no JSON.
    fn refuse_attachments(&mut self, frame: &Frame<'_>) {
        // A caller must not take a peer that answers what it cannot for a mistake in its own request.
        let code = if frame.kind == Kind::Response { code::INTERNAL } else { code::INVALID_INPUT };
        let said = "the message has attachments, which this version of the protocol does not take";
        self.refuse_message(frame.kind, frame.id, &Failure::new(code, said));
    }

    /// A message that was not kept: its sender learns so, or whoever waits for it.
    fn refuse_message(&mut self, kind: Kind, id: u32, failure: &Failure) {
        match kind {
            Kind::Response => {
                let mut body = Vec::new();
                ipc_core::response::write_failure(&mut body, failure);
                self.answer(id, || body);
            }
            Kind::Request | Kind::Subscribe => self.reply(id, failure),
            _ => tracing::debug!(?kind, id, %failure, "a message was passed over"),
        }
    }

    fn take_message(
        &mut self,
        kind: Kind,
        id: u32,
        channel: &[u8],
        deadline: Option<Instant>,
        payload: &[u8],
    ) -> Result<(), End> {
        match kind {
            Kind::Request => return self.serve(id, channel, deadline, payload),
            Kind::Response => self.answer(id, || payload.to_vec()),
            Kind::Cancel => {
                if self.assembly.forget(Kind::Request, id) || self.link.serving.cancel(id) {
                    self.reply(id, &Failure::new(code::CANCELLED, "the caller cancelled the call"));
                }
            }
            Kind::Ping => {
                let replies = self.replies();
                frame::put(replies, Kind::Pong, id, payload);
                self.replies_waiting += 1;
            }
            Kind::Goodbye => {
                let failure = serde_json::from_slice(payload)
                    .map_err(|error| End::Violation(format!("a goodbye that says nothing: {error}")))?;
                self.link.note_farewell(failure);
                self.link.outbox.push_goodbye(&goodbye(&Failure::new(code::UNAVAILABLE, "goodbye")));
            }
            Kind::Subscribe => {
                let name = String::from_utf8_lossy(channel);
                let said = format_args!("no event has the channel `{name}`");
                self.reply(id, &Failure::new(code::UNKNOWN_CHANNEL, said));
            }
            Kind::Hello => return Err(End::Violation("a second hello".to_owned())),
            // What belongs to a stream or a subscription that is not there may have crossed its end on the way.
            Kind::Pong
            | Kind::Item
            | Kind::End
            | Kind::Credit
            | Kind::Unsubscribe
            | Kind::Event
            | Kind::Notification => {
                tracing::debug!(?kind, id, "a frame that belongs to nothing was passed over");
            }
        }
        Ok(())
    }

    /// Brings an answer to its caller.
    fn answer(&self, id: u32, body: impl FnOnce() -> Vec<u8>) {
        if let Err(unknown) = self.link.calls.answer(id, body) {
            tracing::debug!(%unknown, "a response was passed over");
        }
    }

    fn replies(&mut self) -> &mut Vec<u8> {
        if self.replies.capacity() == 0 {
            self.replies = buffer::lend();
        }
        &mut self.replies
    }

    /// Answers a request without a handler.
    fn reply(&mut self, id: u32, failure: &Failure) {
        let started = frame::begin(self.replies(), Kind::Response, id, "");
        self.replies_waiting += 1;
        ipc_core::response::write_failure(&mut self.replies, failure);
        self.link.finish_response(id, &mut self.replies, started);
    }

    /// Answers a request: in place, or by a task of its own where the handler waits.
    fn serve(&mut self, id: u32, channel: &[u8], deadline: Option<Instant>, body: &[u8]) -> Result<(), End> {
        if self.link.serving.contains(id) {
            return Err(End::Violation(format!("the request {id} was made again before it was answered")));
        }
        if self.link.outbox.is_leaving() {
            self.reply(id, &Failure::new(code::UNAVAILABLE, "the server is shutting down"));
            return Ok(());
        }
        let limit = self.link.limits.in_flight as usize;
        if self.link.serving.len() >= limit {
            let said = format_args!("{limit} calls of this connection are in flight, as many as may be");
            self.reply(id, &Failure::new(code::OVERLOADED, said));
            return Ok(());
        }
        if deadline.is_some_and(|deadline| deadline <= Instant::now()) {
            self.reply(id, &timed_out());
            return Ok(());
        }
        let started = frame::begin(self.replies(), Kind::Response, id, "");
        match self.router.dispatch(channel, body, deadline, &mut self.context, &mut self.replies) {
            Dispatch::Answered => {
                self.replies_waiting += 1;
                self.link.finish_response(id, &mut self.replies, started);
            }
            Dispatch::Pending(call) => {
                started.take_back(&mut self.replies);
                let link = Arc::clone(&self.link);
                self.link.serving.start(id, || tokio::spawn(answer_later(link, id, call)).abort_handle());
            }
        }
        Ok(())
    }
}

/// Answers a request whose handler waits for something.
async fn answer_later(link: Arc<Link>, id: u32, mut call: PendingCall) {
    let mut buffer = Vec::new();
    let started = frame::begin(&mut buffer, Kind::Response, id, "");
    {
        // The handlers of a peer that does not take its answers wait, so that what they answer does not pile up.
        let mut room = pin!(link.outbox.room());
        poll_fn(|cx| {
            ready!(room.as_mut().poll(cx));
            room.set(link.outbox.room());
            call.poll(cx, &mut buffer)
        })
        .await;
    }
    let finished = link.serving.finish(id, || {
        link.finish_response(id, &mut buffer, started);
        if !buffer.is_empty() && link.outbox.push(Outgoing::Frames(&buffer)).is_err() {
            tracing::debug!(id, "a response was dropped, as the connection is gone");
        }
    });
    if let Some(last) = finished {
        link.outbox.send(if last { Urgency::Alone } else { Urgency::Shared }).await;
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // The task may be dropped with its runtime, before it ran to its end.
        self.link.close("the connection's task was dropped");
    }
}

#[cfg(test)]
mod tests;
