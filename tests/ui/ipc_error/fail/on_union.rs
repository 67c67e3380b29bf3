use ipc_bridge::prelude::*;

#[derive(IpcError)]
union FetchError {
    id: u64,
}

fn main() {}
