use ipc_bridge::prelude::*;

#[derive(Debug, thiserror::Error, IpcError)]
enum FetchError {
    #[error("no item {id}")]
    NotFound {
        #[ipc(bigint)]
        id: u64,
    },
    #[error("{0}, {1:?}")]
    Mismatch(u8, #[ipc(bigint)] Option<i64>),
    #[error("{0}")]
    Only(#[ipc(bigint)] u64),
}

#[handler("data:fetch")]
fn fetch(#[ipc(bigint)] id: u64, #[ipc(bigint, sensitive)] others: Vec<i64>) -> Result<u64, FetchError> {
    if others.is_empty() { Err(FetchError::NotFound { id }) } else { Ok(id) }
}

#[handler("data:all")]
fn all(#[payload] #[ipc(bigint)] ids: Vec<u64>) -> u64 {
    ids.into_iter().sum()
}

fn main() {
    drop(Router::new().handle::<fetch>().handle::<all>());
}
