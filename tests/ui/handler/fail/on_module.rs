use ipc_bridge::prelude::*;

#[handler("data:fetch")]
mod data {}

fn main() {}
