//! Where a server listens.

use std::path::{Path, PathBuf};

use crate::admission::{Admission, Reach};
use crate::bind::{BindError, Holder};
use crate::connect::ConnectError;
use crate::listener::Listener;
use crate::local;
use crate::memory;
use crate::survey::SurveyError;
use crate::transport::Transport;

/// The most bytes that an endpoint's name may have. A Unix socket's path has room for 107, and the folder takes some.
const MAX_NAME_BYTES: usize = 48;

/// Where a server listens: a name that is this user's own, the path of a socket, a place in memory, or a socket that this
/// process inherited.
///
/// ```
/// use std::path::Path;
/// use ipc_transport::{Endpoint, memory};
///
/// let named = Endpoint::from("my-app");
/// let at_a_path = Endpoint::from(Path::new("/run/my-app/backend.sock"));
/// let in_memory = Endpoint::from(&memory::endpoint());
/// ```
///
/// # Inherited sockets
///
/// On Unix a socket that somebody else made is an endpoint too: a [`UnixListener`](std::os::unix::net::UnixListener) for
/// a server, a connected [`UnixStream`](std::os::unix::net::UnixStream) for a client. Its mode, its folder and its removal
/// are the maker's; who comes in is checked as always. It becomes non-blocking, for every process that has it.
///
/// Where a parent process hands on a socket as the standard input of a child:
///
/// ```no_run
/// # #[cfg(unix)] fn endpoint() -> std::io::Result<ipc_transport::Endpoint> {
/// use std::os::fd::AsFd as _;
/// use std::os::unix::net::UnixListener;
/// use ipc_transport::Endpoint;
///
/// let socket = std::io::stdin().as_fd().try_clone_to_owned()?;
/// Ok(Endpoint::from(UnixListener::from(socket)))
/// # }
/// ```
///
/// The guide shows a socket of systemd's. A Windows pipe has no one handle that listens, so that none can be inherited.
#[derive(Debug, Clone)]
pub struct Endpoint(Place);

#[derive(Debug, Clone)]
enum Place {
    Name(String),
    Path(PathBuf),
    Memory(memory::Endpoint),
    #[cfg(unix)]
    Inherited(local::Inherited),
}

/// How a place in memory is called where something is wrong with it.
const IN_MEMORY: &str = "this place in memory";

/// Why a text names no endpoint.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{name}` cannot name an endpoint: a name has 1 to {MAX_NAME_BYTES} letters, digits, `.`, `_` or `-`, and begins with a letter or digit"
)]
pub struct NameError {
    name: String,
}

impl From<&str> for Endpoint {
    fn from(name: &str) -> Self {
        Self(Place::Name(name.to_owned()))
    }
}

impl From<String> for Endpoint {
    fn from(name: String) -> Self {
        Self(Place::Name(name))
    }
}

impl From<&String> for Endpoint {
    fn from(name: &String) -> Self {
        Self(Place::Name(name.clone()))
    }
}

impl From<&Path> for Endpoint {
    fn from(path: &Path) -> Self {
        Self(Place::Path(path.to_owned()))
    }
}

impl From<PathBuf> for Endpoint {
    fn from(path: PathBuf) -> Self {
        Self(Place::Path(path))
    }
}

impl From<&memory::Endpoint> for Endpoint {
    fn from(place: &memory::Endpoint) -> Self {
        Self(Place::Memory(place.clone()))
    }
}

impl From<memory::Endpoint> for Endpoint {
    fn from(place: memory::Endpoint) -> Self {
        Self(Place::Memory(place))
    }
}

#[cfg(unix)]
impl From<std::os::unix::net::UnixListener> for Endpoint {
    /// A socket that listens, for a server.
    fn from(socket: std::os::unix::net::UnixListener) -> Self {
        Self(Place::Inherited(local::Inherited::listening(socket)))
    }
}

#[cfg(unix)]
impl From<std::os::unix::net::UnixStream> for Endpoint {
    /// A socket that is connected to a server, for one client.
    fn from(socket: std::os::unix::net::UnixStream) -> Self {
        Self(Place::Inherited(local::Inherited::connected(socket)))
    }
}

impl From<&Endpoint> for Endpoint {
    fn from(endpoint: &Endpoint) -> Self {
        endpoint.clone()
    }
}

impl Endpoint {
    /// Listens for those whom `admission` lets in, and claims the name while the claim lives.
    pub(crate) fn listen(&self, admission: &Admission) -> Result<(Listener, Option<local::Claim>), BindError> {
        let address = match &self.0 {
            Place::Name(name) if admission.reach() != Reach::Owner => {
                return Err(BindError::OwnersName { name: check(name)?.to_owned() });
            }
            Place::Name(name) => local::Address::of_name(check(name)?)
                .map_err(|error| BindError::Io { endpoint: name.clone(), error })?,
            Place::Path(path) => local::Address::of_path(path),
            Place::Memory(place) => {
                let holder = Some(Holder::new(std::process::id(), None));
                let in_use = || BindError::InUse { endpoint: IN_MEMORY.to_owned(), holder };
                return Ok((Listener::Memory(place.listen().ok_or_else(in_use)?), None));
            }
            #[cfg(unix)]
            Place::Inherited(socket) => return Ok((Listener::Local(socket.listen(admission)?), None)),
        };
        let (listener, claim) = local::Listener::bind(&address, admission)?;
        Ok((Listener::Local(listener), Some(claim)))
    }

    pub(crate) async fn connect(&self) -> Result<Transport, ConnectError> {
        match &self.0 {
            Place::Name(name) => {
                let address = local::Address::of_name(check(name)?).map_err(ConnectError::Io)?;
                local::connect(&address).await
            }
            Place::Path(path) => local::connect(&local::Address::of_path(path)).await,
            Place::Memory(place) => {
                place.connect().await.ok_or_else(|| ConnectError::NotRunning { endpoint: IN_MEMORY.to_owned() })
            }
            #[cfg(unix)]
            Place::Inherited(socket) => socket.connect(),
        }
    }

    /// Where a local socket or a pipe stands, and its name, if it has one.
    pub(crate) fn address(&self) -> Result<(Option<&str>, local::Address), SurveyError> {
        match &self.0 {
            Place::Name(name) => {
                let address = local::Address::of_name(check(name)?).map_err(SurveyError::Io)?;
                Ok((Some(name), address))
            }
            Place::Path(path) => Ok((None, local::Address::of_path(path))),
            _ => Err(SurveyError::Nowhere(self.shown())),
        }
    }

    /// How the endpoint is called where something is wrong with it.
    pub(crate) fn shown(&self) -> String {
        match &self.0 {
            Place::Name(name) => name.clone(),
            Place::Path(path) => path.display().to_string(),
            Place::Memory(_) => IN_MEMORY.to_owned(),
            #[cfg(unix)]
            Place::Inherited(socket) => socket.shown(),
        }
    }
}

/// Whether this can name an endpoint.
pub(crate) fn is_name(name: &str) -> bool {
    (1..=MAX_NAME_BYTES).contains(&name.len())
        && name.starts_with(|first: char| first.is_ascii_alphanumeric())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-'))
}

fn check(name: &str) -> Result<&str, NameError> {
    if is_name(name) { Ok(name) } else { Err(NameError { name: name.to_owned() }) }
}
