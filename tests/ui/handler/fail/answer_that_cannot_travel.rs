use ipc_bridge::prelude::*;

struct Item;

#[handler("data:fetch")]
async fn fetch(id: u64) -> Item {
    let _ = id;
    Item
}

fn main() {}
