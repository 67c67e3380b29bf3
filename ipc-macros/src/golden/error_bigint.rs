#[derive(Debug, thiserror::Error, IpcError)]
enum NextError {
    #[error("nothing follows {number}")]
    Last {
        #[ipc(bigint)]
        number: u64,
        step: u64,
    },
    #[error("{0} is not {1}")]
    Mismatch(u8, #[ipc(bigint)] u64),
}
