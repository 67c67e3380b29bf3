use ipc_bridge::prelude::*;

#[service(prefix = "data", permission = "data:read", permission = "data:list")]
trait Data {
    #[handler(permission = "data:a", permission = "data:b")]
    fn fetch(&self, id: u64) -> u64;
}

fn main() {}
