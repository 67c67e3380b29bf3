//! A connection's own task: it reads, answers what can be answered in place, brings answers to their callers, and
//! waits for a peer that does not read.

mod answering;
mod apart;
mod patience;
mod resting;
mod taking;

use std::future::poll_fn;
use std::io;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use ipc_core::envelope::Kind;
use ipc_core::{Access, Failure, Router};
use tokio::io::AsyncReadExt as _;
use tokio::time::Sleep;

use crate::assembly::{Assembly, AssemblyLimits};
use crate::buffer;
use crate::frame::{self, Frames};
use crate::half::ReadHalf;
use crate::inbox::Batch;
use crate::link::{Link, goodbye};
use crate::outbox::Outgoing;
use crate::throttle::Throttle;

use self::patience::Patience;
use self::resting::{Attended, Task};
pub(crate) use self::taking::MISSED;

/// The replies that leave in one write while more requests of the same read wait. Answering a whole read at once would
/// leave the peer idle meanwhile, and this side idle afterwards; answering one by one would cost a system call each.
const REPLIES_PER_WRITE: u16 = 8;

/// The reads after which the task lets others run.
const READS_PER_POLL: usize = 16;

/// The batches after which it does so, and reads before it writes on: some 2 MiB of a large message, and 1 ms. What the peer
/// answers meanwhile must not wait until all of it is sent.
const BATCHES_PER_POLL: u16 = 16;

/// The frames without a use that are taken of a peer in a tenth of a second: pings, subscriptions, cancels of nothing, and
/// requests beyond what may be in flight. Who means well does not send so many, and 2560 a second take some hundredths of a
/// core.
const IDLE_FRAMES: u32 = 256;

/// Those of the first tenth of a second: a peer that comes again and again must not get more than one that stays.
const FIRST_IDLE_FRAMES: u32 = 64;

/// The room that a connection may keep for the beginning of a frame whose rest has not come.
const LEFT_BYTES: usize = 1024;

/// The time that a peer has to take the reason why it is let go, and that its own last words have to arrive.
const FAREWELL: Duration = Duration::from_secs(1);

pub(crate) struct Driver {
    reader: ReadHalf,
    link: Attended,
    router: Arc<Router>,
    context: ipc_core::Context,
    /// How often the peer's grants had changed when it was last looked at.
    grants_seen: u64,
    /// What has been read and not been taken: a part of a frame, mostly nothing.
    input: Vec<u8>,
    assembly: Assembly,
    /// Items on the way to whoever reads them, with the room for them while they come: mostly none.
    arriving: Option<Box<Batch>>,
    /// Replies that have not been handed to the outbox.
    replies: Frames,
    replies_waiting: u16,
    patience: Patience,
    throttle: Throttle,
    /// The batches that may still be written before others run.
    batches_left: u16,
    /// The peer does not take what it is sent.
    blocked: bool,
    /// The bytes that have been read.
    received: u64,
    /// The time that the peer has for its last words.
    last_words: Option<Pin<Box<Sleep>>>,
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
    /// The peer takes nothing of what it is sent, for so long.
    Stalled(Duration),
    /// This side lets the peer go, and tells it why.
    LetGo(Failure),
}

impl Driver {
    pub(crate) fn new(reader: ReadHalf, input: Vec<u8>, link: Arc<Link>, router: Arc<Router>) -> Self {
        Self { input, ..Self::over(reader, link.into(), router) }
    }

    /// The driver of a connection on which nothing has begun to arrive.
    fn over(reader: ReadHalf, link: Attended, router: Arc<Router>) -> Self {
        let limits = AssemblyLimits {
            message_bytes: link.limits.message_bytes,
            buffered_bytes: link.limits.buffered(),
            messages: link.limits.in_flight,
        };
        let context = router.context(link.connected_peer());
        let grants_seen = link.access().map_or(0, Access::changes);
        Self {
            reader,
            link,
            router,
            context,
            grants_seen,
            input: Vec::new(),
            assembly: Assembly::new(limits),
            arriving: None,
            replies: Frames::default(),
            replies_waiting: 0,
            patience: Patience::default(),
            throttle: Throttle::beginning_with(FIRST_IDLE_FRAMES, IDLE_FRAMES),
            batches_left: BATCHES_PER_POLL,
            blocked: false,
            received: 0,
            last_words: None,
        }
    }

    /// Runs the connection to its end, and keeps `place` until then.
    pub(crate) fn run<P>(self, place: P) -> Task<P> {
        Task::new(self, place)
    }

    /// Closes the connection, which has ended so.
    async fn end(&mut self, end: End) {
        let said = match end {
            End::Left => "both sides said goodbye".to_owned(),
            End::Closed => "the peer closed it".to_owned(),
            End::Io(error) => error.to_string(),
            End::Stopped => {
                self.flush_last().await;
                return self.link.close("this side closed it");
            }
            End::Violation(reason) => {
                tracing::warn!(peer = ?self.link.who(), reason, "a peer broke the protocol");
                self.dismiss(&Failure::new("PROTOCOL_ERROR", &reason)).await;
                return self.link.close(&reason);
            }
            End::LetGo(failure) => {
                tracing::info!(peer = ?self.link.who(), %failure, "a peer was let go");
                self.dismiss(&failure).await;
                return self.link.close(failure.message());
            }
            End::Stalled(time) => {
                let reason = format!("the peer took nothing of what it was sent for {time:?}, as long as it may");
                tracing::warn!(peer = ?self.link.who(), "{reason}");
                return self.link.close(&reason);
            }
        };
        let reason = self.link.farewell().map_or(said, |failure| failure.message().to_owned());
        self.link.close(&reason);
    }

    /// Tells the peer why it is let go, as far as it listens, behind the answers to what it asked before.
    async fn dismiss(&mut self, why: &Failure) {
        frame::put(self.replies(), Kind::Goodbye, 0, &goodbye(why));
        if self.link.outbox.push_last(&mut self.replies).is_ok() {
            self.flush_last().await;
        }
    }

    /// Writes what is queued, as far as the peer takes it in time.
    async fn flush_last(&mut self) {
        let flushed = poll_fn(|cx| self.link.outbox.poll_flush(cx, &mut { u16::MAX }));
        match tokio::time::timeout(FAREWELL, flushed).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::debug!(%error, "the peer was gone before it took the last frames"),
            Err(_) => tracing::debug!("the peer did not take the last frames in time"),
        }
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<End> {
        match self.poll_work(cx) {
            Poll::Ready(end) => Poll::Ready(end),
            Poll::Pending => {
                if self.batches_left == 0 {
                    cx.waker().wake_by_ref();
                }
                self.poll_patience(cx)
            }
        }
    }

    fn poll_work(&mut self, cx: &mut Context<'_>) -> Poll<End> {
        self.link.outbox.set_driver(cx.waker());
        ready!(self.throttle.poll(cx));
        self.batches_left = BATCHES_PER_POLL;
        // What was left as so many answers were on their way is not taken one by one whenever something wakes the task.
        let mut is_full = !self.input.is_empty() && self.is_full_of_answers();
        for _ in 0..READS_PER_POLL {
            if !std::mem::take(&mut is_full)
                && let Err(end) = self.take_frames(cx)
            {
                return Poll::Ready(end);
            }
            self.flush(cx);
            if let Some(end) = self.has_ended() {
                return Poll::Ready(end);
            }
            if self.link.outbox.take_stalled() {
                self.link.publishing.resume();
            }
            // A peer that does not take its answers is not asked for more requests.
            if self.is_full_of_answers() {
                return Poll::Pending;
            }
            ready!(self.throttle.poll(cx));
            match self.poll_read(cx) {
                Poll::Ready(Ok(0)) => return Poll::Ready(End::Closed),
                Poll::Ready(Ok(bytes)) => self.received = self.received.wrapping_add(bytes as u64),
                Poll::Ready(Err(error)) => return Poll::Ready(End::Io(error)),
                Poll::Pending if self.link.outbox.is_closed() => return self.poll_last_words(cx),
                Poll::Pending => {
                    self.rest();
                    return Poll::Pending;
                }
            }
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }

    /// Nothing can be written any more. What the peer said before it closed may still be on its way, and its end behind
    /// it: a read that brings nothing does not tell that there is nothing.
    fn poll_last_words(&mut self, cx: &mut Context<'_>) -> Poll<End> {
        if self.link.why_ended().is_none() {
            let waited = self.last_words.get_or_insert_with(|| Box::pin(tokio::time::sleep(FAREWELL)));
            ready!(waited.as_mut().poll(cx));
        }
        Poll::Ready(End::Closed)
    }

    fn has_ended(&self) -> Option<End> {
        let link = &self.link;
        if link.is_stopping() {
            return Some(End::Stopped);
        }
        let left = link.outbox.is_leaving() && link.farewell().is_some();
        // A goodbye passes between the fragments of a request, which is to be answered all the same.
        let served = link.serving.len() == 0 && link.publishing.len() == 0 && self.assembly.is_empty();
        (left && served && link.calls.is_empty() && link.outbox.is_drained()).then_some(End::Left)
    }

    /// Reads once. A buffer is lent for the time in which something is in it.
    fn poll_read(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        if let Some(mut room) = self.assembly.room() {
            let read = pin!(self.reader.read_buf(&mut room)).poll(cx);
            if let Poll::Ready(Ok(bytes)) = read {
                self.assembly.note_arrived(bytes);
            }
            return read;
        }
        // While a large message arrives, more of it does.
        let room = if self.assembly.is_empty() { buffer::READ_BYTES } else { 2 * buffer::READ_BYTES };
        if self.input.capacity() < room {
            let left = std::mem::replace(&mut self.input, buffer::lend());
            self.input.reserve(room);
            self.input.extend_from_slice(&left);
        }
        // The future holds nothing between two polls, so it can be made anew for each.
        let read = pin!(self.reader.read_buf(&mut self.input)).poll(cx);
        if self.input.is_empty() {
            buffer::give_back(std::mem::take(&mut self.input));
        }
        read
    }

    /// Holds no more than there is, while nothing comes.
    fn rest(&mut self) {
        if let Some(arriving) = self.arriving.take() {
            taking::give_back(arriving);
        }
        if !self.input.is_empty() && self.input.capacity() > LEFT_BYTES.max(self.input.len()) {
            let left = self.input.as_slice().into();
            buffer::give_back(std::mem::replace(&mut self.input, left));
        }
    }

    /// Takes every frame that has arrived whole.
    fn take_frames(&mut self, cx: &mut Context<'_>) -> Result<(), End> {
        let mut input = std::mem::take(&mut self.input);
        let mut rest = input.as_slice();
        if let Some(assembled) = self.assembly.go_on(&mut rest) {
            self.take_assembled(assembled)?;
        }
        while let Some((frame, taken)) = frame::decode(rest)? {
            if self.is_plain_item(&frame) {
                rest = self.take_items(frame, taken, rest)?;
                continue;
            }
            rest = rest.get(taken..).unwrap_or_default();
            self.take_frame(&frame)?;
            if self.throttle.holds() {
                break;
            }
            if self.replies_waiting >= REPLIES_PER_WRITE {
                self.flush(cx);
                if self.is_full_of_answers() {
                    break;
                }
            }
        }
        let left = if self.begin_frame(rest)? { 0 } else { rest.len() };
        if left == 0 {
            buffer::give_back(input);
        } else {
            input.drain(..input.len() - left);
            self.input = input;
        }
        Ok(())
    }

    /// Whether as many answers are on their way, or in the making, as may be.
    fn is_full_of_answers(&self) -> bool {
        let Link { outbox, serving, limits, .. } = &**self.link;
        outbox.is_full_of_answers(serving.bytes_apart(limits.buffered()))
    }

    /// Hands the replies to the outbox.
    fn hand_over(&mut self) {
        self.replies_waiting = 0;
        if self.replies.is_empty() {
            return;
        }
        let pushed = self.link.outbox.push(Outgoing::Written(&mut self.replies));
        buffer::give_back(std::mem::take(&mut self.replies).into_room());
        if pushed.is_err() {
            tracing::debug!("answers were dropped, as the peer takes nothing any more");
        }
    }

    /// Hands the replies to the outbox, and writes as much as the peer takes.
    ///
    /// Where the peer takes nothing any more the outbox is closed, and the connection ends when what the peer sent before
    /// has been read: answers may be among it, and the reason why.
    fn flush(&mut self, cx: &mut Context<'_>) {
        // While the peer takes nothing, what is kept stays where it is kept once for all.
        let waits = self.blocked;
        if !waits {
            self.link.take_events();
        }
        self.hand_over();
        let mut flushed = self.link.outbox.poll_flush(cx, &mut self.batches_left);
        if waits && flushed.is_ready() && self.link.take_events() {
            flushed = self.link.outbox.poll_flush(cx, &mut self.batches_left);
        }
        self.blocked = flushed.is_pending();
        if let Poll::Ready(Err(error)) = flushed {
            tracing::debug!(%error, "the connection broke while it was written to");
        }
    }
}

#[cfg(test)]
mod tests;
