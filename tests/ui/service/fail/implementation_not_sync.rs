use ipc_bridge::prelude::*;

#[service(prefix = "data")]
trait Data {
    #[handler]
    fn fetch(&self, id: u64) -> u64;
}

struct Store(std::cell::Cell<u64>);

impl Data for Store {
    fn fetch(&self, id: u64) -> u64 {
        self.0.replace(id)
    }
}

fn main() {
    let _ = Router::new().service(DataServer::new(Store(Default::default())));
}
