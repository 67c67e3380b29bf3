use ipc_bridge::prelude::*;

#[service(prefix = "data")]
trait Data {
    #[handler]
    fn none(id: u64) -> u64;
    #[handler]
    fn exclusive(&mut self, id: u64) -> u64;
    #[handler]
    fn owned(self, id: u64) -> u64;
    #[handler]
    async fn shared(self: std::sync::Arc<Self>, id: u64) -> u64;
}

fn main() {}
