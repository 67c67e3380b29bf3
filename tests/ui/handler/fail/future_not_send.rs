use ipc_bridge::prelude::*;

use std::rc::Rc;

#[handler("data:fetch")]
async fn fetch(id: u64) -> u64 {
    let shared = Rc::new(id);
    std::future::ready(()).await;
    *shared
}

fn main() {
    let _ = Router::new().handle::<fetch>();
}
