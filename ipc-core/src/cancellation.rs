//! Whether anybody still waits for the answer to a call.

use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::Notify;

/// Told when nobody waits for the answer to a call any more.
#[derive(Debug, Default)]
pub(crate) struct Cancellation {
    cancelled: AtomicBool,
    told: Notify,
}

impl Cancellation {
    pub(crate) fn cancel(&self) {
        self.cancelled.store(true, Ordering::Release);
        self.told.notify_waiters();
    }

    pub(crate) fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Acquire)
    }

    /// Cancel safe: dropping it loses nothing.
    pub(crate) async fn cancelled(&self) {
        let told = self.told.notified();
        let mut told = std::pin::pin!(told);
        told.as_mut().enable();
        if !self.is_cancelled() {
            told.await;
        }
    }
}
