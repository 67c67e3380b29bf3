//! Why a server does not listen.

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
    #[error("a server listens at {endpoint} already: stop it, or take another name")]
    InUse {
        /// The endpoint.
        endpoint: String,
    },
    /// The folder for the socket belongs to somebody else, or others may write in it.
    #[error("the folder {} cannot hold a socket that is this user's alone: {reason}", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
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
