use ipc_bridge::prelude::*;

struct Store;

#[handler("data:fetch")]
impl Store {}

fn main() {}
