use ipc_bridge::prelude::*;

#[handler("data:fetch")]
fn fetch() -> impl ToString {
    7
}

fn main() {
    let _ = Router::new().handle::<fetch>();
}
