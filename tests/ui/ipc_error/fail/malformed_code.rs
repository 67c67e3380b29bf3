use ipc_bridge::prelude::*;

#[derive(Debug, thiserror::Error, IpcError)]
enum FetchError {
    #[error("no item")]
    #[ipc(code = "not-found")]
    NotFound,
    #[error("no name")]
    #[ipc(code = "")]
    NoName,
    #[error("no type")]
    #[ipc(code = 7)]
    NoType,
}

fn main() {}
