//! The connections that come in, wherever from.

use std::io;

use tokio::sync::mpsc;

use crate::local;
use crate::transport::Transport;

#[derive(Debug)]
pub(crate) enum Listener {
    Local(local::Listener),
    Memory(mpsc::Receiver<Transport>),
}

impl Listener {
    /// The next connection; `None` when none can come any more.
    ///
    /// Cancel safe: dropping it loses no connection.
    pub(crate) async fn accept(&mut self) -> Option<io::Result<Transport>> {
        match self {
            Self::Local(listener) => Some(listener.accept().await),
            Self::Memory(accept) => accept.recv().await.map(Ok),
        }
    }
}
