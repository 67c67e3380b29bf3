//! Unix sockets and Windows named pipes, by `interprocess`.

#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(unix)]
pub(crate) use unix::{Address, Claim, Inherited, Listener, ReadHalf, WriteHalf, connect, look, names, own_user};
#[cfg(windows)]
pub(crate) use windows::{
    Address, Claim, Half as ReadHalf, Half as WriteHalf, Listener, connect, look, names, own_user,
};
