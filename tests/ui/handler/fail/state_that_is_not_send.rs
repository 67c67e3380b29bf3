use ipc_bridge::prelude::*;

use std::rc::Rc;

#[handler("data:fetch")]
fn fetch(store: State<Rc<u64>>) -> u64 {
    **store
}

fn main() {}
