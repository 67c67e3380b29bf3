use ipc_bridge::prelude::*;

#[derive(Debug, thiserror::Error, IpcError)]
enum FetchError {
    #[error("too late")]
    Timeout,
    #[error("not you")]
    #[ipc(code = "DENIED")]
    Forbidden,
}

fn main() {}
