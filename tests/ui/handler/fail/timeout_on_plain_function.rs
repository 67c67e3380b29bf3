use ipc_bridge::prelude::*;

#[handler("data:fetch", timeout = "2s")]
fn fetch(id: u64) -> u64 {
    id
}

fn main() {
    let _ = fetch { id: 7 };
}
