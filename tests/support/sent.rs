//! Streams whose items a test sends when it likes.

use std::pin::Pin;
use std::task::{Context, Poll};

use ipc_bridge::{Incoming, Stream};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// What a test sends.
struct Sent<T>(UnboundedReceiver<T>);

impl<T> Stream for Sent<T> {
    type Item = T;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<T>> {
        self.0.poll_recv(cx)
    }
}

/// A stream to be sent beside a request, and what puts items into it. It ends when that is dropped.
pub(crate) fn channel<T: Send + 'static>() -> (UnboundedSender<T>, Incoming<T>) {
    let (sender, receiver) = unbounded_channel();
    (sender, Incoming::new(Sent(receiver)))
}
