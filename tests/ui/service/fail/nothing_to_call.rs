use ipc_bridge::prelude::*;

#[service(prefix = "data")]
trait Data {
    fn fetch(&self, id: u64) -> u64;
}

fn main() {}
