use ipc_bridge::prelude::*;

use std::borrow::Cow;

#[handler("data:fetch")]
fn fetch(name: Cow<'_, str>) -> usize {
    name.len()
}

fn main() {}
