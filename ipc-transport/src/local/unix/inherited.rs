//! Sockets that somebody else made: a service manager, or the process that started this one.

use std::os::unix::net;
use std::sync::{Arc, Mutex};

use tokio::net::{UnixListener, UnixStream};

use super::{Listener, peer};
use crate::admission::Admission;
use crate::bind::BindError;
use crate::connect::ConnectError;
use crate::transport::Transport;

/// How such a socket is called where something is wrong with it.
const SHOWN: &str = "the inherited socket";

/// A socket that was handed on. A clone is the same socket.
#[derive(Debug, Clone)]
pub(crate) enum Inherited {
    /// Any number of servers can listen at it, one after the other or beside each other.
    Listening(Arc<net::UnixListener>),
    /// It is one connection, until somebody has taken it.
    Connected(Arc<Mutex<Option<net::UnixStream>>>),
}

impl Inherited {
    pub(crate) fn listening(socket: net::UnixListener) -> Self {
        Self::Listening(Arc::new(socket))
    }

    pub(crate) fn connected(socket: net::UnixStream) -> Self {
        Self::Connected(Arc::new(Mutex::new(Some(socket))))
    }

    pub(crate) fn listen(&self, admission: &Admission) -> Result<Listener, BindError> {
        let Self::Listening(socket) = self else { return Err(BindError::NotListening) };
        let failed = |error| BindError::Io { endpoint: SHOWN.to_owned(), error };
        // A socket of another family cannot tell its address as one of these.
        socket.local_addr().map_err(failed)?;
        // Apple's kernels do not answer this; there, a socket that does not listen fails at every accept.
        #[cfg(not(any(target_os = "macos", target_os = "ios", target_os = "tvos", target_os = "watchos")))]
        if !rustix::net::sockopt::socket_acceptconn(socket).map_err(|error| failed(error.into()))? {
            return Err(BindError::NotListening);
        }
        let socket = socket.try_clone().map_err(failed)?;
        socket.set_nonblocking(true).map_err(failed)?;
        let socket = UnixListener::from_std(socket).map_err(failed)?;
        Ok(Listener { socket, with_groups: admission.asks_for_groups() })
    }

    pub(crate) fn connect(&self) -> Result<Transport, ConnectError> {
        let Self::Connected(socket) = self else { return Err(ConnectError::NotConnected) };
        let socket = socket.lock().expect("nothing panics while it holds the socket").take();
        Transport::try_from(socket.ok_or(ConnectError::Taken)?).map_err(ConnectError::Io)
    }

    pub(crate) fn shown(&self) -> String {
        SHOWN.to_owned()
    }
}

impl TryFrom<net::UnixStream> for Transport {
    type Error = std::io::Error;

    /// A transport over a socket that is connected, with what the kernel tells of its other end: one of a pair
    /// ([`UnixStream::pair`](net::UnixStream::pair)) whose other end a child process has, say.
    ///
    /// # Errors
    ///
    /// The socket is none of this kind, or is not connected.
    ///
    /// # Panics
    ///
    /// Outside a tokio runtime with I/O.
    fn try_from(socket: net::UnixStream) -> std::io::Result<Self> {
        // A socket that is not connected has no other end that could be asked for.
        socket.peer_addr()?;
        socket.set_nonblocking(true)?;
        let stream = UnixStream::from_std(socket)?;
        let peer = peer::with_groups(&stream)?;
        Ok(peer::transport(stream, peer))
    }
}
