use ipc_bridge::prelude::*;

#[handler("data:fetch")]
fn fetch() -> &'static str {
    "item"
}

fn main() {
    let _ = Router::new().handle::<fetch>();
}
