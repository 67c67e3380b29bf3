use ipc_bridge::prelude::*;

#[service("data")]
trait Data {
    #[handler]
    fn fetch(&self, id: u64) -> u64;
}

fn main() {}
