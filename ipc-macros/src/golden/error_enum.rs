#[derive(Debug, thiserror::Error, IpcError)]
enum FetchError {
    /// There is no such item.
    #[error("no item {id}")]
    NotFound { id: u64 },
    #[error("{0} is not {1}")]
    Mismatch(u8, String),
    #[error("the store is unavailable")]
    #[ipc(internal)]
    Store(#[from] std::io::Error),
    #[error(transparent)]
    #[ipc(transparent)]
    Disk(#[from] DiskFull),
    #[error("cancelled")]
    #[ipc(code = "STOPPED")]
    Cancelled(#[ipc(skip)] Option<Instant>),
}
