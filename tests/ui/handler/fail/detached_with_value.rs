use ipc_bridge::prelude::*;

#[handler("data:fetch", detached = true)]
async fn fetch(id: u64) -> u64 {
    id
}

#[handler("data:store", detached, detached)]
async fn store(id: u64) -> u64 {
    id
}

fn main() {}
