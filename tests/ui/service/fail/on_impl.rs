use ipc_bridge::prelude::*;

struct Store;

#[service(prefix = "data")]
impl Store {
    #[handler]
    async fn fetch(&self, #[garde(range(min = 1))] id: u64) -> u64 {
        id
    }
}

fn main() {}
