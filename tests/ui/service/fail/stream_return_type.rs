use ipc_bridge::prelude::*;

trait Stream {
    type Item;
}

#[service(prefix = "data")]
trait Data {
    #[handler]
    fn tail(&self, path: String) -> impl Stream<Item = u8> + Send;
    #[handler]
    fn later(&self) -> impl Future<Output = u8> + Send;
}

fn main() {}
