//! The handlers that finish whether anybody waits for them or not.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::Notify;

/// Counts the detached handlers that run, so that a process can wait for them before it ends.
#[derive(Debug, Default)]
pub(crate) struct Detached {
    running: AtomicUsize,
    /// Told when the last one is done.
    idle: Notify,
}

/// One detached handler that runs.
#[derive(Debug)]
pub(crate) struct Running(Arc<Detached>);

impl Detached {
    pub(crate) fn begin(self: &Arc<Self>) -> Running {
        self.running.fetch_add(1, Ordering::AcqRel);
        Running(Arc::clone(self))
    }

    /// Waits until none runs.
    ///
    /// Cancel safe: dropping it loses nothing.
    pub(crate) async fn idle(&self) {
        loop {
            let mut told = std::pin::pin!(self.idle.notified());
            told.as_mut().enable();
            if self.running.load(Ordering::Acquire) == 0 {
                return;
            }
            told.await;
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if self.0.running.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.0.idle.notify_waiters();
        }
    }
}
