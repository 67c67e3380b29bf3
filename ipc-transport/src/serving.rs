//! The calls of the peer that are being answered by tasks of their own.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard};

use tokio::sync::Notify;
use tokio::task::AbortHandle;

/// The peer's calls whose handlers wait for something. Whoever takes a call out of the table answers it, so each is
/// answered once.
#[derive(Debug, Default)]
pub(crate) struct Serving {
    calls: Mutex<HashMap<u32, AbortHandle>>,
    /// Told when the last call has been answered.
    idle: Notify,
}

impl Serving {
    fn calls(&self) -> MutexGuard<'_, HashMap<u32, AbortHandle>> {
        self.calls.lock().expect("nothing panics while it holds the table")
    }

    /// Starts a task that answers the call `id`.
    pub(crate) fn start(&self, id: u32, spawn: impl FnOnce() -> AbortHandle) {
        // The lock is held until the task stands in the table, so that the task cannot look for itself before.
        let mut calls = self.calls();
        let handle = spawn();
        calls.insert(id, handle);
    }

    /// Ends a call whose handler is done. Unless it was cancelled, `answer` queues its answer, and whether the call was
    /// the last is told.
    ///
    /// The call stands in the table until its answer is queued: a connection that is leaving ends when the table is
    /// empty and nothing is queued.
    pub(crate) fn finish(&self, id: u32, answer: impl FnOnce()) -> Option<bool> {
        let last = {
            let mut calls = self.calls();
            let there = calls.contains_key(&id);
            if there {
                answer();
            }
            calls.remove(&id);
            there.then_some(calls.is_empty())
        };
        if last == Some(true) {
            self.idle.notify_waiters();
        }
        last
    }

    /// Waits until no call is being answered.
    ///
    /// Cancel safe: dropping it loses nothing.
    pub(crate) async fn idle(&self) {
        let mut told = std::pin::pin!(self.idle.notified());
        loop {
            told.as_mut().enable();
            if self.len() == 0 {
                return;
            }
            told.as_mut().await;
            told.set(self.idle.notified());
        }
    }

    /// Stops the handler of a call. Answers whether there was one: then the call is still to be answered.
    pub(crate) fn cancel(&self, id: u32) -> bool {
        let Some(handle) = self.calls().remove(&id) else { return false };
        handle.abort();
        self.idle.notify_waiters();
        true
    }

    pub(crate) fn contains(&self, id: u32) -> bool {
        self.calls().contains_key(&id)
    }

    pub(crate) fn len(&self) -> usize {
        self.calls().len()
    }

    /// Stops all handlers.
    pub(crate) fn cancel_all(&self) {
        for (_, handle) in self.calls().drain() {
            handle.abort();
        }
        self.idle.notify_waiters();
    }
}
