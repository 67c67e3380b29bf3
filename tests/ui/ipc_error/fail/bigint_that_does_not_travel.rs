use ipc_bridge::IpcError;

#[derive(Debug, thiserror::Error, IpcError)]
enum FetchError {
    #[error("no item")]
    NotFound {
        #[ipc(bigint, skip)]
        id: u64,
    },
    #[error("{0}")]
    #[ipc(internal)]
    Broken(#[ipc(bigint)] u64),
    #[error("{0}")]
    #[ipc(transparent)]
    Inner(#[ipc(bigint)] Inner),
    #[error("{0}")]
    Valued(#[ipc(bigint = true)] u64),
}

#[derive(Debug, thiserror::Error, IpcError)]
#[error("inner")]
struct Inner;

fn main() {}
