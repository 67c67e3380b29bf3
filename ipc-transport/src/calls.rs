//! The calls that this side has made and that have not been answered.

use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{Context, Poll, Waker};

use slab::Slab;
use tokio::sync::Notify;

/// The in-flight table of the caller. A call's id is its place in the table, and the place stays taken until the
/// answer is there, even when nobody waits for it any more: an id never means two calls at once.
#[derive(Debug)]
pub(crate) struct Calls {
    table: Mutex<Table>,
    /// The calls that may be in flight.
    limit: usize,
    /// Told when there is room again.
    room: Notify,
}

#[derive(Debug, Default)]
struct Table {
    calls: Slab<Call>,
    closed: Option<Arc<str>>,
    /// Somebody waits for room.
    wanted: bool,
}

#[derive(Debug)]
enum Call {
    Waiting(Waker),
    Answered(Vec<u8>),
    Dropped,
}

impl Calls {
    pub(crate) fn new(limit: usize) -> Self {
        Self { table: Mutex::default(), limit: limit.max(1), room: Notify::new() }
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
    pub(crate) async fn open(&self) -> Result<(u32, bool), Arc<str>> {
        if let Some(opened) = self.try_open() {
            return opened;
        }
        let mut told = std::pin::pin!(self.room.notified());
        loop {
            told.as_mut().enable();
            if let Some(opened) = self.try_open() {
                return opened;
            }
            told.as_mut().await;
            told.set(self.room.notified());
        }
    }

    fn try_open(&self) -> Option<Result<(u32, bool), Arc<str>>> {
        let mut table = self.table();
        if let Some(reason) = &table.closed {
            return Some(Err(Arc::clone(reason)));
        }
        if table.calls.len() >= self.limit {
            table.wanted = true;
            return None;
        }
        let index = table.calls.insert(Call::Waiting(Waker::noop().clone()));
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
    pub(crate) fn poll_answer(&self, id: u32, cx: &mut Context<'_>) -> Poll<Result<Vec<u8>, Arc<str>>> {
        let mut table = self.table();
        let closed = table.closed.clone();
        match (table.calls.get_mut(id as usize), closed) {
            (Some(Call::Waiting(waker)), None) => {
                waker.clone_from(cx.waker());
                return Poll::Pending;
            }
            (Some(Call::Waiting(_)), Some(reason)) => {
                self.free(table, id);
                return Poll::Ready(Err(reason));
            }
            _ => {}
        }
        match self.free(table, id) {
            Some(Call::Answered(body)) => Poll::Ready(Ok(body)),
            _ => unreachable!("a call is polled by nobody but its caller, who has not dropped it"),
        }
    }

    /// Brings an answer.
    ///
    /// # Errors
    ///
    /// No call has this id, or it has been answered.
    pub(crate) fn answer(&self, id: u32, body: impl FnOnce() -> Vec<u8>) -> Result<(), UnknownCall> {
        let waker = {
            let mut table = self.table();
            match table.calls.get_mut(id as usize) {
                Some(Call::Dropped) => {
                    self.free(table, id);
                    return Ok(());
                }
                Some(call @ Call::Waiting(_)) => match std::mem::replace(call, Call::Answered(body())) {
                    Call::Waiting(waker) => waker,
                    _ => unreachable!("the call was waiting under the same lock"),
                },
                Some(Call::Answered(_)) | None => return Err(UnknownCall(id)),
            }
        };
        waker.wake();
        Ok(())
    }

    /// Nobody waits for the answer any more. `cancel` tells the peer, and answers whether the peer will still answer.
    ///
    /// The table is locked meanwhile: were the answer to arrive in between, the id could mean another call already.
    pub(crate) fn abandon(&self, id: u32, cancel: impl FnOnce() -> bool) {
        let mut table = self.table();
        let open = table.closed.is_none();
        match table.calls.get_mut(id as usize) {
            Some(call @ Call::Waiting(_)) if open && cancel() => *call = Call::Dropped,
            _ => {
                self.free(table, id);
            }
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
        let wakers: Vec<Waker> = {
            let mut table = self.table();
            table.closed.get_or_insert_with(|| reason.into());
            table.calls.retain(|_, call| !matches!(call, Call::Dropped));
            let waiting = table.calls.iter().filter_map(|(_, call)| match call {
                Call::Waiting(waker) => Some(waker.clone()),
                _ => None,
            });
            waiting.collect()
        };
        wakers.into_iter().for_each(Waker::wake);
        self.room.notify_waiters();
    }
}

/// An answer to a call that was not made, or has been answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a response to the call {0}, which is not in flight")]
pub(crate) struct UnknownCall(u32);

#[cfg(test)]
mod tests;
