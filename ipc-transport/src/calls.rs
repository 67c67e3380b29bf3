//! The calls that this side has made and that have not been answered, and its subscriptions.

use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{Context, Poll, Waker};

use ipc_core::{CallError, Ending, Failure, answers_with_a_stream, code, response};
use slab::Slab;

use crate::credit::Credit;
use crate::inbox::Inbox;
use crate::payload::Payload;
use crate::told::Told;

/// The in-flight table of the caller: calls, streams and subscriptions. A call's id is its place in the table, and the place stays taken until the
/// answer is there, even when nobody waits for it any more: an id never means two calls at once.
#[derive(Debug)]
pub(crate) struct Calls {
    table: Mutex<Table>,
    /// The calls that may be in flight.
    limit: usize,
    /// Told when there is room again.
    room: Told,
}

#[derive(Debug, Default)]
struct Table {
    calls: Slab<Call>,
    closed: Option<Arc<str>>,
    /// Somebody waits for room.
    wanted: bool,
}

#[derive(Debug)]
struct Call {
    awaits: Awaits,
    /// Where the peer's credit goes for the items that are sent beside the request.
    upload: Option<Arc<Credit>>,
}

#[derive(Debug)]
enum Awaits {
    /// The response, with somebody who waits for it.
    Response(Waker),
    /// Somebody who takes the response, which is there.
    Caller(Payload<'static>),
    /// The response, with somebody who is about to learn that items come before it.
    Mistaken,
    /// The response, for nobody.
    Nobody,
    /// Items, and the response that ends them.
    Items(Arc<Inbox>),
    /// The response that acknowledges a subscription, events, and their end.
    Events(Arc<Inbox>),
    /// The end of events, for nobody. The acknowledgement may come before.
    LastEvent,
}

impl Calls {
    pub(crate) fn new(limit: usize) -> Self {
        Self { table: Mutex::default(), limit: limit.max(1), room: Told::default() }
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        self.table.lock().expect("nothing panics while it holds the table")
    }

    /// Opens a call, as soon as fewer are in flight than may be. Answers its id, and whether it is the only one.
    ///
    /// Cancel safe: a call is open only when the future is done.
    ///
    /// # Errors
    ///
    /// Why the connection is gone.
    pub(crate) async fn open(&self, opens: Opens<'_>) -> Result<(u32, bool), Arc<str>> {
        if let Some(opened) = self.try_open(opens) {
            return opened;
        }
        let mut told = std::pin::pin!(self.room.notified());
        loop {
            told.as_mut().enable();
            if let Some(opened) = self.try_open(opens) {
                return opened;
            }
            told.as_mut().await;
            told.set(self.room.notified());
        }
    }

    fn try_open(&self, opens: Opens<'_>) -> Option<Result<(u32, bool), Arc<str>>> {
        let mut table = self.table();
        if let Some(reason) = &table.closed {
            return Some(Err(Arc::clone(reason)));
        }
        if table.calls.len() >= self.limit {
            table.wanted = true;
            return None;
        }
        let awaits = match opens {
            Opens::Call(_) => Awaits::Response(Waker::noop().clone()),
            Opens::Stream(inbox, _) => Awaits::Items(Arc::clone(inbox)),
            Opens::Subscription(inbox) => Awaits::Events(Arc::clone(inbox)),
        };
        let upload = match opens {
            Opens::Call(upload) | Opens::Stream(_, upload) => upload.map(Arc::clone),
            Opens::Subscription(_) => None,
        };
        if table.calls.capacity() == 0 {
            // Most connections have one call at a time, and room for one is less than what it would make.
            table.calls.reserve_exact(1);
        }
        let index = table.calls.insert(Call { awaits, upload });
        let id = u32::try_from(index).expect("the limit of the calls in flight is a u32");
        Some(Ok((id, table.calls.len() == 1)))
    }

    /// Frees the place of a call.
    fn free(&self, mut table: MutexGuard<'_, Table>, id: u32) -> Option<Call> {
        let call = table.calls.try_remove(id as usize);
        let wanted = std::mem::take(&mut table.wanted);
        drop(table);
        if wanted {
            self.room.notify_waiters();
        }
        call
    }

    /// Waits for the answer; the call is closed when it is there.
    ///
    /// # Errors
    ///
    /// The connection is gone; or items come instead, and the call is still open.
    pub(crate) fn poll_answer(&self, id: u32, cx: &mut Context<'_>) -> Poll<Result<Payload<'static>, CallError>> {
        let mut table = self.table();
        let closed = table.closed.clone();
        match (table.awaits(id), closed) {
            (Some(Awaits::Response(waker)), None) => {
                waker.clone_from(cx.waker());
                return Poll::Pending;
            }
            (Some(Awaits::Response(_)), Some(reason)) => {
                self.free(table, id);
                return Poll::Ready(Err(CallError::Gone(reason)));
            }
            (Some(Awaits::Mistaken), None) => return Poll::Ready(Err(CallError::Streamed)),
            (Some(Awaits::Mistaken), Some(reason)) => {
                self.free(table, id);
                return Poll::Ready(Err(CallError::Gone(reason)));
            }
            _ => {}
        }
        match self.free(table, id) {
            Some(Call { awaits: Awaits::Caller(payload), .. }) => Poll::Ready(Ok(payload)),
            _ => unreachable!("a call is polled by nobody but its caller, who has not dropped it"),
        }
    }

    /// Brings an answer.
    ///
    /// # Errors
    ///
    /// No call has this id, or it has been answered.
    pub(crate) fn answer(&self, id: u32, payload: Payload<'_>) -> Result<(), UnknownCall> {
        let waker = {
            let mut table = self.table();
            match table.awaits(id) {
                Some(awaits @ Awaits::Response(_)) => {
                    match std::mem::replace(awaits, Awaits::Caller(payload.into_owned())) {
                        Awaits::Response(waker) => waker,
                        _ => unreachable!("the call was waiting under the same lock"),
                    }
                }
                Some(awaits @ Awaits::Mistaken) => {
                    let mut body = Vec::new();
                    response::write_failure(&mut body, &answers_with_a_stream());
                    *awaits = Awaits::Caller(Payload::owned(body, false));
                    return Ok(());
                }
                Some(Awaits::Nobody) => {
                    self.free(table, id);
                    return Ok(());
                }
                Some(Awaits::Items(inbox)) => {
                    let inbox = Arc::clone(inbox);
                    self.free(table, id);
                    inbox.end(answered(payload));
                    return Ok(());
                }
                Some(Awaits::Events(inbox)) if !inbox.is_acknowledged() => {
                    let acknowledged = acknowledgement(payload);
                    let inbox = Arc::clone(inbox);
                    if acknowledged.is_err() {
                        self.free(table, id);
                    }
                    inbox.acknowledge(acknowledged);
                    return Ok(());
                }
                Some(Awaits::LastEvent) => {
                    if acknowledgement(payload).is_err() {
                        self.free(table, id);
                    }
                    return Ok(());
                }
                Some(Awaits::Caller(_) | Awaits::Events(_)) | None => return Err(UnknownCall(id)),
            }
        };
        waker.wake();
        Ok(())
    }

    /// The stream of this id that a call is answered with, if somebody has it. A caller that waits for one answer learns
    /// that there are many.
    pub(crate) fn items(&self, id: u32) -> Option<Arc<Inbox>> {
        let mistaken = match self.table().awaits(id)? {
            Awaits::Items(inbox) => return Some(Arc::clone(inbox)),
            awaits @ Awaits::Response(_) => std::mem::replace(awaits, Awaits::Mistaken),
            _ => return None,
        };
        if let Awaits::Response(waker) = mistaken {
            waker.wake();
        }
        None
    }

    /// No item follows, whatever the peer sends: the call is cancelled when its reader has taken the end.
    pub(crate) fn end_items(&self, id: u32, ending: Ending) {
        if let Some(inbox) = self.items(id) {
            inbox.end(ending);
        }
    }

    /// The subscription of this id, if somebody has it.
    pub(crate) fn events(&self, id: u32) -> Option<Arc<Inbox>> {
        match self.table().awaits(id) {
            Some(Awaits::Events(inbox)) => Some(Arc::clone(inbox)),
            _ => None,
        }
    }

    /// The peer sends no more events of a subscription.
    pub(crate) fn end_events(&self, id: u32, payload: Payload<'_>) {
        let mut table = self.table();
        let inbox = match table.awaits(id) {
            Some(Awaits::Events(inbox)) => Some(Arc::clone(inbox)),
            Some(Awaits::LastEvent) => None,
            _ => return,
        };
        self.free(table, id);
        if let Some(inbox) = inbox {
            inbox.end(answered(payload));
        }
    }

    /// Adds to what may be sent beside the request of a call.
    pub(crate) fn add_credit(&self, id: u32, bytes: u32) {
        let upload = self.table().calls.get(id as usize).and_then(|call| call.upload.clone());
        if let Some(upload) = upload {
            upload.add(bytes);
        }
    }

    /// Queues a part of what goes beside the request of a call, unless the call has been answered or cancelled: its id may
    /// be another call's by then.
    pub(crate) fn go_on(&self, id: u32, upload: &Arc<Credit>, queue: impl FnOnce()) -> bool {
        let table = self.table();
        let open = table.calls.get(id as usize).and_then(|call| call.upload.as_ref());
        let there = open.is_some_and(|open| Arc::ptr_eq(open, upload));
        if there {
            queue();
        }
        there
    }

    /// Queues a grant for what arrives in `inbox`, unless nothing follows there: the id may be another call's by then.
    pub(crate) fn grant(&self, id: u32, inbox: &Arc<Inbox>, queue: impl FnOnce()) {
        let mut table = self.table();
        if table.awaits(id).is_some_and(|awaits| awaits.is_for(inbox)) {
            queue();
        }
    }

    /// Nobody waits for the answer any more. `cancel` tells the peer, and answers whether the peer will still answer.
    ///
    /// The table is locked meanwhile: were the answer to arrive in between, the id could mean another call already.
    pub(crate) fn abandon(&self, id: u32, cancel: impl FnOnce() -> bool) {
        let mut table = self.table();
        let open = table.closed.is_none();
        match table.awaits(id).filter(|awaits| matches!(awaits, Awaits::Response(_) | Awaits::Mistaken)) {
            Some(awaits) if open && cancel() => *awaits = Awaits::Nobody,
            _ => {
                self.free(table, id);
            }
        }
    }

    /// Nobody reads the items, or the events, that arrive in `inbox` any more. `tell` tells the peer, and answers whether
    /// the peer has still to end them.
    pub(crate) fn abandon_stream(&self, id: u32, inbox: &Arc<Inbox>, tell: impl FnOnce() -> bool) {
        let mut table = self.table();
        let open = table.closed.is_none();
        // A stream that has ended gave its id back, and another call may have it now.
        let Some(awaits) = table.awaits(id).filter(|awaits| awaits.is_for(inbox)) else { return };
        let later = if matches!(awaits, Awaits::Items(_)) { Awaits::Nobody } else { Awaits::LastEvent };
        if open && tell() {
            *awaits = later;
            if let Some(call) = table.calls.get_mut(id as usize) {
                call.upload = None;
            }
        } else {
            self.free(table, id);
        }
    }

    /// Forgets a call of which the peer knows nothing.
    pub(crate) fn discard(&self, id: u32) {
        self.free(self.table(), id);
    }

    /// Whether no answer is to come.
    pub(crate) fn is_empty(&self) -> bool {
        self.table().calls.is_empty()
    }

    /// No answer comes any more.
    pub(crate) fn close(&self, reason: &str) {
        let (mut wakers, mut inboxes) = (Vec::new(), Vec::new());
        {
            let mut table = self.table();
            table.closed.get_or_insert_with(|| reason.into());
            table.calls.retain(|_, call| match &call.awaits {
                Awaits::Response(waker) => {
                    wakers.push(waker.clone());
                    true
                }
                // Its caller has been woken, and has still to look.
                Awaits::Caller(_) | Awaits::Mistaken => true,
                Awaits::Items(inbox) | Awaits::Events(inbox) => {
                    inboxes.push(Arc::clone(inbox));
                    false
                }
                Awaits::Nobody | Awaits::LastEvent => false,
            });
        }
        wakers.into_iter().for_each(Waker::wake);
        for inbox in inboxes {
            inbox.end(Ending::Gone(reason.into()));
        }
        self.room.notify_waiters();
    }
}

impl Table {
    fn awaits(&mut self, id: u32) -> Option<&mut Awaits> {
        self.calls.get_mut(id as usize).map(|call| &mut call.awaits)
    }
}

impl Awaits {
    fn is_for(&self, reader: &Arc<Inbox>) -> bool {
        matches!(self, Self::Items(inbox) | Self::Events(inbox) if Arc::ptr_eq(inbox, reader))
    }
}

/// What is opened, with where what arrives of it goes, and where the peer's credit goes for what is sent beside it.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Opens<'a> {
    /// A call that is answered once.
    Call(Option<&'a Arc<Credit>>),
    /// A call that is answered with a stream.
    Stream(&'a Arc<Inbox>, Option<&'a Arc<Credit>>),
    /// A subscription.
    Subscription(&'a Arc<Inbox>),
}

/// The end that a response is for a stream.
fn answered(payload: Payload<'_>) -> Ending {
    match payload.into_owned().open() {
        Ok((json, attachments)) => Ending::Answered(json.to_vec(), attachments),
        Err(error) => Ending::Gone(format!("the response cannot be read: {error}").into()),
    }
}

/// Whether the peer sends the events that it was asked for.
fn acknowledgement(payload: Payload<'_>) -> Result<(), Failure> {
    match response::read::<()>(payload.bytes()) {
        Ok(answer) => answer,
        Err(error) => Err(Failure::new(code::INTERNAL, format_args!("the response cannot be read: {error}"))),
    }
}

/// An answer to a call that was not made, or has been answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a response to the call {0}, which is not in flight")]
pub(crate) struct UnknownCall(u32);

#[cfg(test)]
mod tests;
