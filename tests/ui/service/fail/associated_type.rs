use ipc_bridge::prelude::*;

#[service(prefix = "data")]
trait Data {
    type Item;
    const LEAST: u64;

    #[handler]
    async fn fetch(&self, #[garde(range(min = Self::LEAST))] id: u64) -> Result<Self::Item, Failed>;
    #[handler]
    fn put(&self, item: Option<<Self as Data>::Item>) -> u64;
}

#[derive(Debug, thiserror::Error, IpcError)]
#[error("failed")]
struct Failed;

fn main() {}
