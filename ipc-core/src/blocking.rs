//! Handlers that block a thread.

use std::panic::resume_unwind;

/// Runs `work` on the runtime's threads for blocking work, as `#[handler("…", blocking)]` does.
///
/// A panic in `work` goes on in the caller. Dropping the future does not stop `work` once it has begun: no thread can
/// be stopped from outside.
pub async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        // The task is never aborted, so what is left is a panic, or a runtime that is shutting down.
        Err(error) => resume_unwind(match error.try_into_panic() {
            Ok(panic) => panic,
            Err(error) => Box::new(error.to_string()),
        }),
    }
}
