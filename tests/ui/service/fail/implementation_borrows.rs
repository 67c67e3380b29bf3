use ipc_bridge::prelude::*;

#[service(prefix = "data")]
trait Data {
    #[handler]
    fn fetch(&self, id: u64) -> u64;
}

struct Store<'a>(&'a u64);

impl Data for Store<'_> {
    fn fetch(&self, id: u64) -> u64 {
        *self.0 + id
    }
}

fn main() {}
