use ipc_bridge::prelude::*;

#[service(prefix = "data")]
trait Data {
    #[handler]
    fn fetch(&self, id: u64) -> u64;
    fn helper(&self, #[garde(range(min = 1))] id: u64, #[payload] items: Vec<u64>);
}

fn main() {}
