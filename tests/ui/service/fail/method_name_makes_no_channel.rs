use ipc_bridge::prelude::*;

#[service(prefix = "data")]
#[allow(non_snake_case)]
trait Data {
    #[handler]
    fn fetchAll(&self) -> u64;
}

fn main() {}
