use ipc_bridge::prelude::*;

#[service(prefix = "data")]
trait Data {
    #[handler]
    fn fetch_all(&self) -> u64;
    #[handler]
    fn fetch__all(&self) -> u64;
}

fn main() {}
