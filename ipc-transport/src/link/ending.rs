//! How a connection ends, and who waits for it.

use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard};

use ipc_core::Failure;
use tokio::sync::Notify;

/// The end of one connection.
#[derive(Debug, Default)]
pub(super) struct Ending {
    /// Made when there is something of it.
    state: Mutex<Option<Box<State>>>,
}

#[derive(Debug, Default)]
struct State {
    /// Why it is gone, once it is.
    reason: Option<Arc<str>>,
    /// What the peer said when it said goodbye.
    farewell: Option<Failure>,
    /// Told when it is gone.
    told: Arc<Notify>,
}

impl Ending {
    fn state(&self) -> MutexGuard<'_, Option<Box<State>>> {
        self.state.lock().expect("nothing panics while it holds the end")
    }

    /// The connection is gone. The first reason counts.
    pub(super) fn close(&self, reason: &str) {
        let told = {
            let mut state = self.state();
            let state = state.get_or_insert_default();
            state.reason.get_or_insert_with(|| reason.into());
            Arc::clone(&state.told)
        };
        told.notify_waiters();
    }

    /// Why the connection is gone, if it is.
    pub(super) fn reason(&self) -> Option<Arc<str>> {
        self.state().as_ref()?.reason.clone()
    }

    /// Waits until the connection is gone; answers why.
    ///
    /// Cancel safe: dropping it loses nothing.
    pub(super) async fn wait(&self) -> Arc<str> {
        let end = Arc::clone(&self.state().get_or_insert_default().told);
        let mut told = pin!(end.notified());
        loop {
            // Before it is looked at, so that what comes in between wakes.
            told.as_mut().enable();
            if let Some(reason) = self.reason() {
                return reason;
            }
            told.as_mut().await;
            told.set(end.notified());
        }
    }

    /// Notes the peer's goodbye. The first counts.
    pub(super) fn note_farewell(&self, failure: Failure) {
        self.state().get_or_insert_default().farewell.get_or_insert(failure);
    }

    /// What the peer said when it said goodbye, if it did.
    pub(super) fn farewell(&self) -> Option<Failure> {
        self.state().as_ref()?.farewell.clone()
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
