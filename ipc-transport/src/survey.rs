//! What stands at an endpoint, for tools: whether a server lives there, and which.

use std::io;
use std::path::{Path, PathBuf};

use crate::bind::Holder;
use crate::endpoint::{Endpoint, NameError};
use crate::local;

/// What stands at an endpoint, as far as one can see without saying a word.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct FoundEndpoint {
    /// The name by which this user's programs reach it, where it has one.
    pub name: Option<String>,
    /// The path of the socket, or the name of the pipe.
    pub path: PathBuf,
    /// Whether a server lives there.
    pub state: EndpointState,
    /// Whose the socket is, and who may reach it; `None` where there is none, and for pipes.
    pub file: Option<EndpointFile>,
}

/// The file of a socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct EndpointFile {
    /// The user who owns it.
    pub uid: u32,
    /// Its mode, `0o600` say.
    pub mode: u32,
}

/// Whether a server lives at an endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum EndpointState {
    /// A server listens, in this process where the system tells.
    Live(Option<Holder>),
    /// A server is there, and takes no connection at this moment.
    Busy,
    /// The socket of a server that is no more. The next server of this name removes it.
    Stale,
    /// There is nothing.
    Missing,
    /// There is something that is no socket.
    NotASocket,
    /// The system does not let this process see, for this reason.
    Unreachable(String),
}

/// Why nothing can be said of an endpoint.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SurveyError {
    /// The endpoint's name is not a name.
    #[error(transparent)]
    Name(#[from] NameError),
    /// A place in memory, or an inherited socket, stands nowhere to be looked at.
    #[error("{0} stands nowhere where it could be looked at: a name or a path does")]
    Nowhere(String),
    /// The operating system refused.
    #[error("the endpoints cannot be looked at: {0}")]
    Io(#[source] io::Error),
}

impl Endpoint {
    /// Looks what stands at this endpoint. A server that lives there sees a connection that says nothing.
    ///
    /// # Errors
    ///
    /// The endpoint is none that can be looked at.
    ///
    /// # Panics
    ///
    /// Outside a tokio runtime with I/O.
    pub fn look(&self) -> Result<FoundEndpoint, SurveyError> {
        let (name, address) = self.address()?;
        Ok(local::look(name.map(str::to_owned), &address))
    }

    /// All endpoints that this user's programs have by name, and those of servers that are no more, sorted by name.
    ///
    /// A socket at a path of its own is not found: nobody knows where it is but its server.
    ///
    /// # Errors
    ///
    /// The folder of the sockets, or the list of pipes, cannot be read. One that is not there has none.
    ///
    /// # Panics
    ///
    /// Outside a tokio runtime with I/O.
    pub fn all() -> Result<Vec<FoundEndpoint>, SurveyError> {
        let mut names = local::names().map_err(SurveyError::Io)?;
        names.sort_unstable();
        names.into_iter().map(|name| Self::from(name).look()).collect()
    }
}

impl FoundEndpoint {
    /// Whether a server lives there.
    pub fn is_live(&self) -> bool {
        matches!(self.state, EndpointState::Live(_) | EndpointState::Busy)
    }

    /// The folder of the socket.
    pub fn folder(&self) -> Option<&Path> {
        self.path.parent().filter(|folder| !folder.as_os_str().is_empty())
    }
}
