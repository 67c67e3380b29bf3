//! Sending the items of a stream: as many as the peer takes, many in one write.

use std::future::{Future as _, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use ipc_core::envelope::{Kind, UPSTREAM};
use ipc_core::{Body, Failure, PendingStream, Step, Unsent, Upload, code};

use crate::buffer;
use crate::credit::Credit;
use crate::frame::{self, Frames, Large};
use crate::link::Link;
use crate::outbox::{Lane, Outgoing, Urgency};
use crate::serving::Ticket;
use crate::yielding::yield_once;

/// The bytes of items that leave together, while there are more at once. A reader that keeps up has work meanwhile.
const BATCH_BYTES: usize = 32 * 1024;

/// Sends what a caller sends beside its request.
///
/// # Errors
///
/// An item cannot be had, is no JSON, or is larger than a message may be.
pub(crate) async fn send_items(link: &Link, id: u32, mut upload: Upload, credit: &Arc<Credit>) -> Result<(), Unsent> {
    let mut batch = Batch::new(link, id | UPSTREAM, Lane::Asking(id));
    let mut items = Items { upload: &mut upload, failed: None };
    loop {
        match batch.fill(credit, &mut items).await {
            Filled::Partly { more } => {
                if !link.calls.go_on(id, credit, || batch.push()) {
                    return Ok(());
                }
                link.outbox.flush();
                if more {
                    yield_once().await;
                }
            }
            Filled::TooLarge { size } => {
                let limit = link.remote.limits.message_bytes;
                return Err(Unsent(format!("an item has {size} bytes, and a message may have {limit}")));
            }
            Filled::Ended(_) => {
                if let Some(unsent) = items.failed {
                    return Err(unsent);
                }
                frame::put(&mut batch.out.body.json, Kind::End, id | UPSTREAM, &[]);
                if link.calls.go_on(id, credit, || batch.push()) {
                    link.outbox.flush();
                }
                return Ok(());
            }
        }
    }
}

/// Answers a call with a stream.
pub(crate) async fn answer_with_items(
    link: Arc<Link>,
    ticket: Ticket,
    id: u32,
    mut stream: PendingStream,
    credit: Arc<Credit>,
) {
    let lane = Lane::Answering(id);
    let mut batch = Batch::new(&link, id, lane);
    let response = loop {
        match batch.fill(&credit, &mut stream).await {
            Filled::Partly { more } => {
                if !link.serving.go_on(ticket, || batch.push()) {
                    return;
                }
                link.outbox.flush();
                if more {
                    yield_once().await;
                }
            }
            Filled::Ended(response) => break response,
            Filled::TooLarge { size } => {
                let limit = link.remote.limits.message_bytes;
                let said = format_args!("an item has {size} bytes, and the caller takes {limit}");
                let mut response = Body::default();
                ipc_core::response::write_failure(&mut response.json, &Failure::new(code::TOO_LARGE, said));
                break response;
            }
        }
    };
    drop(stream);
    let finished = link.serving.finish(ticket, || {
        batch.push();
        let mut out = Frames::default();
        let started = frame::begin(&mut out.body.json, Kind::Response, id, "");
        out.body.json.extend_from_slice(&response.json);
        out.body.attachments = response.attachments;
        link.finish_response(id, &mut out, started);
        if link.outbox.push_ordered(lane, Outgoing::Written(&mut out)).is_err() {
            tracing::debug!(id, "the end of a stream was dropped, as the connection is gone");
        }
    });
    if let Some(last) = finished {
        link.outbox.send(if last { Urgency::Alone } else { Urgency::Shared }).await;
    }
}

/// Where items come from.
trait Source {
    /// The end, when it is time for it whether the peer takes more or not.
    fn poll_expired(&mut self, cx: &mut Context<'_>, out: &mut Body) -> Poll<()>;

    /// The next item, or the end, behind what `out` holds.
    fn poll_step(&mut self, cx: &mut Context<'_>, out: &mut Body) -> Poll<Step>;
}

impl Source for PendingStream {
    fn poll_expired(&mut self, cx: &mut Context<'_>, out: &mut Body) -> Poll<()> {
        Self::poll_expired(self, cx, out)
    }

    fn poll_step(&mut self, cx: &mut Context<'_>, out: &mut Body) -> Poll<Step> {
        Self::poll_step(self, cx, out)
    }
}

struct Items<'a> {
    upload: &'a mut Upload,
    failed: Option<Unsent>,
}

impl Source for Items<'_> {
    fn poll_expired(&mut self, _: &mut Context<'_>, _: &mut Body) -> Poll<()> {
        // The call that the items belong to has a deadline, and is dropped then.
        Poll::Pending
    }

    fn poll_step(&mut self, cx: &mut Context<'_>, out: &mut Body) -> Poll<Step> {
        Poll::Ready(match ready!(self.upload.poll_item(cx, out)) {
            Some(Ok(())) => Step::Item,
            Some(Err(unsent)) => {
                self.failed = Some(unsent);
                Step::End
            }
            None => Step::End,
        })
    }
}

/// Items that leave together.
struct Batch<'a> {
    link: &'a Link,
    /// As it stands in the frames of this stream.
    id: u32,
    lane: Lane,
    out: Frames,
    /// The last item, where it is sent from where it lies.
    large: Option<Large>,
}

/// How far a batch was filled.
enum Filled {
    /// As far as the source, or the peer, lets it at this time; `more` tells that only the batch is full.
    Partly { more: bool },
    /// The stream has ended, with this response where it is an answer.
    Ended(Body),
    /// The next item is larger than the peer takes.
    TooLarge { size: usize },
}

impl<'a> Batch<'a> {
    fn new(link: &'a Link, id: u32, lane: Lane) -> Self {
        Self { link, id, lane, out: Frames::default(), large: None }
    }

    /// Fills the batch as soon as the connection has room for it, the peer takes it and there is something.
    async fn fill(&mut self, credit: &Credit, source: &mut impl Source) -> Filled {
        let outbox = &self.link.outbox;
        // Asked for whenever it goes on: many streams may wait for the same thing, and what all of them have then must not
        // pile up.
        let mut room = pin!(outbox.room());
        poll_fn(|cx| {
            if room.as_mut().poll(cx).is_pending() {
                // The time passes meanwhile.
                let mut response = Body::default();
                return source.poll_expired(cx, &mut response).map(|()| Filled::Ended(response));
            }
            room.set(outbox.room());
            self.poll_fill(cx, credit, source)
        })
        .await
    }

    fn poll_fill(&mut self, cx: &mut Context<'_>, credit: &Credit, source: &mut impl Source) -> Poll<Filled> {
        let limit = self.link.remote.limits.message_bytes as usize;
        loop {
            if self.large.is_some() || self.out.len() >= BATCH_BYTES {
                return Poll::Ready(Filled::Partly { more: true });
            }
            let body = &mut self.out.body;
            if body.json.capacity() == 0 {
                body.json = buffer::lend();
            }
            let started = frame::begin(&mut body.json, Kind::Item, self.id, "");
            let step = match source.poll_expired(cx, body) {
                Poll::Ready(()) => Poll::Ready(Step::End),
                Poll::Pending if credit.poll(cx).is_pending() => Poll::Pending,
                Poll::Pending => source.poll_step(cx, body),
            };
            match step {
                Poll::Pending => {
                    self.out.take_back(started);
                    return self.rest();
                }
                Poll::Ready(Step::End) => {
                    let json = started.take_payload(&mut body.json);
                    let attachments = std::mem::take(&mut body.attachments);
                    return Poll::Ready(Filled::Ended(Body { json, attachments }));
                }
                Poll::Ready(Step::Item) => {}
            }
            let size = self.out.message_bytes(started);
            if size > limit {
                self.out.take_back(started);
                return Poll::Ready(Filled::TooLarge { size });
            }
            credit.spend(size);
            self.large = self.out.end(Kind::Item, self.id, started);
        }
    }

    /// Nothing can be added now.
    fn rest(&mut self) -> Poll<Filled> {
        if !self.out.is_empty() {
            return Poll::Ready(Filled::Partly { more: false });
        }
        buffer::give_back(std::mem::take(&mut self.out).into_room());
        Poll::Pending
    }

    /// Hands the batch to the outbox.
    fn push(&mut self) {
        let outbox = &self.link.outbox;
        let mut pushed = Ok(());
        if !self.out.is_empty() {
            pushed = outbox.push_ordered(self.lane, Outgoing::Written(&mut self.out));
        }
        if let Some(large) = self.large.take() {
            pushed = pushed.and_then(|()| outbox.push_ordered(self.lane, Outgoing::Large(large)));
        }
        if pushed.is_err() {
            // What is left would be handed over for ever.
            self.out = Frames::default();
            tracing::debug!(id = self.id, "items were dropped, as the connection is gone");
        }
    }
}

impl Drop for Batch<'_> {
    fn drop(&mut self) {
        buffer::give_back(std::mem::take(&mut self.out).into_room());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::half::WriteHalf;
    use crate::hello::Hello;
    use crate::limits::Limits;

    #[test]
    fn items_for_a_connection_that_is_gone_are_handed_over_once() {
        let limits = Limits::default();
        let hello = Hello::new("0", None, &limits);
        let link =
            Link::new(WriteHalf::of(tokio::io::sink()), hello.limits, &ipc_core::Peer::unknown(), limits.shared());
        let mut batch = Batch::new(&link, 1, Lane::Answering(1));
        frame::put(&mut batch.out.body.json, Kind::Item, 1, b"1");
        link.outbox.close();
        batch.push();
        assert!(batch.out.is_empty(), "else whoever fills it would find it filled for ever");
    }
}
