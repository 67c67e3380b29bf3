//! The log of what is called, one line for each call when it is over, and what those see who [watch](crate::tap).

mod mask;

use std::pin::Pin;
use std::sync::Arc;
use std::task::{self, Poll, ready};
use std::time::Instant as Clock;

use tokio::time::Instant;
use tracing::{Level, enabled, trace};

use crate::body::Body;
use crate::context::Context;
use crate::failure::code;
use crate::layer::code_of;
use crate::route::{Dispatch, Inbound, Items, PendingCall, PendingStream, Running, Step};
use crate::router::Router;
use crate::tap::TappedCall;

pub(crate) use mask::Masks;

/// The target of the lines.
const TARGET: &str = "ipc_bridge::wire";

/// Whether anybody wants the lines. Where nobody does, this reads one number.
#[inline]
pub(crate) fn is_on() -> bool {
    enabled!(target: TARGET, Level::TRACE)
}

/// Answers a request, and tells the log of it when it is answered, and those who watch as it goes on.
#[cold]
pub(crate) fn watched(router: &Router, request: Inbound<'_>, cx: &mut Context, out: &mut Body) -> Dispatch {
    let name = std::str::from_utf8(request.channel).ok().and_then(|name| router.channel(name));
    let request_bytes = request.json.len() + request.attachments.iter().map(bytes::Bytes::len).sum::<usize>();
    let Some(channel) = name else {
        // What has no schema is not shown. The name is the peer's, and may be anything.
        let channel = request.channel.escape_ascii();
        trace!(target: TARGET, %channel, request_bytes, outcome = code::UNKNOWN_CHANNEL, "a call");
        let (start, begun) = (out.json.len(), Clock::now());
        let tapped = router.tapped(&channel.to_string(), cx.peer(), request.json, request_bytes);
        let dispatched = router.answer(request, cx, out);
        if let Some(call) = tapped {
            let response = out.json.get(start..).unwrap_or_default();
            call.end(Some((response, response.len())), code_of(response).unwrap_or("ok"), micros_since(begun), None);
        }
        return dispatched;
    };
    let tapped = router.tapped(channel, cx.peer(), request.json, request_bytes);
    let mut watched_incoming = None;
    let Inbound { channel: name, json, attachments, deadline, incoming } = request;
    let request = match &tapped {
        Some(tapped) => {
            let incoming = watched_incoming.insert(|| tapped.watch(incoming()));
            Inbound { channel: name, json, attachments, deadline, incoming }
        }
        None => Inbound { channel: name, json, attachments, deadline, incoming },
    };
    let masks = if is_on() { router.masks() } else { None };
    let mut call = Watched {
        channel,
        request_bytes,
        tapped: tapped.clone(),
        request: masks.as_ref().map(|masks| masks.request(channel, request.json)),
        masks,
        begun: Clock::now(),
        deadline: None,
        items: None,
        response_bytes: 0,
        told: false,
    };
    let start = out.json.len();
    let dispatched = router.answer(request, cx, out);
    call.deadline = cx.deadline();
    match dispatched {
        Dispatch::Answered => {
            call.answered(out, start);
            Dispatch::Answered
        }
        Dispatch::Pending(pending) => Dispatch::Pending(pending.within(|pending| WatchedCall { pending, call })),
        Dispatch::Stream(stream) => {
            call.items = Some(0);
            Dispatch::Stream(stream.within(|_, stream| WatchedItems { stream, call }))
        }
    }
}

/// A call that is being answered.
struct Watched {
    channel: &'static str,
    /// The bytes of its JSON and of its binary data.
    request_bytes: usize,
    /// The call, for those who watch.
    tapped: Option<TappedCall>,
    /// The request as it may be shown.
    request: Option<String>,
    masks: Option<Arc<Masks>>,
    begun: Clock,
    deadline: Option<Instant>,
    /// The items that it was answered with, where that is a stream.
    items: Option<u64>,
    response_bytes: usize,
    told: bool,
}

impl Watched {
    /// The response stands in `out`, behind `start`.
    fn answered(&mut self, out: &Body, start: usize) {
        let response = out.json.get(start..).unwrap_or_default();
        let bytes = response.len() + out.attachments.iter().map(bytes::Bytes::len).sum::<usize>();
        self.response_bytes += bytes;
        let shown = self.masks.as_ref().map(|masks| masks.response(self.channel, response));
        let outcome = code_of(response).unwrap_or("ok");
        if let Some(tapped) = self.tapped.take() {
            tapped.end(Some((response, bytes)), outcome, micros_since(self.begun), self.items);
        }
        self.tell(outcome, shown.as_deref());
    }

    fn tell(&mut self, outcome: &str, response: Option<&str>) {
        self.told = true;
        let Self { channel, request_bytes, request, begun, items, response_bytes, .. } = self;
        let (request, micros) = (request.as_deref(), micros_since(*begun));
        trace!(
            target: TARGET, channel, request_bytes, response_bytes, items, outcome, micros, request, response, "a call"
        );
    }
}

fn micros_since(begun: Clock) -> u64 {
    u64::try_from(begun.elapsed().as_micros()).unwrap_or(u64::MAX)
}

/// Nobody waited for the answer to its end.
impl Drop for Watched {
    fn drop(&mut self) {
        if !self.told {
            let expired = self.deadline.is_some_and(|deadline| deadline <= Instant::now());
            let outcome = if expired { code::TIMEOUT } else { code::CANCELLED };
            if let Some(tapped) = self.tapped.take() {
                tapped.end(None, outcome, micros_since(self.begun), self.items);
            }
            self.tell(outcome, None);
        }
    }
}

struct WatchedCall {
    pending: PendingCall,
    call: Watched,
}

impl Running for WatchedCall {
    fn poll_into(mut self: Pin<&mut Self>, cx: &mut task::Context<'_>, out: &mut Body) -> Poll<()> {
        let start = out.json.len();
        ready!(self.pending.poll(cx, out));
        self.call.answered(out, start);
        Poll::Ready(())
    }
}

struct WatchedItems {
    stream: PendingStream,
    call: Watched,
}

impl Items for WatchedItems {
    fn poll_step(mut self: Pin<&mut Self>, cx: &mut task::Context<'_>, out: &mut Body) -> Poll<Step> {
        let start = out.json.len();
        let step = ready!(self.stream.poll_step(cx, out));
        match step {
            Step::Item => {
                let call = &mut self.call;
                call.items = call.items.map(|items| items + 1);
                let json = out.json.get(start..).unwrap_or_default();
                call.response_bytes += json.len();
                if let Some(tapped) = &call.tapped {
                    let bytes = json.len() + out.attachments.iter().map(bytes::Bytes::len).sum::<usize>();
                    tapped.item(json, bytes);
                }
            }
            Step::End => self.call.answered(out, start),
        }
        Poll::Ready(step)
    }
}
