use ipc_bridge::prelude::*;

#[service(prefix = "user")]
pub trait User {
    #[handler]
    fn login(&self, #[ipc(sensitive)] peer: Peer, #[ipc(sensitive = "yes")] password: String) -> bool;
}

fn main() {}
