use ipc_bridge::prelude::*;

struct Store;

#[service(prefix = "data")]
impl Store {
    fn fetch(&self, id: u64) -> u64 {
        id
    }
}

fn main() {}
