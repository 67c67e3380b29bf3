use ipc_bridge::prelude::*;

#[handler("data:fetch", permission = "read")]
async fn fetch(id: u64) -> u64 {
    id
}

#[handler("data:list", permission = "data:*")]
async fn list() {}

#[handler("data:drop", permission = "Data:Drop")]
async fn drop() {}

#[handler("data:find", permission = "")]
async fn find() {}

#[handler("data:put", permission = "data::put")]
async fn put() {}

fn main() {
    let _ = fetch { id: 7 };
}
