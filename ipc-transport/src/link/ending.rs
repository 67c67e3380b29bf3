//! How a connection ends, and who waits for it.

use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock};

use ipc_core::Failure;
use tokio::sync::Notify;

/// The end of one connection.
#[derive(Debug, Default)]
pub(super) struct Ending {
    /// Why it is gone, once it is.
    reason: OnceLock<Arc<str>>,
    /// Told when it is gone.
    told: Notify,
    /// What the peer said when it said goodbye.
    farewell: Mutex<Option<Box<Failure>>>,
}

impl Ending {
    /// The connection is gone. The first reason counts.
    pub(super) fn close(&self, reason: &str) {
        self.reason.get_or_init(|| reason.into());
        self.told.notify_waiters();
    }

    /// Why the connection is gone, if it is.
    pub(super) fn reason(&self) -> Option<Arc<str>> {
        self.reason.get().cloned()
    }

    /// Waits until the connection is gone; answers why.
    ///
    /// Cancel safe: dropping it loses nothing.
    pub(super) async fn wait(&self) -> Arc<str> {
        let mut told = pin!(self.told.notified());
        loop {
            // Before it is looked at, so that what comes in between wakes.
            told.as_mut().enable();
            if let Some(reason) = self.reason() {
                return reason;
            }
            told.as_mut().await;
            told.set(self.told.notified());
        }
    }

    fn farewell_said(&self) -> MutexGuard<'_, Option<Box<Failure>>> {
        self.farewell.lock().expect("nothing panics while it holds the farewell")
    }

    /// Notes the peer's goodbye. The first counts.
    pub(super) fn note_farewell(&self, failure: Failure) {
        self.farewell_said().get_or_insert_with(|| Box::new(failure));
    }

    /// What the peer said when it said goodbye, if it did.
    pub(super) fn farewell(&self) -> Option<Failure> {
        self.farewell_said().as_deref().cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn whoever_waits_learns_the_first_reason_whenever_it_comes() {
        let ending = Arc::new(Ending::default());
        let mut early = pin!(ending.wait());
        assert!(std::future::poll_fn(|cx| std::task::Poll::Ready(early.as_mut().poll(cx).is_pending())).await);
        ending.close("the first");
        ending.close("the second");
        assert_eq!(*early.await, *"the first");
        assert_eq!(*ending.wait().await, *"the first");
    }
}
