use ipc_bridge::prelude::*;

#[service(prefix = "data")]
trait Data {
    #[handler]
    async fn fetch(&self, name: &str) -> Vec<&str>;
}

fn main() {}
