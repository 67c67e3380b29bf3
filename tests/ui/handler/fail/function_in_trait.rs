use ipc_bridge::prelude::*;

trait Store {
    #[handler("data:fetch")]
    fn fetch(&self, id: u64) -> u64;
}

fn main() {}
