use ipc_bridge::prelude::*;

#[service(prefix = "data")]
trait Data {
    #[handler]
    fn later(&self) -> impl Future<Output = u8> + Send;
}

fn main() {}
