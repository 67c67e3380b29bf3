//! Unix sockets and Windows named pipes, by `interprocess`.

#[cfg(unix)]
#[path = "local/unix.rs"]
mod platform;
#[cfg(windows)]
#[path = "local/windows.rs"]
mod platform;

pub(crate) use platform::{Address, Claim, Listener, connect};
