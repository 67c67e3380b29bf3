use ipc_bridge::prelude::*;

#[service(prefix = "data", permission = "data")]
trait Data {
    #[handler]
    fn fetch(&self, id: u64) -> u64;

    #[handler(permission = "data:")]
    fn list(&self) -> u64;
}

#[service(prefix = "other", permission = "ipc:use")]
trait Other {
    #[handler]
    fn fetch(&self, id: u64) -> u64;
}

#[service(prefix = "more", permission)]
trait More {
    #[handler]
    fn fetch(&self, id: u64) -> u64;
}

fn main() {}
