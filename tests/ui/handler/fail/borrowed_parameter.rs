use ipc_bridge::prelude::*;

#[handler("data:fetch")]
async fn fetch(name: &str, ids: &[u64], map: &mut Vec<u8>) -> usize {
    name.len() + ids.len() + map.len()
}

fn main() {
    let _ = Router::new().handle::<fetch>();
}
