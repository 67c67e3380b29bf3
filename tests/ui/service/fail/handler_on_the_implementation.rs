use ipc_bridge::prelude::*;

#[service(prefix = "data")]
trait Data {
    #[handler]
    fn fetch(&self, id: u64) -> u64;
}

struct Store;

impl Data for Store {
    #[handler]
    fn fetch(&self, id: u64) -> u64 {
        id
    }
}

fn main() {}
