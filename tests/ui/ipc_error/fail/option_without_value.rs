use ipc_bridge::prelude::*;

#[derive(Debug, thiserror::Error, IpcError)]
enum FetchError {
    #[error("no item")]
    #[ipc(code)]
    NotFound,
    #[error("no name")]
    #[ipc(internal = true)]
    NoName,
    #[error("no type")]
    #[ipc]
    NoType,
}

fn main() {}
