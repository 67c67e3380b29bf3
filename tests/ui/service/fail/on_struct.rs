use ipc_bridge::prelude::*;

#[service(prefix = "data")]
struct Store;

fn main() {}
