use ipc_bridge::prelude::*;

#[derive(Debug, thiserror::Error, IpcError)]
enum FetchError {
    #[error("no item")]
    NotFound {
        #[ipc(skip)]
        id: Id,
    },
}

#[derive(Debug)]
struct Id;

fn main() {}
