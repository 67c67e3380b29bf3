use ipc_bridge::prelude::*;

#[handler("data:fetch", blocking)]
async fn fetch(id: u64) -> u64 {
    id
}

fn main() {}
