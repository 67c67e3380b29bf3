use ipc_bridge::prelude::*;

#[derive(Debug, IpcError)]
enum FetchError {
    #[ipc(internal)]
    Store(std::io::Error),
}

impl std::fmt::Display for FetchError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("failed")
    }
}

fn main() {}
