use ipc_bridge::prelude::*;

#[service(prefix = "data")]
trait Data {
    #[handler]
    async fn fetch(&self, id: u64) -> Result<u64, std::io::Error>;
}

fn main() {}
