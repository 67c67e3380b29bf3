use ipc_bridge::prelude::*;

#[handler("data:fetch", permission = "data:read", permission = "data:list")]
async fn fetch(id: u64) -> u64 {
    id
}

fn main() {
    let _ = fetch { id: 7 };
}
