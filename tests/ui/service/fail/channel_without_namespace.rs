use ipc_bridge::prelude::*;

#[service(prefix = "data")]
trait Data {
    #[handler("all")]
    fn all(&self) -> u64;
}

fn main() {}
