//! Whether a living server stands behind a socket's file, and which process it is.

use std::fs;
use std::io;
use std::os::unix::fs::FileTypeExt as _;
use std::os::unix::net::UnixStream;
use std::path::Path;

use rustix::io::{Errno, FdFlags, fcntl_setfd, ioctl_fionbio};
use rustix::net::{AddressFamily, SocketAddrUnix, SocketType, connect, socket};

use super::{Address, peer};
use crate::bind::{BindError, Holder};

/// Makes sure that nobody listens at `address`: a socket that a dead server left behind is removed, and what is no
/// socket is left alone. The caller holds the lock.
pub(super) fn reclaim(address: &Address) -> Result<(), BindError> {
    match fs::symlink_metadata(&address.path) {
        Ok(found) if !found.file_type().is_socket() => {
            return Err(BindError::NotASocket { path: address.path.clone() });
        }
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(address.failed(error)),
    }
    match probe(&address.path) {
        Ok(stream) => Err(BindError::InUse { endpoint: address.shown(), holder: holder(stream) }),
        // Its queue of connections is full, so somebody has one.
        Err(Errno::AGAIN | Errno::INPROGRESS) => Err(BindError::InUse { endpoint: address.shown(), holder: None }),
        Err(Errno::CONNREFUSED) => match fs::remove_file(&address.path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(address.failed(error)),
            // Its server removed it itself, at last.
            _ => Ok(()),
        },
        Err(Errno::NOENT) => Ok(()),
        Err(error) => Err(address.failed(error)),
    }
}

/// Connects, and waits for nobody: a server that is stopped would let this one wait for good.
pub(super) fn probe(path: &Path) -> rustix::io::Result<UnixStream> {
    let probe = socket(AddressFamily::UNIX, SocketType::STREAM, None)?;
    fcntl_setfd(&probe, FdFlags::CLOEXEC)?;
    ioctl_fionbio(&probe, true)?;
    connect(&probe, &SocketAddrUnix::new(path)?)?;
    Ok(probe.into())
}

/// The process at the other end, where the platform tells.
pub(super) fn holder(stream: UnixStream) -> Option<Holder> {
    let known = tokio::net::UnixStream::from_std(stream).and_then(|stream| peer::of(&stream));
    match known {
        Ok(peer) => peer.pid().map(|pid| Holder::new(pid, command(pid))),
        // That the name is taken is what matters; by whom is told where it can be.
        Err(error) => {
            tracing::debug!(%error, "the process that listens is not known");
            None
        }
    }
}

/// The name of a process, where there is a `/proc` that tells it.
fn command(pid: u32) -> Option<String> {
    // Other platforms have no such file, and a process that has just ended has none either.
    let command = fs::read_to_string(format!("/proc/{pid}/comm")).ok()?;
    Some(command.trim_end().to_owned())
}
