//! Calls that are answered with a stream.

use std::future::Future;
use std::pin::Pin;
use std::task::{self, Poll, ready};

use futures_core::Stream;
use tokio::time::{Sleep, sleep_until};

use super::{OpenCall, guard, refuse};
use crate::answer::Write;
use crate::body::Body;
use crate::deadline;
use crate::error::IpcError;
use crate::failure::Failure;
use crate::response;

/// What a stream has written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// An item.
    Item,
    /// The response that ends the stream.
    End,
}

/// A call that is answered with a stream, of which nothing has been polled yet. Dropping it drops the handler's stream.
pub struct PendingStream {
    call: OpenCall,
    items: Option<Pin<Box<dyn Items>>>,
    alarm: Option<Pin<Box<Sleep>>>,
}

impl PendingStream {
    pub(crate) fn new(call: OpenCall, items: Pin<Box<dyn Items>>) -> Self {
        Self { call, items: Some(items), alarm: None }
    }

    /// The stream that `around` makes of this, which is given the channel too.
    pub(crate) fn within<I: Items + 'static>(self, around: impl FnOnce(&'static str, Self) -> I) -> Self {
        let OpenCall { channel, deadline, .. } = self.call;
        // What belongs to the call stays with the stream within, which is dropped with this.
        let call = OpenCall { channel, deadline, scope: None };
        Self::new(call, Box::pin(around(channel, self)))
    }

    /// Whether the deadline has passed: the response that says so then stands behind what `out` held, and the handler's
    /// stream is gone. For whoever waits for something else than the stream.
    pub fn poll_expired(&mut self, cx: &mut task::Context<'_>, out: &mut Body) -> Poll<()> {
        let Some(deadline) = self.call.deadline else { return Poll::Pending };
        let alarm = self.alarm.get_or_insert_with(|| Box::pin(sleep_until(deadline)));
        ready!(alarm.as_mut().poll(cx));
        let channel = self.call.channel;
        guard(channel, &mut Body::default(), (), |_| self.leave());
        refuse(channel, out, &deadline::timed_out());
        Poll::Ready(())
    }

    /// Polls the handler's stream: its next item, or the response that ends it, then stands behind what `out` held.
    ///
    /// A handler that panics has ended with `INTERNAL`. Whoever polls asks for the [deadline](Self::poll_expired) before.
    pub fn poll_step(&mut self, cx: &mut task::Context<'_>, out: &mut Body) -> Poll<Step> {
        let Self { call, items, .. } = self;
        let mut panicked = true;
        let polled = guard(call.channel, out, Poll::Ready(Step::End), |out| {
            let polled = match items {
                Some(stream) => deadline::within(call.deadline, || stream.as_mut().poll_step(cx, out)),
                None => {
                    refuse(call.channel, out, &Failure::internal("a stream that has ended was polled"));
                    Poll::Ready(Step::End)
                }
            };
            if polled == Poll::Ready(Step::End) {
                // Dropping it runs the handler's code too.
                *items = None;
            }
            panicked = false;
            polled
        });
        if panicked {
            guard(call.channel, &mut Body::default(), (), |_| drop(items.take()));
        }
        polled
    }

    /// Nobody reads the stream any more.
    fn leave(&mut self) {
        if let Some(items) = self.items.take() {
            self.call.cancel();
            drop(items);
        }
    }
}

/// What a handler's stream does when it is dropped harms nobody who drops it.
impl Drop for PendingStream {
    fn drop(&mut self) {
        guard(self.call.channel, &mut Body::default(), (), |_| self.leave());
    }
}

impl std::fmt::Debug for PendingStream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PendingStream").field("channel", &self.call.channel).finish_non_exhaustive()
    }
}

/// A handler's stream without its type.
pub(crate) trait Items: Send {
    fn poll_step(self: Pin<&mut Self>, cx: &mut task::Context<'_>, out: &mut Body) -> Poll<Step>;
}

pin_project_lite::pin_project! {
    /// The future that has the stream, then the stream.
    pub(super) struct Opening<F, S, T> {
        #[pin]
        open: Option<F>,
        #[pin]
        stream: Option<S>,
        channel: &'static str,
        write: Write<T>,
    }
}

impl<F, S, T> Opening<F, S, T> {
    pub(super) fn new(open: F, channel: &'static str, write: Write<T>) -> Self {
        Self { open: Some(open), stream: None, channel, write }
    }
}

impl<F, S, T, E> Items for Opening<F, S, T>
where
    F: Future<Output = Result<S, E>> + Send,
    S: Stream<Item = Result<T, E>> + Send,
    E: IpcError,
{
    fn poll_step(self: Pin<&mut Self>, cx: &mut task::Context<'_>, out: &mut Body) -> Poll<Step> {
        let mut this = self.project();
        if let Some(open) = this.open.as_mut().as_pin_mut() {
            let opened = ready!(open.poll(cx));
            this.open.set(None);
            match opened {
                Ok(stream) => this.stream.set(Some(stream)),
                Err(error) => {
                    refuse(this.channel, out, &error.to_failure());
                    return Poll::Ready(Step::End);
                }
            }
        }
        let next = match this.stream.as_mut().as_pin_mut() {
            Some(stream) => ready!(stream.poll_next(cx)),
            None => None,
        };
        match next {
            Some(Ok(item)) => match out.write(|json| (this.write)(json, &item)) {
                Ok(()) => return Poll::Ready(Step::Item),
                Err(error) => {
                    refuse(this.channel, out, &Failure::internal(format_args!("an item is no JSON: {error}")));
                }
            },
            Some(Err(error)) => refuse(this.channel, out, &error.to_failure()),
            None => end(this.channel, out),
        }
        Poll::Ready(Step::End)
    }
}

/// Writes the response that ends a stream well.
fn end(channel: &'static str, out: &mut Body) {
    if let Err(error) = out.write(|json| response::write_success(json, &())) {
        refuse(channel, out, &Failure::internal(format_args!("the response is no JSON: {error}")));
    }
}
