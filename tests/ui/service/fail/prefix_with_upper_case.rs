use ipc_bridge::prelude::*;

#[service(prefix = "Data")]
trait Data {
    #[handler]
    fn fetch(&self, id: u64) -> u64;
}

fn main() {}
