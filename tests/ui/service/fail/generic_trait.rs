use ipc_bridge::prelude::*;

#[service(prefix = "data")]
trait Data<'a, T: Clone, const N: usize> {
    #[handler]
    fn fetch(&self, id: T) -> u64;
}

struct Store;

impl Data<'_, u64, 3> for Store {
    fn fetch(&self, id: u64) -> u64 {
        id
    }
}

fn main() {
    let _ = Router::new().service(DataServer::new(Store));
}
