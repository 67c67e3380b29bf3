use ipc_bridge::prelude::*;

#[handler("data:fetch", permission)]
async fn fetch(id: u64) -> u64 {
    id
}

#[handler("data:list", permission = data::read)]
async fn list() {}

#[handler("data:drop", permission("data:read"))]
async fn drop() {}

fn main() {
    let _ = fetch { id: 7 };
}
