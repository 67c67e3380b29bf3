use ipc_bridge::prelude::*;

#[derive(Event)]
#[event("status:changed")]
union Either {
    left: u8,
    right: u8,
}

fn main() {}
