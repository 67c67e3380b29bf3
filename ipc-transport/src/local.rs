//! Unix sockets and Windows named pipes, by `interprocess`.

#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(unix)]
pub(crate) use unix::{Address, Claim, Inherited, Listener, connect, look, names, own_user};
#[cfg(windows)]
pub(crate) use windows::{Address, Claim, Listener, connect, look, names, own_user};
