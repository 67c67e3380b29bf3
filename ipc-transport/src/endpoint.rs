//! Where a server listens.

use std::path::{Path, PathBuf};

use crate::bind::BindError;
use crate::connect::ConnectError;
use crate::listener::Listener;
use crate::local;
use crate::memory;
use crate::transport::Transport;

/// The most bytes that an endpoint's name may have. A Unix socket's path has room for 107, and the folder takes some.
const MAX_NAME_BYTES: usize = 48;

/// Where a server listens: a name that is this user's own, the path of a socket, or a place in memory.
///
/// ```
/// use std::path::Path;
/// use ipc_transport::{Endpoint, memory};
///
/// let named = Endpoint::from("my-app");
/// let at_a_path = Endpoint::from(Path::new("/run/my-app/backend.sock"));
/// let in_memory = Endpoint::from(&memory::endpoint());
/// ```
#[derive(Debug, Clone)]
pub struct Endpoint(Place);

#[derive(Debug, Clone)]
enum Place {
    Name(String),
    Path(PathBuf),
    Memory(memory::Endpoint),
}

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

impl From<&Endpoint> for Endpoint {
    fn from(endpoint: &Endpoint) -> Self {
        endpoint.clone()
    }
}

impl Endpoint {
    /// Listens, and claims the name while the claim lives.
    pub(crate) fn listen(&self) -> Result<(Listener, Option<local::Claim>), BindError> {
        let address = match &self.0 {
            Place::Name(name) => local::Address::of_name(check(name)?),
            Place::Path(path) => local::Address::of_path(path),
            Place::Memory(place) => {
                let in_use = || BindError::InUse { endpoint: "this place in memory".to_owned() };
                return Ok((Listener::Memory(place.listen().ok_or_else(in_use)?), None));
            }
        };
        let (listener, claim) = local::Listener::bind(&address)?;
        Ok((Listener::Local(listener), Some(claim)))
    }

    pub(crate) async fn connect(&self) -> Result<Transport, ConnectError> {
        match &self.0 {
            Place::Name(name) => local::connect(&local::Address::of_name(check(name)?)).await,
            Place::Path(path) => local::connect(&local::Address::of_path(path)).await,
            Place::Memory(place) => place
                .connect()
                .await
                .ok_or_else(|| ConnectError::NotRunning { endpoint: "this place in memory".to_owned() }),
        }
    }
}

fn check(name: &str) -> Result<&str, NameError> {
    let fits = (1..=MAX_NAME_BYTES).contains(&name.len())
        && name.starts_with(|first: char| first.is_ascii_alphanumeric())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-'));
    if fits { Ok(name) } else { Err(NameError { name: name.to_owned() }) }
}
