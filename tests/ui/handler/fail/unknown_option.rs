use ipc_bridge::prelude::*;

#[handler("data:fetch", retries = 3)]
fn fetch(id: u64) -> u64 {
    id
}

fn main() {
    let _ = async { Router::new().handle::<fetch>().invoke(fetch { id: 7 }).await.unwrap() + 1 };
}
