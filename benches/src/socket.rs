//! Where the sides that speak over a plain Unix socket listen.

use std::path::{Path, PathBuf};

/// Where the server of an endpoint listens, unless the side has places of its own.
#[must_use]
pub fn socket_of(endpoint: &str) -> PathBuf {
    std::env::temp_dir().join(format!("{endpoint}.sock"))
}

/// The socket of a server: its file goes when this is dropped.
#[derive(Debug)]
pub struct SocketFile(PathBuf);

impl SocketFile {
    /// The socket of an endpoint, which is still to be bound.
    #[must_use]
    pub fn of(endpoint: &str) -> Self {
        Self(socket_of(endpoint))
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for SocketFile {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_file(&self.0) {
            eprintln!("{} is left behind: {error}", self.0.display());
        }
    }
}
