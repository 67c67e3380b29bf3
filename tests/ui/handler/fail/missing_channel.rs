use ipc_bridge::prelude::*;

#[handler]
async fn fetch(id: u64) -> u64 {
    id
}

fn main() {
    let _ = Router::new().handle::<fetch>();
    let _ = fetch { id: 7 };
}
