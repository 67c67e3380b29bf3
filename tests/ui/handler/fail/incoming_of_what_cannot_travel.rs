use ipc_bridge::prelude::*;

struct Chunk;

#[handler("data:put")]
async fn put(chunks: Incoming<Chunk>) {
    drop(chunks);
}

fn main() {}
