use ipc_bridge::prelude::*;

use std::rc::Rc;

#[service(prefix = "data")]
trait Data {
    #[handler]
    async fn load(&self, id: u64) -> u64 {
        let shared = Rc::new(id);
        std::future::ready(()).await;
        *shared
    }
}

fn main() {}
