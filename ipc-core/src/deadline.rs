//! The time by which a call must be answered.

use std::time::Duration;

use tokio::time::Instant;

use crate::failure::{Failure, code};

tokio::task_local! {
    /// The deadline of the call that the running handler answers.
    static CURRENT: Instant;
}

/// The deadline of the call that this task answers, if it answers one that has a deadline.
///
/// The calls that a handler makes itself are bound by it: nobody waits for their answers any longer.
pub fn current_deadline() -> Option<Instant> {
    CURRENT.try_with(|deadline| *deadline).ok()
}

/// The earlier of two deadlines.
pub fn earlier(one: Option<Instant>, other: Option<Instant>) -> Option<Instant> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}

/// The deadline of a call that may take so long from now on.
pub(crate) fn after(time: Option<Duration>) -> Option<Instant> {
    let time = time?;
    // A time that the clock cannot hold is none.
    Instant::now().checked_add(time)
}

/// Runs `work` as part of the answer to a call that has this deadline.
pub(crate) fn within<T>(deadline: Option<Instant>, work: impl FnOnce() -> T) -> T {
    match deadline {
        Some(deadline) => CURRENT.sync_scope(deadline, work),
        None => work(),
    }
}

/// The answer to a call whose deadline has passed.
pub fn timed_out() -> Failure {
    Failure::new(code::TIMEOUT, "the call was not answered by its deadline")
}
