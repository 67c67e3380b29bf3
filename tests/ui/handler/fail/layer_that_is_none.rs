use ipc_bridge::prelude::*;

struct Audit;

#[handler("data:fetch")]
fn fetch(id: u64) -> u64 {
    id
}

fn main() {
    let _ = Router::new().handle::<fetch>().layer(Audit);
    let _ = Router::new().handle_with::<fetch, _>(Audit);
}
