//! What the peer takes of a stream: the sender's side of back-pressure.

use std::sync::{Mutex, MutexGuard};
use std::task::{Context, Poll, Waker};

use ipc_core::envelope::HEADER_BYTES;

/// What one item counts for: its payload, and the header that it would have alone, so that empty items count too.
pub(crate) fn cost(payload: usize) -> i64 {
    i64::try_from(payload + HEADER_BYTES).unwrap_or(i64::MAX)
}

/// The bytes that may still be sent of one stream. The last item may be larger than what is left, so that every item can
/// be sent one day, whatever its size.
#[derive(Debug)]
pub(crate) struct Credit(Mutex<State>);

#[derive(Debug)]
struct State {
    left: i64,
    waiting: Option<Waker>,
}

impl Credit {
    pub(crate) fn new(window: u32) -> Self {
        Self(Mutex::new(State { left: window.into(), waiting: None }))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().expect("nothing panics while it holds the credit")
    }

    /// Waits until an item may be sent.
    pub(crate) fn poll(&self, cx: &mut Context<'_>) -> Poll<()> {
        let mut state = self.state();
        if state.left > 0 {
            return Poll::Ready(());
        }
        match &mut state.waiting {
            Some(waiting) => waiting.clone_from(cx.waker()),
            none => *none = Some(cx.waker().clone()),
        }
        Poll::Pending
    }

    /// Takes what an item of this payload counts for.
    pub(crate) fn spend(&self, payload: usize) {
        let mut state = self.state();
        state.left = state.left.saturating_sub(cost(payload));
    }

    /// Adds what the peer takes more.
    pub(crate) fn add(&self, bytes: u32) {
        let waiting = {
            let mut state = self.state();
            state.left = state.left.saturating_add(bytes.into());
            if state.left > 0 { state.waiting.take() } else { None }
        };
        if let Some(waiting) = waiting {
            waiting.wake();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_open(credit: &Credit) -> bool {
        credit.poll(&mut Context::from_waker(Waker::noop())).is_ready()
    }

    #[test]
    fn the_last_item_may_be_larger_than_what_is_left() {
        let credit = Credit::new(20);
        credit.spend(0);
        assert!(is_open(&credit), "an empty item counts as its header");
        credit.spend(1000);
        assert!(!is_open(&credit));
        credit.add(1003);
        assert!(!is_open(&credit), "the larger item is paid for first");
        credit.add(2);
        assert!(is_open(&credit));
    }

    #[test]
    fn more_credit_than_can_be_counted_is_as_much_as_can() {
        let credit = Credit::new(u32::MAX);
        for _ in 0..3 {
            credit.add(u32::MAX);
        }
        assert!(is_open(&credit));
    }
}
