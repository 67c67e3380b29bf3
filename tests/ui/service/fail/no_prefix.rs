use ipc_bridge::prelude::*;

#[service]
trait Data {
    #[handler]
    fn fetch(&self, id: u64) -> u64;
    #[handler("data:all")]
    fn all(&self) -> Vec<u64>;
}

fn main() {}
