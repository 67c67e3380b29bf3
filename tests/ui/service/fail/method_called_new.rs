use ipc_bridge::prelude::*;

#[service(prefix = "data")]
trait Data {
    #[handler]
    fn new(&self) -> u64;
}

fn main() {}
