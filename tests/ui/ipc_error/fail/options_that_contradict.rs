use ipc_bridge::prelude::*;

#[derive(Debug, thiserror::Error, IpcError)]
enum FetchError {
    #[error("no item")]
    #[ipc(code = "A", internal)]
    NotFound,
    #[error(transparent)]
    #[ipc(internal, transparent)]
    Io(std::io::Error),
    #[error(transparent)]
    #[ipc(code = "B", transparent)]
    Other(Other),
}

#[derive(Debug, thiserror::Error, IpcError)]
#[error("other")]
struct Other;

fn main() {}
