use ipc_bridge::prelude::*;

struct Store;

impl Store {
    #[handler("data:fetch")]
    fn fetch(&self, id: u64) -> u64 {
        id
    }
}

fn main() {}
