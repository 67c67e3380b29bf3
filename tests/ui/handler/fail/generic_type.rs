use ipc_bridge::prelude::*;

#[handler("data:fetch")]
fn fetch<T: ToString>(id: T) -> String {
    id.to_string()
}

fn main() {
    let _ = Router::new().handle::<fetch>();
}
