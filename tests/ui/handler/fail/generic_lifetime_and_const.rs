use ipc_bridge::prelude::*;

#[handler("data:fetch")]
fn fetch<'a, const N: usize>(name: &'a str, ids: [u64; N]) -> usize {
    name.len() + ids.len()
}

fn main() {
    let _ = Router::new().handle::<fetch>();
}
