use ipc_bridge::prelude::*;

#[derive(serde::Serialize, schemars::JsonSchema)]
struct Item {
    id: u64,
}

#[service(prefix = "data")]
trait Data {
    #[handler]
    async fn fetch(&self, id: u64) -> Item;
}

fn main() {}
