use ipc_bridge::prelude::*;

#[derive(Debug, thiserror::Error, IpcError)]
enum FetchError {
    #[error(transparent)]
    #[ipc(transparent)]
    Io(#[from] std::io::Error),
}

fn main() {}
