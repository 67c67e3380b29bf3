use ipc_bridge::Contract;
use ipc_bridge::prelude::*;

#[service(prefix = "data")]
pub trait Data {
    #[handler]
    fn size(&self) -> u64;
}

fn main() {
    let _contract = Contract::new().service::<DataServer<u8>>();
}
