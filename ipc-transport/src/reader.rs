//! Taking what has arrived of a stream, and telling the sender that it may send more.

use std::future::Future as _;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use ipc_core::envelope::UPSTREAM;
use ipc_core::{Ending, ReceiveItems, Received};
use tokio::time::{Instant, Sleep, sleep_until};

use crate::credit::cost;
use crate::frame;
use crate::inbox::{Batch, Inbox, Large, Piece};
use crate::link::Link;
use crate::payload::Json;

/// Who reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// The caller of a call that is answered with a stream.
    Answer,
    /// The handler of a call that takes a stream.
    Upload,
    /// A subscriber.
    Subscription,
}

/// The reading end of a stream. Dropping it tells the peer that nobody reads any more.
#[derive(Debug)]
pub(crate) struct Reader {
    link: Arc<Link>,
    inbox: Arc<Inbox>,
    /// As it stands in the frames of this stream.
    id: u32,
    role: Role,
    batch: Batch,
    /// How far the bytes of the batch have been taken, and where the frames end that are taken now.
    at: usize,
    frames_end: usize,
    /// The item that was taken last, where it does not lie in the batch, and its channel.
    large: Json<'static>,
    channel: Box<[u8]>,
    /// What has been taken and not been granted again.
    taken: u32,
    alarm: Option<Pin<Box<Sleep>>>,
}

/// What comes next.
#[derive(Debug)]
pub(crate) enum Next<'a> {
    Item { channel: &'a [u8], json: &'a [u8], attachments: Vec<Bytes> },
    Missed(u64),
    End(Ending),
}

impl Reader {
    pub(crate) fn new(link: Arc<Link>, inbox: Arc<Inbox>, id: u32, role: Role) -> Self {
        let (batch, large, channel) = (Batch::default(), Json::Lent(&[]), Box::default());
        Self { link, inbox, id, role, batch, at: 0, frames_end: 0, large, channel, taken: 0, alarm: None }
    }

    /// The same reader, which gives up at this time.
    pub(crate) fn until(mut self, deadline: Option<Instant>) -> Self {
        self.alarm = deadline.map(|deadline| Box::pin(sleep_until(deadline)));
        self
    }

    pub(crate) fn inbox(&self) -> &Arc<Inbox> {
        &self.inbox
    }

    #[inline]
    pub(crate) fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Next<'_>> {
        if self.at >= self.frames_end {
            return self.poll_piece(cx);
        }
        let (start, end) = (self.at, self.frames_end);
        let split = |frames: &Self| {
            let (_, payload, rest) = frame::split_item(frames.batch.bytes.get(start..end)?)?;
            Some((payload.len(), rest.len()))
        };
        // What is no item was not put here.
        let Some((payload, left)) = split(self) else { return Poll::Ready(Next::End(Ending::Finished)) };
        self.at = end - left;
        self.take(payload);
        let frames = self.batch.bytes.get(start..end).unwrap_or_default();
        let (channel, json, _) = frame::split_item(frames).unwrap_or_default();
        Poll::Ready(Next::Item { channel, json, attachments: Vec::new() })
    }

    /// What comes next where that is not among frames.
    fn poll_piece(&mut self, cx: &mut Context<'_>) -> Poll<Next<'_>> {
        if self.batch.pieces.is_empty() {
            self.batch.clear();
            (self.at, self.frames_end) = (0, 0);
            if let Some(ending) = ready!(self.poll_batch(cx)) {
                return Poll::Ready(Next::End(ending));
            }
        }
        let Some(piece) = self.batch.pieces.pop_front() else { return Poll::Ready(Next::End(Ending::Finished)) };
        Poll::Ready(match piece {
            Piece::Frames(bytes) => {
                self.frames_end = self.at + bytes as usize;
                return self.poll_next(cx);
            }
            Piece::Missed { count, payload } => {
                self.take(payload as usize);
                Next::Missed(count)
            }
            Piece::Small { channel, json, payload, attachments } => {
                self.take(payload as usize);
                let start = self.at;
                self.at += usize::from(channel) + json as usize;
                let attachments = attachments.then(|| self.batch.attached.pop_front()).flatten().unwrap_or_default();
                let bytes = self.batch.bytes.get(start..self.at).unwrap_or_default();
                let (channel, json) = bytes.split_at_checked(channel.into()).unwrap_or_default();
                Next::Item { channel, json, attachments }
            }
            Piece::Large(large) => {
                let Large { channel, payload } = *large;
                self.take(payload.len());
                self.channel = channel;
                match payload.open() {
                    Ok((json, attachments)) => {
                        self.large = json;
                        Next::Item { channel: &self.channel, json: &self.large, attachments }
                    }
                    // The table was checked when the item arrived.
                    Err(error) => Next::End(Ending::Gone(error.to_string().into())),
                }
            }
        })
    }

    fn poll_batch(&mut self, cx: &mut Context<'_>) -> Poll<Option<Ending>> {
        if let Poll::Ready(ended) = self.inbox.poll_batch(cx, &mut self.batch) {
            return Poll::Ready(ended);
        }
        self.batch.rest();
        if let Some(alarm) = &mut self.alarm {
            ready!(alarm.as_mut().poll(cx));
            return Poll::Ready(Some(Ending::TimedOut));
        }
        Poll::Pending
    }

    /// Notes that an item has been taken; grants as much again when it has become half of what may be on its way.
    fn take(&mut self, payload: usize) {
        self.taken = self.taken.saturating_add(u32::try_from(cost(payload)).unwrap_or(u32::MAX));
        if self.taken >= self.link.limits.stream_bytes / 2 && !self.inbox.is_over() {
            let Self { link, inbox, id, .. } = self;
            let bytes = std::mem::take(&mut self.taken);
            let grant = || {
                inbox.grant(bytes);
                link.grant(*id, bytes);
            };
            match self.role {
                Role::Answer | Role::Subscription => link.calls.grant(*id, inbox, grant),
                Role::Upload => link.serving.grant(*id & !UPSTREAM, inbox, grant),
            }
            link.outbox.flush();
        }
    }
}

impl ReceiveItems for Reader {
    fn poll_item(&mut self, cx: &mut Context<'_>) -> Poll<Received<'_>> {
        self.poll_next(cx).map(|next| match next {
            Next::Item { json, attachments, .. } => Received::Item(json, attachments),
            Next::Missed(_) => Received::End(Ending::Gone("a stream of items misses none".into())),
            Next::End(ending) => Received::End(ending),
        })
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        self.inbox.abandon();
        match self.role {
            Role::Answer => self.link.stop_answer(self.id, &self.inbox),
            Role::Subscription => self.link.unsubscribe(self.id, &self.inbox),
            // The caller learns that nobody reads by the answer to its call, or by the credit that does not come.
            Role::Upload => {}
        }
    }
}
