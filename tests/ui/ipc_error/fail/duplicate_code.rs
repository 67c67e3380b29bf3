use ipc_bridge::prelude::*;

#[derive(Debug, thiserror::Error, IpcError)]
enum FetchError {
    #[error("no item")]
    NotFound,
    #[error("no name")]
    #[ipc(code = "NOT_FOUND")]
    NoName,
}

fn main() {}
