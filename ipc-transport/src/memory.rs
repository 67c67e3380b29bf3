//! Connections within one process: the whole protocol, without a socket.

use std::sync::{Arc, Mutex};

use tokio::io::{DuplexStream, duplex, split};
use tokio::sync::mpsc;

use crate::transport::Transport;

/// The bytes that one direction holds before its writer waits: what a Unix socket holds, about.
const PIPE_BYTES: usize = 256 * 1024;

/// The connections that wait to be accepted.
const BACKLOG: usize = 128;

/// Two ends of one connection.
pub fn pair() -> (Transport, Transport) {
    let (one, other) = duplex(PIPE_BYTES);
    (transport(one), transport(other))
}

fn transport(stream: DuplexStream) -> Transport {
    let (reader, writer) = split(stream);
    Transport::new(reader, writer)
}

/// A place in this process where a server listens and clients connect. A clone is the same place.
///
/// It takes the place of a name in [`Server::bind`](crate::Server::bind) and
/// [`Client::connect`](crate::Client::connect), so that a test runs what the product runs.
#[derive(Debug, Clone)]
pub struct Endpoint {
    connect: mpsc::Sender<Transport>,
    accept: Arc<Mutex<Option<mpsc::Receiver<Transport>>>>,
}

/// A new place, where nobody listens yet.
pub fn endpoint() -> Endpoint {
    let (connect, accept) = mpsc::channel(BACKLOG);
    Endpoint { connect, accept: Arc::new(Mutex::new(Some(accept))) }
}

impl Endpoint {
    /// Takes the place to listen; `None` when somebody listens there, or did.
    pub(crate) fn listen(&self) -> Option<mpsc::Receiver<Transport>> {
        self.accept.lock().expect("nothing panics while it holds the place").take()
    }

    /// Connects; `None` when nobody listens.
    pub(crate) async fn connect(&self) -> Option<Transport> {
        if self.accept.lock().expect("nothing panics while it holds the place").is_some() {
            return None;
        }
        let (ours, theirs) = pair();
        self.connect.send(theirs).await.ok()?;
        Some(ours)
    }
}
