use ipc_bridge::prelude::*;

#[handler("data:fetch", timeout = "soon")]
async fn fetch(id: u64) -> u64 {
    id
}

#[handler("data:list", timeout = 2)]
async fn list() {}

#[handler("data:drop", timeout = "0s")]
async fn drop() {}

#[handler("data:find", timeout)]
async fn find() {}

#[handler("data:wait", timeout = "99999999999999999999s")]
async fn wait() {}

fn main() {
    let _ = fetch { id: 7 };
}
