use ipc_bridge::prelude::*;

#[handler("data:fetch")]
fn fetch(name: impl ToString) -> String {
    name.to_string()
}

fn main() {
    let _ = Router::new().handle::<fetch>();
}
