use ipc_bridge::prelude::*;

#[handler("data:fetch")]
fn fetch(#[garde(range(min = 1))] id: String) -> String {
    id
}

fn main() {}
