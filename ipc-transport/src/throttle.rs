//! What is cheap for a peer to do often, and of no use, is taken more slowly, so that others are served meanwhile.

use std::future::{Future as _, poll_fn};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::time::{Instant, Sleep, sleep_until};

/// The time in which so much is taken as may be; what is more waits for the next.
const WINDOW: Duration = Duration::from_millis(100);

/// Counts what is taken.
#[derive(Debug)]
pub(crate) struct Throttle {
    /// What may be taken in a window.
    most: u32,
    taken: u32,
    /// When the window began, where anything was taken.
    since: Option<Instant>,
    /// The end of the window, where there was too much.
    over: Option<Pin<Box<Sleep>>>,
}

impl Throttle {
    /// Lets so much pass in a tenth of a second.
    pub(crate) const fn new(most: u32) -> Self {
        Self { most, taken: 0, since: None, over: None }
    }

    /// The same, and so much in the first window.
    pub(crate) const fn beginning_with(first: u32, most: u32) -> Self {
        Self { most, taken: most.saturating_sub(first), since: None, over: None }
    }

    /// One more was taken.
    pub(crate) fn count(&mut self) {
        self.taken += 1;
        // Looking at the clock for each would cost more than it is about.
        let since = *self.since.get_or_insert_with(Instant::now);
        if self.taken < self.most {
            return;
        }
        (self.taken, self.since) = (0, None);
        let end = since + WINDOW;
        if Instant::now() < end {
            self.over = Some(Box::pin(sleep_until(end)));
        }
    }

    /// Whether nothing more is taken before the window ends.
    pub(crate) fn holds(&self) -> bool {
        self.over.is_some()
    }

    /// Waits until more may be taken.
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if let Some(over) = &mut self.over {
            ready!(over.as_mut().poll(cx));
            self.over = None;
        }
        Poll::Ready(())
    }

    /// Waits until more may be taken.
    ///
    /// Cancel safe: dropping it loses nothing.
    pub(crate) async fn pass(&mut self) {
        poll_fn(|cx| self.poll(cx)).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn so_much_passes_in_each_window_and_no_more() {
        let mut throttle = Throttle::new(3);
        let begun = Instant::now();
        for window in 0..4 {
            for _ in 0..3 {
                throttle.pass().await;
                assert_eq!(begun.elapsed().as_millis() / 100, window);
                throttle.count();
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn less_passes_in_the_first_window_where_it_is_said() {
        let mut throttle = Throttle::beginning_with(1, 3);
        throttle.count();
        assert!(throttle.holds());
        throttle.pass().await;
        throttle.count();
        throttle.count();
        assert!(!throttle.holds());
    }

    #[tokio::test(start_paused = true)]
    async fn what_comes_seldom_never_waits() {
        let mut throttle = Throttle::new(3);
        for _ in 0..10 {
            throttle.count();
            assert!(!throttle.holds());
            tokio::time::sleep(WINDOW / 2).await;
        }
    }
}
