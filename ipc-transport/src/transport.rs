//! What a connection runs over.

use std::fmt;

use ipc_core::Peer;
use tokio::io::{AsyncRead, AsyncWrite};

use crate::half::{ReadHalf, WriteHalf};
use crate::local;

/// A pair of byte streams to one peer, and who the peer is.
///
/// A local socket, an in-memory pair ([`memory::pair`](crate::memory::pair)), or any reader and writer of tokio's: a
/// child's standard input and output, say.
pub struct Transport {
    pub(crate) reader: ReadHalf,
    pub(crate) writer: WriteHalf,
    pub(crate) peer: Peer,
}

impl Transport {
    /// A transport over a reader and a writer to a peer of which nothing else is known.
    pub fn new(
        reader: impl AsyncRead + Send + Unpin + 'static,
        writer: impl AsyncWrite + Send + Unpin + 'static,
    ) -> Self {
        Self { reader: ReadHalf::of(reader), writer: WriteHalf::of(writer), peer: Peer::unknown() }
    }

    /// A transport over a local socket.
    pub(crate) fn local(reader: local::ReadHalf, writer: local::WriteHalf, peer: Peer) -> Self {
        Self { reader: ReadHalf::Local(reader), writer: WriteHalf::Local(writer), peer }
    }

    /// The same transport to a peer that one knows.
    #[must_use]
    pub fn with_peer(mut self, peer: Peer) -> Self {
        self.peer = peer;
        self
    }

    /// Who is at the other end.
    pub fn peer(&self) -> &Peer {
        &self.peer
    }
}

impl fmt::Debug for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transport").field("peer", &self.peer).finish_non_exhaustive()
    }
}
