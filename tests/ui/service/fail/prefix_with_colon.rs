use ipc_bridge::prelude::*;

#[service(prefix = "data:")]
trait Data {
    #[handler]
    fn fetch(&self, id: u64) -> u64;
}

fn main() {}
