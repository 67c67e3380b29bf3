//! What takes long to read or to write is handled beside the connection's task, so that nothing else waits for it.

use std::sync::Arc;

use bytes::Bytes;
use ipc_core::envelope::Kind;
use ipc_core::{Context, Dispatch, Failure, Inbound, PendingCall, Router};
use tokio::sync::OwnedSemaphorePermit;
use tokio::task::spawn_blocking;
use tokio::time::Instant;

use super::answering::{answer, answer_later, heed, nothing_beside, run_notified};
use super::{Driver, REPLIES_PER_WRITE};
use crate::frame::{self, Frames, Started};
use crate::link::Link;
use crate::payload::Json;
use crate::serving::{Streams, Ticket};

/// The JSON from which a request, or a response, is handled apart. It takes 0.05 ms to read as one text, and some milliseconds
/// as many small values; to hand it to another thread takes some hundredths of one.
pub(super) const APART_BYTES: usize = 256 * 1024;

/// A request, or a notification, that is handled apart.
struct Asked {
    link: Arc<Link>,
    router: Arc<Router>,
    context: Context,
    ticket: Ticket,
    /// A notification has none.
    id: Option<u32>,
    channel: Vec<u8>,
    deadline: Option<Instant>,
    json: Json<'static>,
    attachments: Vec<Bytes>,
}

/// The part of a request in what one connection may have handled apart. The connection's task, which waits where all of that
/// and the answers together are as much as may be, is woken when it is given back.
struct Room {
    permit: Option<OwnedSemaphorePermit>,
    link: Arc<Link>,
}

impl Drop for Room {
    fn drop(&mut self) {
        drop(self.permit.take());
        self.link.outbox.wake_driver();
    }
}

/// What it came to.
struct Begun {
    out: Frames,
    /// Where the response begins, if there will be one.
    started: Option<(u32, Started)>,
    /// The handler waits for something.
    pending: Option<PendingCall>,
}

impl Driver {
    /// Whether a request is better handled apart, and the room for it. Where there is none, it is handled in place, and
    /// the peer is not asked for more meanwhile.
    ///
    /// What goes beside a request finds its place when the request has been handled, so a channel with streams has its
    /// requests handled in place.
    pub(super) fn room_apart(&self, channel: &[u8], json: &[u8]) -> Option<OwnedSemaphorePermit> {
        let apart = json.len() >= APART_BYTES || self.router.answers_at_length(channel);
        if !apart || self.router.has_streams(channel) {
            return None;
        }
        self.link.serving.room_apart(self.link.limits.buffered(), json.len().max(APART_BYTES))
    }

    /// Handles a request apart, or a notification, which has no id.
    pub(super) fn serve_apart(
        &mut self,
        id: Option<u32>,
        channel: &[u8],
        deadline: Option<Instant>,
        (json, attachments): (Json<'_>, Vec<Bytes>),
        room: OwnedSemaphorePermit,
    ) {
        // Whether as much is on its way as may be is looked at before the next is taken.
        self.replies_waiting = REPLIES_PER_WRITE;
        let Self { link, router, context, .. } = self;
        let spawn = |ticket| {
            let asked = Asked {
                link: Arc::clone(link),
                router: Arc::clone(router),
                context: context.clone(),
                ticket,
                id,
                channel: channel.to_vec(),
                deadline,
                json: json.into_owned(),
                attachments,
            };
            let room = Room { permit: Some(room), link: Arc::clone(link) };
            tokio::spawn(answer_apart(asked, room)).abort_handle()
        };
        match id {
            Some(id) => link.serving.start(id, Streams::default(), spawn),
            None => link.serving.start_notified(spawn),
        }
    }
}

async fn answer_apart(asked: Asked, room: Room) {
    let (link, ticket, id, channel) = (Arc::clone(&asked.link), asked.ticket, asked.id, asked.channel.clone());
    // What takes long is for a thread that may block: a runtime may have no other worker than the connection's. It goes on
    // when the call is cancelled, and keeps its room as long.
    let (begun, room) = match spawn_blocking(move || (asked.begin(), room)).await {
        Ok((Some(begun), room)) => (begun, Some(room)),
        // Whoever cancelled it has answered it.
        Ok((None, _)) => return,
        Err(error) => (Begun::failed(id, &Failure::internal(error)), None),
    };
    let Begun { out, started, pending } = begun;
    match (started, pending) {
        // Once its handler waits, it is as any other.
        (Some((id, _)), Some(call)) => {
            drop(room);
            answer_later(link, ticket, id, call).await;
        }
        (None, Some(call)) => {
            drop(room);
            run_notified(link, ticket, call, channel).await;
        }
        (Some((id, started)), None) => answer(link, ticket, id, out, started).await,
        (None, None) => {
            link.serving.finish(ticket, || heed(&channel, &out.body));
        }
    }
}

impl Asked {
    /// Reads the request and begins to handle it, unless it has been cancelled.
    fn begin(mut self) -> Option<Begun> {
        if !self.link.serving.go_on(self.ticket, || ()) {
            return None;
        }
        let mut begun = Begun::new(self.id);
        let before = begun.out.len();
        let mut incoming = || nothing_beside(&self.link);
        let request = Inbound {
            channel: &self.channel,
            json: &self.json,
            attachments: std::mem::take(&mut self.attachments),
            deadline: self.deadline,
            incoming: &mut incoming,
        };
        match self.router.dispatch(request, &mut self.context, &mut begun.out.body) {
            Dispatch::Answered => self.router.note_answer(&self.channel, begun.out.len() - before >= APART_BYTES),
            Dispatch::Pending(call) => begun.pending = Some(call),
            Dispatch::Stream(_) => {
                let said = "a channel that had no stream when it was looked up answers with one";
                begun = Begun::failed(self.id, &Failure::internal(said));
            }
        }
        Some(begun)
    }
}

impl Begun {
    fn new(id: Option<u32>) -> Self {
        let mut out = Frames::default();
        let started = id.map(|id| (id, frame::begin(&mut out.body.json, Kind::Response, id, "")));
        Self { out, started, pending: None }
    }

    fn failed(id: Option<u32>, failure: &Failure) -> Self {
        let mut begun = Self::new(id);
        ipc_core::response::write_failure(&mut begun.out.body.json, failure);
        begun
    }
}
