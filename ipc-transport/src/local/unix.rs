//! Unix sockets: in a folder that is this user's alone, mode 0600, both ends checked by their credentials.

use std::fs::{self, DirBuilder, File};
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, FileTypeExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};

use interprocess::local_socket::tokio::prelude::*;
use interprocess::local_socket::tokio::{Listener as SocketListener, Stream};
use interprocess::local_socket::{GenericFilePath, ListenerOptions};
use interprocess::os::unix::local_socket::ListenerOptionsExt as _;
use ipc_core::Peer;
use tokio::net::UnixStream;

use crate::bind::BindError;
use crate::connect::ConnectError;
use crate::transport::Transport;

/// The path of a socket.
#[derive(Debug)]
pub(crate) struct Address {
    path: PathBuf,
    /// The folder is ours to make, and nobody else's to write in.
    own_folder: bool,
}

impl Address {
    /// The socket of this name in this user's run-time folder.
    pub(crate) fn of_name(name: &str) -> Self {
        let folder = match std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from) {
            Some(folder) if folder.is_absolute() => folder.join("ipc-bridge"),
            _ => std::env::temp_dir().join(format!("ipc-bridge-{}", own_uid())),
        };
        Self { path: folder.join(name).with_added_extension("sock"), own_folder: true }
    }

    pub(crate) fn of_path(path: &Path) -> Self {
        Self { path: path.to_owned(), own_folder: false }
    }

    fn shown(&self) -> String {
        self.path.display().to_string()
    }
}

fn own_uid() -> u32 {
    rustix::process::geteuid().as_raw()
}

/// A listening socket.
#[derive(Debug)]
pub(crate) struct Listener(SocketListener);

/// The file of a listening socket, which is removed when this is dropped: from then on the name is free, whether or not
/// the task that listens has ended already.
#[derive(Debug)]
pub(crate) struct Claim {
    path: PathBuf,
    /// What tells this file from that of a later server of the same name.
    made: Made,
}

/// Device, inode, and when the inode was last changed: the next file may get the same inode.
type Made = (u64, u64, i64, i64);

fn made(path: &Path) -> io::Result<Made> {
    let found = fs::symlink_metadata(path)?;
    Ok((found.dev(), found.ino(), found.ctime(), found.ctime_nsec()))
}

impl Drop for Claim {
    fn drop(&mut self) {
        let removed = match made(&self.path) {
            Ok(made) if made == self.made => fs::remove_file(&self.path),
            // The listener had ended before, with its runtime, and another server has reclaimed the name.
            Ok(_) => Ok(()),
            Err(error) => Err(error),
        };
        match removed {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => tracing::warn!(path = %self.path.display(), %error, "the socket's file was not removed"),
        }
    }
}

impl Listener {
    pub(crate) fn bind(address: &Address) -> Result<(Self, Claim), BindError> {
        let failed = |error| BindError::Io { endpoint: address.shown(), error };
        if address.own_folder {
            make_folder(address)?;
        }
        // Two servers that start at once look at the socket one after the other. The lock's file stays: were it
        // removed, two could hold locks on two files of one name. Whatever stands in its place is locked as it is.
        let lock = address.path.with_added_extension("lock");
        let lock = File::options().write(true).create(true).truncate(false).open(lock).map_err(failed)?;
        lock.lock().map_err(failed)?;
        match fs::symlink_metadata(&address.path) {
            Ok(found) if !found.file_type().is_socket() => {
                return Err(BindError::NotASocket { path: address.path.clone() });
            }
            Ok(_) => reclaim(address)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(failed(error)),
        }
        let name = address.path.as_path().to_fs_name::<GenericFilePath>().map_err(failed)?;
        // The file is removed by the claim: removed by a listener that ends late, it could be a later server's.
        let options = ListenerOptions::new().name(name).mode(0o600).reclaim_name(false);
        let listener = options.create_tokio().map_err(failed)?;
        let claim = Claim { path: address.path.clone(), made: made(&address.path).map_err(failed)? };
        Ok((Self(listener), claim))
    }

    /// The next connection of a process that runs as this user; others are let go.
    pub(crate) async fn accept(&self) -> io::Result<Transport> {
        loop {
            let transport = transport(self.0.accept().await?)?;
            match transport.peer.uid() {
                Some(uid) if uid != own_uid() => {
                    tracing::warn!(uid, "another user tried to connect, and was let go");
                }
                _ => return Ok(transport),
            }
        }
    }
}

/// Makes sure that the folder is there and this user's alone.
fn make_folder(address: &Address) -> Result<(), BindError> {
    let Some(folder) = address.path.parent() else { return Ok(()) };
    let refused = |reason: String| BindError::Folder { path: folder.to_owned(), reason };
    match DirBuilder::new().mode(0o700).create(folder) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        Err(error) => return Err(refused(error.to_string())),
    }
    let found = fs::symlink_metadata(folder).map_err(|error| refused(error.to_string()))?;
    if !found.is_dir() {
        return Err(refused("it is no folder (a link is not followed)".to_owned()));
    }
    if found.uid() != own_uid() {
        return Err(refused(format!("it belongs to user {}, and this process runs as {}", found.uid(), own_uid())));
    }
    if found.mode() & 0o077 != 0 {
        let mode = found.mode() & 0o777;
        return Err(refused(format!("its mode is {mode:03o}, which lets others in: it must be 700")));
    }
    Ok(())
}

/// Removes a socket that a dead server left behind. The caller holds the lock.
fn reclaim(address: &Address) -> Result<(), BindError> {
    let failed = |error| BindError::Io { endpoint: address.shown(), error };
    match std::os::unix::net::UnixStream::connect(&address.path) {
        Ok(_) => Err(BindError::InUse { endpoint: address.shown() }),
        Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
            fs::remove_file(&address.path).map_err(failed)
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(failed(error)),
    }
}

/// Connects to the server at `address`, which must run as this user.
pub(crate) async fn connect(address: &Address) -> Result<Transport, ConnectError> {
    let name = address.path.as_path().to_fs_name::<GenericFilePath>().map_err(ConnectError::Io)?;
    let stream = match Stream::connect(name).await {
        Ok(stream) => stream,
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused) => {
            return Err(ConnectError::NotRunning { endpoint: address.shown() });
        }
        Err(error) => return Err(ConnectError::Io(error)),
    };
    let transport = transport(stream).map_err(ConnectError::Io)?;
    match transport.peer.uid() {
        Some(uid) if uid != own_uid() => Err(ConnectError::WrongUser { endpoint: address.shown(), uid }),
        _ => Ok(transport),
    }
}

fn transport(stream: Stream) -> io::Result<Transport> {
    let credentials = stream.peer_creds()?;
    let mut peer = Peer::unknown();
    if let Some(pid) = credentials.pid().and_then(|pid| u32::try_from(pid).ok()) {
        peer = peer.with_pid(pid);
    }
    if let (Some(uid), Some(gid)) = (credentials.euid(), credentials.egid()) {
        peer = peer.with_user(uid, gid);
    }
    let Stream::UdSocket(stream) = stream;
    // Tokio's own halves know from a short read that nothing is left, and save the system call that would ask.
    let (reader, writer) = UnixStream::from(stream).into_split();
    Ok(Transport::new(reader, writer).with_peer(peer))
}
