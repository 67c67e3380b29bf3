//! Unix sockets: in a folder that is this user's alone, mode 0600, both ends known by their credentials.

mod claim;
mod folder;
mod inherited;
mod make;
mod peer;
mod probe;
mod survey;

use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::net::{UnixListener, UnixStream};

use crate::admission::Admission;
use crate::bind::BindError;
use crate::connect::ConnectError;
use crate::transport::Transport;

pub(crate) use claim::Claim;
pub(crate) use inherited::Inherited;
pub(crate) use peer::own_user;
pub(crate) use survey::{look, names};
/// Tokio's own halves know from a short read that nothing is left, and save the system call that would ask.
pub(crate) use tokio::net::unix::{OwnedReadHalf as ReadHalf, OwnedWriteHalf as WriteHalf};

/// The pause before a server is asked again whose queue of connections is full.
const BUSY_PAUSE: Duration = Duration::from_millis(5);

/// The path of a socket.
#[derive(Debug)]
pub(crate) struct Address {
    path: PathBuf,
    /// The folder is ours to make, and nobody else's to enter.
    own_folder: bool,
}

impl Address {
    /// The socket of this name in this user's run-time folder.
    pub(crate) fn of_name(name: &str) -> io::Result<Self> {
        let folder = match std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from) {
            Some(folder) if folder.is_absolute() => folder.join("ipc-bridge"),
            _ => std::env::temp_dir().join(format!("ipc-bridge-{}", own_uid())),
        };
        Ok(Self { path: folder.join(name).with_added_extension("sock"), own_folder: true })
    }

    pub(crate) fn of_path(path: &Path) -> Self {
        Self { path: path.to_owned(), own_folder: false }
    }

    fn folder(&self) -> &Path {
        match self.path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        }
    }

    fn shown(&self) -> String {
        self.path.display().to_string()
    }

    /// A path that begins with a zero byte would be taken for a name outside of the file system, which has no owner and
    /// no mode.
    fn check(&self) -> io::Result<()> {
        if self.path.as_os_str().as_bytes().contains(&0) {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "the path has a zero byte in it"));
        }
        Ok(())
    }

    fn failed(&self, error: impl Into<io::Error>) -> BindError {
        BindError::Io { endpoint: self.shown(), error: error.into() }
    }
}

fn own_uid() -> u32 {
    rustix::process::geteuid().as_raw()
}

/// A listening socket.
#[derive(Debug)]
pub(crate) struct Listener {
    socket: UnixListener,
    /// The groups of a peer are asked for as well, which costs some system calls.
    with_groups: bool,
}

impl Listener {
    /// Listens at `address`, where those can connect whom `admission` lets in.
    pub(crate) fn bind(address: &Address, admission: &Admission) -> Result<(Self, Claim), BindError> {
        address.check().map_err(|error| address.failed(error))?;
        if address.own_folder {
            folder::make_own(address.folder())?;
        } else {
            folder::check_given(address)?;
        }
        let lock = claim::Lock::of(&address.path)?;
        let listener = match probe::reclaim(address).and_then(|()| make::listener(address, admission.reach())) {
            Ok(listener) => listener,
            // The lock's file is the other server's.
            Err(error @ BindError::InUse { .. }) => return Err(error),
            Err(error) => {
                lock.give_up();
                return Err(error);
            }
        };
        let claim = Claim::new(address, lock).map_err(|error| address.failed(error))?;
        let socket = UnixListener::from_std(listener).map_err(|error| address.failed(error))?;
        Ok((Self { socket, with_groups: admission.asks_for_groups() }, claim))
    }

    /// The next connection, whoever makes it.
    pub(crate) async fn accept(&self) -> io::Result<Transport> {
        let (stream, _) = self.socket.accept().await?;
        let peer = if self.with_groups { peer::with_groups(&stream) } else { peer::of(&stream) }?;
        Ok(peer::transport(stream, peer))
    }
}

/// Connects to the server at `address`. Who it is, the caller checks.
pub(crate) async fn connect(address: &Address) -> Result<Transport, ConnectError> {
    address.check().map_err(ConnectError::Io)?;
    loop {
        match UnixStream::connect(&address.path).await {
            Ok(stream) => {
                let peer = peer::of(&stream).map_err(ConnectError::Io)?;
                return Ok(peer::transport(stream, peer));
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => tokio::time::sleep(BUSY_PAUSE).await,
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused) => {
                return Err(ConnectError::NotRunning { endpoint: address.shown() });
            }
            Err(error) => return Err(ConnectError::Io(error)),
        }
    }
}
