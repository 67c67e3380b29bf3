use ipc_bridge::prelude::*;

#[derive(Debug, thiserror::Error, IpcError)]
#[ipc(code = "FETCH")]
enum FetchError {
    #[error("no item {id}")]
    #[ipc(internl)]
    NotFound {
        #[ipc(rename = "number")]
        id: u64,
    },
}

fn main() {}
