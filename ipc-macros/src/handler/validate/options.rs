//! Options that do not fit the function.

use crate::diagnostics::Diagnostics;
use crate::handler::channel;
use crate::handler::model::{Handler, Run};

/// Reports the options that the function cannot have.
pub(super) fn check(handler: &Handler, diagnostics: &mut Diagnostics) {
    if let Some(channel) = &handler.channel
        && let Some(mistake) = channel::mistake(&channel.value())
    {
        diagnostics.report(channel, mistake);
    }
    if handler.stream.is_some() {
        stream(handler, diagnostics);
        return;
    }
    if let (Some(timeout), Run::Now) = (&handler.timeout, handler.run) {
        diagnostics.report(
            &timeout.name,
            "a plain function answers at once, and nothing can stop it: make it `async` or `blocking`",
        );
    }
    if let (Some(detached), Run::Now) = (&handler.detached, handler.run) {
        diagnostics.report(
            detached,
            "a plain function runs to its end in any case, because it answers at once: leave `detached` out",
        );
    }
    if let (Some(blocking), Run::Later) = (&handler.blocking, handler.run) {
        diagnostics.report(
            blocking,
            "an async function may not block: take `async` off it, or leave `blocking` out and await what would block",
        );
    }
}

/// A stream has no thread of its own, and somebody who reads it.
fn stream(handler: &Handler, diagnostics: &mut Diagnostics) {
    if let Some(blocking) = &handler.blocking {
        diagnostics.report(
            blocking,
            "a stream is polled for each item beside other calls, so it may not block: leave `blocking` out, and send the items from a thread of your own through a channel",
        );
    }
    if let Some(detached) = &handler.detached {
        diagnostics.report(
            detached,
            "a stream ends with whoever reads it: leave `detached` out, and let a task of your own go on with the rest",
        );
    }
}
