use ipc_bridge::prelude::*;

#[service(prefix = "data")]
trait Data {
    #[handler(blocking)]
    async fn fetch(&self, id: u64) -> u64;
}

fn main() {}
