use ipc_bridge::prelude::*;

#[service(prefix = "data")]
trait Data {
    #[handler(blockin)]
    fn fetch(&self, id: u64) -> u64;
    #[handler = "data:all"]
    fn all(&self) -> u64;
}

fn main() {}
