use ipc_bridge::prelude::*;

#[derive(Debug, IpcError)]
enum FetchError {
    NotFound { id: u64 },
}

fn main() {}
