use ipc_bridge::prelude::*;

#[service(prefix = "data")]
trait Data {
    #[handler]
    fn fetch<T: Clone>(&self, id: T) -> Option<T>;
    #[handler]
    async fn named(&self, name: impl Into<String>) -> u64;
}

fn main() {}
