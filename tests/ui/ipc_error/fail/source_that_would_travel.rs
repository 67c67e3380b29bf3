use ipc_bridge::prelude::*;

#[derive(Debug, thiserror::Error, IpcError)]
enum FetchError {
    #[error("the store is unavailable")]
    Store(#[from] std::io::Error),
    #[error("the cache is unavailable")]
    Cache {
        #[source]
        why: std::io::Error,
    },
}

fn main() {}
