//! Why a client does not connect.

use std::io;
use std::time::Duration;

use ipc_core::envelope::PROTOCOL_VERSION;
use ipc_core::{ContractMismatch, DescriptionError, Failure, GrantsError, RouterError};

use crate::endpoint::NameError;
use crate::handshake::HandshakeError;
use crate::hello::{HelloError, Spoken};

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConnectError {
    /// The endpoint's name is not a name.
    #[error(transparent)]
    Name(#[from] NameError),
    /// The router with which the client would answer is not whole.
    #[error(transparent)]
    Router(#[from] RouterError),
    /// The grants of the server, for calls to this side, name what is not there.
    #[error(transparent)]
    Grants(#[from] GrantsError),
    /// Nobody listens at the endpoint.
    #[error("no server listens at {endpoint}: is it running?")]
    NotRunning {
        /// The endpoint.
        endpoint: String,
    },
    /// The server runs as another user than this process.
    #[error(
        "the server at {endpoint} runs as user {uid}, and this process does not: it is not trusted, unless `allow_server_uid` allows it"
    )]
    WrongUser {
        /// The endpoint.
        endpoint: String,
        /// The effective user of the server's process.
        uid: u32,
    },
    /// The pipe belongs to another user than this process runs as.
    #[error("the pipe {endpoint} belongs to {owner}, and not to the user of this process: it is not trusted")]
    WrongOwner {
        /// The endpoint.
        endpoint: String,
        /// The security identifier of the pipe's owner.
        owner: String,
    },
    /// The inherited socket listens.
    #[error("the inherited socket is no connection: one that listens is for a server")]
    NotConnected,
    /// The inherited socket is a connection that another client has taken.
    #[error("the inherited connection is in use: it is one connection, for one client")]
    Taken,
    /// Whoever listens there speaks something else.
    #[error("what listens there is no IPC Bridge server: {0}")]
    NotIpcBridge(String),
    /// The server speaks another version of the protocol.
    #[error(
        "the server speaks version {0} of the protocol, and this client version {PROTOCOL_VERSION}: update the older one"
    )]
    Version(u16),
    /// The server does not want the connection.
    #[error("the server refused the connection: {0}")]
    Refused(Failure),
    /// The server did not say hello in time.
    #[error("the server did not answer within {waited:?}")]
    Timeout {
        /// How long the client waited.
        waited: Duration,
    },
    /// The server serves another contract than the client expects, and the client does not go on with that.
    #[error("{0}")]
    Contract(Box<ContractMismatch>),
    /// What the client expects cannot be described.
    #[error("the expected contract cannot be described: {0}")]
    Description(#[from] DescriptionError),
    /// The operating system refused.
    #[error("the connection failed: {0}")]
    Io(#[source] io::Error),
}

impl From<HandshakeError> for ConnectError {
    fn from(error: HandshakeError) -> Self {
        match error {
            HandshakeError::Io(error) => Self::Io(error),
            HandshakeError::Closed | HandshakeError::Timeout(_) | HandshakeError::NotAdmitted(_) => {
                Self::NotIpcBridge(error.to_string())
            }
            HandshakeError::Refused(failure) => match Spoken::of(&failure).and_then(Spoken::another) {
                Some(version) => Self::Version(version),
                None => Self::Refused(failure),
            },
            HandshakeError::Hello(HelloError::Version(version)) => Self::Version(version),
            HandshakeError::Hello(other) => Self::NotIpcBridge(other.to_string()),
        }
    }
}
