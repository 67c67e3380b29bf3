use ipc_bridge::prelude::*;

#[derive(Debug, thiserror::Error, IpcError)]
enum FetchError {
    #[error("no item")]
    #[ipc(code = "A", code = "B")]
    NotFound,
    #[error("no name")]
    #[ipc(internal)]
    #[ipc(internal)]
    NoName,
}

fn main() {}
