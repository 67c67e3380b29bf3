//! The wish of the system, or of whoever sits at the terminal, that this process ends.

use std::future::poll_fn;
use std::io;
use std::task::{Context, Poll};

/// Waits until this process is asked to end: for `server.shutdown()` after it.
///
/// It listens from the moment of the call on, not of the first wait. What the future comes to is the name of what asked:
/// on Unix `SIGTERM`, `SIGINT` (Ctrl-C) or `SIGHUP` (the terminal is gone); on Windows `CTRL_C`, `CTRL_BREAK`, `CTRL_CLOSE`,
/// `CTRL_LOGOFF` or `CTRL_SHUTDOWN`.
///
/// From then on these no longer end the process by themselves, also after the future is done or dropped: the
/// application ends when it returns from `main`. That is why a server does not do this of its own accord. Without it,
/// `SIGTERM` ends the process at once, as `SIGKILL` does: the socket's file stays behind, and the next start of the server
/// reclaims it.
///
/// ```no_run
/// # async fn run(router: ipc_core::Router) -> Result<(), Box<dyn std::error::Error>> {
/// let asked_to_end = ipc_transport::shutdown_signal()?;
/// let server = ipc_transport::Server::bind("my-app").serve(router).await?;
/// tracing::info!("{} ends this process", asked_to_end.await);
/// server.shutdown().await;
/// # Ok(()) }
/// ```
///
/// # Errors
///
/// The system does not let this process listen for them.
///
/// # Panics
///
/// Outside a tokio runtime with I/O.
///
/// # Cancel safety
///
/// A signal that came while nobody waited for the future ends its next wait.
pub fn shutdown_signal() -> io::Result<impl Future<Output = &'static str> + Send + use<>> {
    let mut signals = signals()?;
    Ok(poll_fn(move |cx| {
        let mut come = signals.iter_mut().filter_map(|(name, ask)| match ask(cx) {
            Poll::Ready(Some(())) => Some(*name),
            // A signal that cannot come any more, because its runtime is going, is waited for like any other.
            Poll::Ready(None) | Poll::Pending => None,
        });
        come.next().map_or(Poll::Pending, Poll::Ready)
    }))
}

/// Asks for one signal whether it has come.
type Ask = Box<dyn FnMut(&mut Context<'_>) -> Poll<Option<()>> + Send>;

/// On Windows each signal is of a type of its own.
macro_rules! asks {
    ($($name:literal: $signal:expr),* $(,)?) => {
        vec![$({
            let mut signal = $signal?;
            ($name, Box::new(move |cx: &mut Context<'_>| signal.poll_recv(cx)) as Ask)
        }),*]
    };
}

#[cfg(unix)]
fn signals() -> io::Result<Vec<(&'static str, Ask)>> {
    use tokio::signal::unix::{SignalKind, signal};

    Ok(asks! {
        "SIGTERM": signal(SignalKind::terminate()),
        "SIGINT": signal(SignalKind::interrupt()),
        "SIGHUP": signal(SignalKind::hangup()),
    })
}

#[cfg(windows)]
fn signals() -> io::Result<Vec<(&'static str, Ask)>> {
    use tokio::signal::windows;

    Ok(asks! {
        "CTRL_C": windows::ctrl_c(),
        "CTRL_BREAK": windows::ctrl_break(),
        "CTRL_CLOSE": windows::ctrl_close(),
        "CTRL_LOGOFF": windows::ctrl_logoff(),
        "CTRL_SHUTDOWN": windows::ctrl_shutdown(),
    })
}
