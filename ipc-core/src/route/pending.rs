//! Calls whose handlers wait for something.

use std::future::{Future, poll_fn};
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{self, Poll, ready};

use tokio::runtime::Handle;
use tokio::time::{Sleep, sleep_until};

use super::{OpenCall, guard, refuse, respond};
use crate::answer::Output;
use crate::body::Body;
use crate::deadline;
use crate::detached;

/// A call whose handler was polled once and is not done. Dropping it drops the handler's future, unless the handler is
/// detached: that one goes on by itself.
pub struct PendingCall {
    call: OpenCall,
    running: Option<Pin<Box<dyn Running>>>,
    alarm: Option<Pin<Box<Sleep>>>,
    /// Where the handler goes on when nobody waits any more.
    detached: Option<detached::Running>,
}

impl PendingCall {
    pub(crate) fn new(call: OpenCall, running: Pin<Box<dyn Running>>, detached: Option<detached::Running>) -> Self {
        Self { call, running: Some(running), alarm: None, detached }
    }

    /// The call that `around` makes of this.
    pub(crate) fn within<R: Running + 'static>(self, around: impl FnOnce(Self) -> R) -> Self {
        let OpenCall { channel, deadline, .. } = self.call;
        // What belongs to the call stays with the call within, which is dropped with this.
        let call = OpenCall { channel, deadline, scope: None };
        Self::new(call, Box::pin(around(self)), None)
    }

    /// Polls the handler; when it is done, its response stands behind what `out` held already.
    ///
    /// A handler that panics has answered `INTERNAL`. One whose deadline passes has answered `TIMEOUT`, and is dropped.
    pub fn poll(&mut self, cx: &mut task::Context<'_>, out: &mut Body) -> Poll<()> {
        let Self { call, running, .. } = self;
        let mut panicked = true;
        let polled = guard(call.channel, out, Poll::Ready(()), |out| {
            let polled = match running {
                Some(future) => deadline::within(call.deadline, || future.as_mut().poll_into(cx, out)),
                None => Poll::Ready(()),
            };
            if polled.is_ready() {
                // Dropping it runs the handler's code too.
                *running = None;
            }
            panicked = false;
            polled
        });
        if panicked {
            // What is left of it must not go on, whether it is detached or not.
            guard(call.channel, &mut Body::default(), (), |_| drop(running.take()));
        }
        match polled {
            Poll::Ready(()) => Poll::Ready(()),
            Poll::Pending => self.poll_expired(cx, out),
        }
    }

    /// Whether the deadline has passed: the response that says so then stands behind what `out` held, and the handler is
    /// dropped. For whoever waits for something else than the handler.
    pub fn poll_expired(&mut self, cx: &mut task::Context<'_>, out: &mut Body) -> Poll<()> {
        let Some(deadline) = self.call.deadline else { return Poll::Pending };
        let alarm = self.alarm.get_or_insert_with(|| Box::pin(sleep_until(deadline)));
        ready!(alarm.as_mut().poll(cx));
        guard(self.call.channel, &mut Body::default(), (), |_| self.leave());
        refuse(self.call.channel, out, &deadline::timed_out());
        Poll::Ready(())
    }

    /// Nobody waits for the answer any more.
    fn leave(&mut self) {
        let Some(mut running) = self.running.take() else { return };
        self.call.cancel();
        let Some(counted) = self.detached.take() else { return };
        // Outside a runtime nobody could poll it. It is dropped then, as at the end of a runtime.
        if let Ok(runtime) = Handle::try_current() {
            let channel = self.call.channel;
            runtime.spawn(async move {
                let mut unheard = Body::default();
                poll_fn(|cx| guard(channel, &mut unheard, Poll::Ready(()), |out| running.as_mut().poll_into(cx, out)))
                    .await;
                drop(running);
                drop(counted);
            });
        }
    }
}

/// What a handler does when it is dropped harms nobody who drops it.
impl Drop for PendingCall {
    fn drop(&mut self) {
        guard(self.call.channel, &mut Body::default(), (), |_| self.leave());
    }
}

impl std::fmt::Debug for PendingCall {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PendingCall").field("channel", &self.call.channel).finish_non_exhaustive()
    }
}

/// A handler's future without its type.
pub(crate) trait Running: Send {
    fn poll_into(self: Pin<&mut Self>, cx: &mut task::Context<'_>, out: &mut Body) -> Poll<()>;
}

pin_project_lite::pin_project! {
    pub(super) struct Call<F, O> {
        #[pin]
        future: F,
        channel: &'static str,
        output: PhantomData<fn() -> O>,
    }
}

impl<F, O> Call<F, O> {
    pub(super) fn new(future: F, channel: &'static str) -> Self {
        Self { future, channel, output: PhantomData }
    }
}

impl<F, O> Running for Call<F, O>
where
    F: Future<Output = Result<O::Value, O::Error>> + Send,
    O: Output,
{
    fn poll_into(self: Pin<&mut Self>, cx: &mut task::Context<'_>, out: &mut Body) -> Poll<()> {
        let this = self.project();
        this.future.poll(cx).map(|result| respond::<O>(this.channel, out, result))
    }
}
