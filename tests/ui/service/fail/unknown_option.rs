use ipc_bridge::prelude::*;

#[service(prefx = "data", crate = ipc_bridge)]
trait Data {
    #[handler]
    fn fetch(&self, id: u64) -> u64;
}

fn main() {}
