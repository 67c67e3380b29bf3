use ipc_bridge::Stream;
use ipc_bridge::prelude::*;

#[derive(serde::Serialize, schemars::JsonSchema)]
struct Item {
    id: u64,
}

#[service(prefix = "data")]
trait Data {
    #[handler]
    fn tail(&self, path: String) -> impl Stream<Item = Item> + Send;
}

fn main() {}
