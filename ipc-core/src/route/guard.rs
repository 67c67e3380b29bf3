//! Panics of handlers.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::refuse;
use crate::body::Body;
use crate::failure::Failure;

/// Runs `work`, and turns a panic in it into the answer `INTERNAL`; what it wrote up to then is taken back.
pub(super) fn guard<T>(channel: &str, out: &mut Body, panicked: T, work: impl FnOnce(&mut Body) -> T) -> T {
    let mark = out.mark();
    // What a panic leaves half-done is the handler's own future, which is dropped, and `out`, which is cut back.
    match catch_unwind(AssertUnwindSafe(|| work(out))) {
        Ok(done) => done,
        Err(panic) => {
            out.take_back(mark);
            let said =
                panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
            let cause = format_args!("it panicked: {}", said.unwrap_or("(no message)"));
            refuse(channel, out, &Failure::internal(cause));
            if let Err(again) = catch_unwind(AssertUnwindSafe(|| drop(panic))) {
                // A payload that panics when it is dropped is left alone.
                std::mem::forget(again);
            }
            panicked
        }
    }
}
