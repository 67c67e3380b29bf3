//! Who is at the other end of a socket, by the word of the kernel.

use std::io;

use ipc_core::Peer;
use tokio::net::UnixStream;

use crate::transport::Transport;

/// The user that this process runs as.
#[expect(clippy::unnecessary_wraps, reason = "other platforms have no such number")]
pub(crate) fn own_user() -> Option<u32> {
    Some(super::own_uid())
}

/// The process at the other end of `stream`, as it was when it connected or, where it listens, when it began to.
pub(super) fn of(stream: &UnixStream) -> io::Result<Peer> {
    let credentials = stream.peer_cred()?;
    let peer = Peer::unknown().with_user(credentials.uid(), credentials.gid());
    // Zero is what some kernels say of a process that this one cannot see.
    Ok(match credentials.pid().and_then(|pid| u32::try_from(pid).ok()) {
        Some(pid) if pid != 0 => peer.with_pid(pid),
        _ => peer,
    })
}

/// A connection over `stream`, whose other end is known.
pub(super) fn transport(stream: UnixStream, peer: Peer) -> Transport {
    let (reader, writer) = stream.into_split();
    Transport::local(reader, writer, peer)
}

/// The process at the other end of `stream` with all its groups, where the platform tells.
pub(super) fn with_groups(stream: &UnixStream) -> io::Result<Peer> {
    let peer = of(stream)?;
    Ok(match groups(stream, &peer)? {
        Some(groups) => peer.with_groups(&groups),
        None => peer,
    })
}

/// These kernels tell the groups beside the user.
#[cfg(any(target_os = "macos", target_os = "ios", target_os = "freebsd", target_os = "dragonfly"))]
fn groups(stream: &UnixStream, _: &Peer) -> io::Result<Option<Vec<u32>>> {
    use std::os::fd::AsFd as _;

    use interprocess::local_socket::traits::StreamCommon as _;
    use interprocess::os::unix::uds_local_socket::Stream;

    let stream = Stream::from(stream.as_fd().try_clone_to_owned()?);
    Ok(stream.peer_creds()?.groups().map(<[u32]>::to_vec))
}

/// Linux tells the groups of a process by its number, which may be another process's by then; so the process itself is
/// asked for as well, whose number it is as long as it lives.
#[cfg(target_os = "linux")]
fn groups(stream: &UnixStream, peer: &Peer) -> io::Result<Option<Vec<u32>>> {
    use std::fs;
    use std::os::fd::AsRawFd as _;

    use nix::errno::Errno;
    use nix::sys::socket::{getsockopt, sockopt};

    let Some(pid) = peer.pid() else { return Ok(None) };
    let process = match getsockopt(stream, sockopt::PeerPidfd) {
        Ok(process) => process,
        // A kernel before 6.5, or a process that has ended and was waited for.
        Err(Errno::ENOPROTOOPT | Errno::EINVAL | Errno::ESRCH | Errno::ENODATA) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    // A process that has ended is in no group any more, and where `/proc` hides other users' processes, it tells none.
    let Ok(status) = fs::read_to_string(format!("/proc/{pid}/status")) else { return Ok(None) };
    let Ok(about) = fs::read_to_string(format!("/proc/self/fdinfo/{}", process.as_raw_fd())) else { return Ok(None) };
    if field(&about, "Pid:").and_then(|number| number.trim().parse().ok()) != Some(pid) {
        return Ok(None);
    }
    Ok(field(&status, "Groups:").map(|groups| groups.split_whitespace().filter_map(|gid| gid.parse().ok()).collect()))
}

/// What stands behind `name` in one of the files of `/proc` that have a line for each thing.
#[cfg(target_os = "linux")]
fn field<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    text.lines().find_map(|line| line.strip_prefix(name))
}

#[cfg(not(any(
    target_os = "linux",
    target_os = "macos",
    target_os = "ios",
    target_os = "freebsd",
    target_os = "dragonfly"
)))]
fn groups(_: &UnixStream, _: &Peer) -> io::Result<Option<Vec<u32>>> {
    Ok(None)
}
