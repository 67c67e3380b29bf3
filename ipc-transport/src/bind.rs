//! Why a server does not listen.

use std::fmt;
use std::io;
use std::path::PathBuf;

use ipc_core::{GrantsError, RouterError};

use crate::endpoint::NameError;

/// Why a server does not listen at its endpoint.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BindError {
    /// The endpoint's name is not a name.
    #[error(transparent)]
    Name(#[from] NameError),
    /// A living server listens there.
    #[error("a server listens at {endpoint} already ({}): stop it, or take another name", shown(holder.as_ref()))]
    InUse {
        /// The endpoint.
        endpoint: String,
        /// The process that listens there; `None` where the platform does not tell, or the process is too busy to be
        /// asked.
        holder: Option<Holder>,
    },
    /// The folder for the socket belongs to somebody else, or others may write in it.
    #[error("the folder {} is not safe to have a socket in: {reason}", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The lock beside the socket, under which servers that start at once look at it one by one, is not to be had.
    #[error("the lock {} cannot be taken: {reason}; remove it, or take another path", path.display())]
    Lock {
        /// The lock's file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The server lets other users in, and they cannot reach a name: its folder is this user's alone.
    #[error("the name `{name}` is this user's alone, and the server allows others: give the path of a socket instead")]
    OwnersName {
        /// The name.
        name: String,
    },
    /// The socket cannot be given to the group that the server lets in.
    #[error("the socket {} cannot be given to group {gid}, which the server allows: {error}", path.display())]
    Group {
        /// The socket's path.
        path: PathBuf,
        /// The group.
        gid: u32,
        /// What the operating system said: this process is no member of the group, most likely.
        #[source]
        error: io::Error,
    },
    /// The inherited socket is a connection, or nothing yet.
    #[error("the inherited socket does not listen: a connection is for a client, or for `Server::accept`")]
    NotListening,
    /// What stands at the socket's path is no socket.
    #[error("{} is there and is no socket: it is not replaced", path.display())]
    NotASocket {
        /// The path.
        path: PathBuf,
    },
    /// The operating system refused.
    #[error("the endpoint {endpoint} cannot be bound: {error}")]
    Io {
        /// The endpoint.
        endpoint: String,
        /// What the operating system said.
        #[source]
        error: io::Error,
    },
}

/// The process that has an endpoint which another wants.
///
/// It is the one that began to listen: of a socket that a service manager made, the service manager.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    pid: u32,
    command: Option<String>,
}

impl Holder {
    pub(crate) const fn new(pid: u32, command: Option<String>) -> Self {
        Self { pid, command }
    }

    /// Its process id.
    pub const fn pid(&self) -> u32 {
        self.pid
    }

    /// The name of its program, as the system keeps it: on Linux the first 15 bytes. `None` where the system does not
    /// tell, as on macOS and on Windows.
    pub fn command(&self) -> Option<&str> {
        self.command.as_deref()
    }
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.command {
            Some(command) => write!(f, "process {}, `{command}`", self.pid),
            None => write!(f, "process {}", self.pid),
        }
    }
}

fn shown(holder: Option<&Holder>) -> String {
    holder.map_or_else(|| "which process it is, is not known".to_owned(), Holder::to_string)
}

/// Why a server does not serve.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServeError {
    /// The router is not whole.
    #[error(transparent)]
    Router(#[from] RouterError),
    /// What the server grants those who show no token names what is not there.
    #[error(transparent)]
    Grants(#[from] GrantsError),
    /// The endpoint is not to be had.
    #[error(transparent)]
    Bind(#[from] BindError),
}
