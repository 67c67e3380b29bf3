//! The calls that this side makes.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;

use ipc_core::envelope::Kind;
use ipc_core::{Body, CallError, Ending, Failure, Unsent, Upload, current_deadline, earlier};
use tokio::time::Instant;

use super::Link;
use crate::buffer;
use crate::calls::Opens;
use crate::credit::Credit;
use crate::frame::{self, Frames, Large, Started};
use crate::inbox::Inbox;
use crate::outbox::{Lane, Outgoing, Urgency};
use crate::payload::Payload;
use crate::reader::{Reader, Role};
use crate::sending::send_items;

/// What is asked of the peer. `encode` appends the JSON of the body.
#[derive(Debug)]
pub(crate) struct Asked<'a, F> {
    pub(crate) channel: &'a str,
    pub(crate) deadline: Option<Instant>,
    pub(crate) upload: Option<Upload>,
    pub(crate) encode: F,
}

/// A request that is written and has no id yet.
struct Written {
    frames: Frames,
    started: Started,
    large: Option<Large>,
}

impl Drop for Written {
    fn drop(&mut self) {
        buffer::give_back(std::mem::take(&mut self.frames).into_room());
    }
}

impl Link {
    /// Makes a call, and answers the response's body.
    ///
    /// Cancel safe: dropping the future cancels the call.
    pub(crate) async fn call<F>(&self, asked: Asked<'_, F>) -> Result<Payload<'static>, CallError>
    where
        F: FnOnce(&mut Body) -> Result<(), serde_json::Error>,
    {
        let Asked { channel, deadline, upload, encode } = asked;
        let deadline = earlier(deadline, current_deadline());
        match deadline {
            None => self.call_until_answered(channel, None, upload, encode).await,
            // A call that is dropped is cancelled, so the server learns of the deadline's end at the same time, if it
            // has not seen it by itself.
            Some(at) => tokio::time::timeout_at(at, self.call_until_answered(channel, deadline, upload, encode))
                .await
                .unwrap_or(Err(CallError::TimedOut)),
        }
    }

    async fn call_until_answered(
        &self,
        channel: &str,
        deadline: Option<Instant>,
        upload: Option<Upload>,
        encode: impl FnOnce(&mut Body) -> Result<(), serde_json::Error>,
    ) -> Result<Payload<'static>, CallError> {
        let written = self.write(Kind::Request, channel, deadline, encode)?;
        let upload = upload.map(|upload| (upload, self.upload_credit()));
        let credit = upload.as_ref().map(|(_, credit)| credit);
        let (id, urgency) = self.open(Opens::Call(credit), written, Kind::Request).await?;
        let open = OpenCall { link: self, id };
        self.outbox.send(urgency).await;
        let answered = match upload {
            None => poll_fn(|cx| self.calls.poll_answer(id, cx)).await,
            Some((upload, credit)) => self.send_until_answered(id, upload, &credit).await,
        };
        if matches!(answered, Err(CallError::Unsent(_) | CallError::Streamed)) {
            // The call is still open, and cancelled by dropping it.
            return answered;
        }
        std::mem::forget(open);
        answered
    }

    /// Sends what goes beside the request of a call, and waits for the answer. Whoever waits sends: when that is dropped,
    /// nothing more is sent.
    async fn send_until_answered(
        &self,
        id: u32,
        upload: Upload,
        credit: &Arc<Credit>,
    ) -> Result<Payload<'static>, CallError> {
        let mut sending = pin!(send_items(self, id, upload, credit));
        let mut sent = false;
        poll_fn(|cx| {
            if !sent && let Poll::Ready(result) = sending.as_mut().poll(cx) {
                if let Err(unsent) = result {
                    return Poll::Ready(Err(CallError::Unsent(unsent)));
                }
                sent = true;
            }
            self.calls.poll_answer(id, cx)
        })
        .await
    }

    /// Makes a call that is answered with a stream.
    ///
    /// Cancel safe: dropping the future cancels the call.
    pub(crate) async fn stream<F>(self: &Arc<Self>, asked: Asked<'_, F>) -> Result<AnswerStream, CallError>
    where
        F: FnOnce(&mut Body) -> Result<(), serde_json::Error>,
    {
        let Asked { channel, deadline, upload, encode } = asked;
        let deadline = earlier(deadline, current_deadline());
        let written = self.write(Kind::Request, channel, deadline, encode)?;
        let inbox = Arc::new(Inbox::new(self.limits.stream_bytes));
        let upload = upload.map(|upload| (upload, self.upload_credit()));
        let credit = upload.as_ref().map(|(_, credit)| credit);
        let opened = self.open(Opens::Stream(&inbox, credit), written, Kind::Request);
        let (id, urgency) = match deadline {
            None => opened.await?,
            Some(at) => tokio::time::timeout_at(at, opened).await.unwrap_or(Err(CallError::TimedOut))?,
        };
        let reader = Reader::new(Arc::clone(self), inbox, id, Role::Answer).until(deadline);
        self.outbox.send(urgency).await;
        // Whoever reads the answer may wait for something else meanwhile, so what is sent has a task of its own.
        let upload = upload.map(|(upload, credit)| {
            let (link, reading) = (Arc::clone(self), Reading(Some(Arc::clone(reader.inbox()))));
            tokio::spawn(async move {
                match send_items(&link, id, upload, &credit).await {
                    Ok(()) => reading.goes_on(),
                    Err(unsent) => reading.end(unsent),
                }
            })
            .abort_handle()
        });
        Ok(AnswerStream { reader, upload })
    }

    /// Sends a request that is not answered.
    ///
    /// Cancel safe: nothing has been sent before the future is done.
    pub(crate) async fn notify(
        &self,
        channel: &str,
        encode: impl FnOnce(&mut Body) -> Result<(), serde_json::Error>,
    ) -> Result<(), CallError> {
        let mut written = self.write(Kind::Notification, channel, None, encode)?;
        if self.outbox.is_full() {
            self.outbox.room().await;
        }
        let pushed = match written.large.take() {
            None => self.outbox.push_notification(Outgoing::Written(&mut written.frames)),
            Some(large) => self.outbox.push_notification(Outgoing::Large(large)),
        };
        drop(written);
        pushed.map_err(|reason| CallError::Gone(self.why_not(reason)))?;
        self.outbox.send(Urgency::Shared).await;
        Ok(())
    }

    /// Asks for the events of a channel, or of more than one.
    ///
    /// Cancel safe: dropping the future ends the subscription.
    pub(crate) async fn subscribe(
        self: &Arc<Self>,
        pattern: &str,
        encode: impl FnOnce(&mut Body) -> Result<(), serde_json::Error>,
    ) -> Result<Result<Reader, Failure>, CallError> {
        let written = self.write(Kind::Subscribe, pattern, None, encode)?;
        let inbox = Arc::new(Inbox::new(self.limits.stream_bytes));
        let (id, urgency) = self.open(Opens::Subscription(&inbox), written, Kind::Subscribe).await?;
        let reader = Reader::new(Arc::clone(self), inbox, id, Role::Subscription);
        self.outbox.send(urgency).await;
        match poll_fn(|cx| reader.inbox().poll_acknowledged(cx)).await {
            Ok(Ok(())) => Ok(Ok(reader)),
            Ok(Err(failure)) => Ok(Err(*failure)),
            Err(Ending::Gone(reason)) => Err(CallError::Gone(reason)),
            Err(_) => Err(CallError::Gone("the subscription ended before it began".into())),
        }
    }

    /// Nobody reads the stream that a call is answered with any more.
    pub(crate) fn stop_answer(&self, id: u32, inbox: &Arc<Inbox>) {
        self.calls.abandon_stream(id, inbox, || self.outbox.cancel_request(id));
        self.outbox.flush();
    }

    /// Nobody reads the events of a subscription any more.
    pub(crate) fn unsubscribe(&self, id: u32, inbox: &Arc<Inbox>) {
        self.calls.abandon_stream(id, inbox, || {
            let mut unsubscribe = Vec::new();
            frame::put(&mut unsubscribe, Kind::Unsubscribe, id, &[]);
            // Not before the subscribe, which may be under way.
            self.outbox.push_ordered(Lane::Asking(id), Outgoing::Frames(&unsubscribe)).is_ok()
        });
        self.outbox.flush();
    }

    /// What the peer takes of a stream that this side begins to send.
    pub(crate) fn upload_credit(&self) -> Arc<Credit> {
        Arc::new(Credit::new(self.remote.limits.stream_bytes))
    }

    fn write(
        &self,
        kind: Kind,
        channel: &str,
        deadline: Option<Instant>,
        encode: impl FnOnce(&mut Body) -> Result<(), serde_json::Error>,
    ) -> Result<Written, CallError> {
        let mut frames = Frames::within(buffer::lend());
        let started = frame::begin_within(&mut frames.body.json, kind, 0, channel, deadline.map(remaining_millis));
        let mut written = Written { frames, started, large: None };
        encode(&mut written.frames.body).map_err(CallError::Encode)?;
        let (size, limit) = (written.frames.message_bytes(started), self.remote.limits.message_bytes as usize);
        if size > limit {
            return Err(CallError::TooLarge { size, limit });
        }
        written.large = written.frames.end(kind, 0, started);
        Ok(written)
    }

    /// Opens a call, and appends its request.
    async fn open(&self, opens: Opens<'_>, mut written: Written, kind: Kind) -> Result<(u32, Urgency), CallError> {
        if self.outbox.is_full() {
            self.outbox.room().await;
        }
        let (id, alone) = self.calls.open(opens).await.map_err(CallError::Gone)?;
        let pushed = match written.large.take() {
            None => {
                frame::set_id(&mut written.frames.body.json, written.started, id);
                self.outbox.push_request(id, Outgoing::Written(&mut written.frames))
            }
            Some(large) => self.outbox.push_request(id, Outgoing::Large(Large { kind, id, ..large })),
        };
        if let Err(reason) = pushed {
            self.calls.discard(id);
            return Err(CallError::Gone(self.why_not(reason)));
        }
        Ok((id, if alone { Urgency::Alone } else { Urgency::Shared }))
    }
}

/// The milliseconds until `deadline`, which a sender rounds up: a caller never waits less than it said.
fn remaining_millis(deadline: Instant) -> u32 {
    let remaining = deadline.saturating_duration_since(Instant::now());
    u32::try_from(remaining.as_micros().div_ceil(1000)).unwrap_or(u32::MAX)
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

/// What is read while something is sent beside it. It ends when that breaks off.
struct Reading(Option<Arc<Inbox>>);

impl Reading {
    fn goes_on(mut self) {
        self.0 = None;
    }

    fn end(&self, unsent: Unsent) {
        if let Some(inbox) = &self.0 {
            inbox.end(Ending::Unsent(unsent));
        }
    }
}

impl Drop for Reading {
    fn drop(&mut self) {
        self.end(Unsent("what makes the items panicked".to_owned()));
    }
}

/// The stream that a call is answered with, and the task that sends what goes beside its request.
#[derive(Debug)]
pub(crate) struct AnswerStream {
    reader: Reader,
    upload: Option<tokio::task::AbortHandle>,
}

impl ipc_core::ReceiveItems for AnswerStream {
    fn poll_item(&mut self, cx: &mut std::task::Context<'_>) -> Poll<ipc_core::Received<'_>> {
        self.reader.poll_item(cx)
    }
}

impl Drop for AnswerStream {
    fn drop(&mut self) {
        if let Some(upload) = &self.upload {
            upload.abort();
        }
    }
}
