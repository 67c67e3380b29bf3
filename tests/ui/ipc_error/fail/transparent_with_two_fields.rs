use ipc_bridge::prelude::*;

#[derive(Debug, thiserror::Error, IpcError)]
enum FetchError {
    #[error("{0} {1}")]
    #[ipc(transparent)]
    Two(Other, Other),
    #[error("none")]
    #[ipc(transparent)]
    None,
    #[error(transparent)]
    #[ipc(transparent)]
    Skipped(#[ipc(skip)] Other),
}

#[derive(Debug, Default, thiserror::Error, IpcError)]
#[error("other")]
struct Other;

fn main() {}
