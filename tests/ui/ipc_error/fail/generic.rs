use ipc_bridge::prelude::*;

#[derive(Debug, thiserror::Error, IpcError)]
#[error("no item")]
struct NotFound<T: std::fmt::Debug> {
    id: T,
}

fn main() {}
