//! Letting others go first.

use std::future::poll_fn;
use std::task::Poll;

/// Lets the tasks that are ready run first.
pub(crate) async fn yield_once() {
    let mut yielded = false;
    poll_fn(|cx| {
        if yielded {
            return Poll::Ready(());
        }
        yielded = true;
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}
