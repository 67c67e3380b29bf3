use ipc_bridge::prelude::*;

mod own {
    #[derive(Default)]
    pub struct Incoming(pub u8);
}

#[handler("data:put")]
async fn put(chunks: own::Incoming) -> u8 {
    chunks.0
}

fn main() {}
