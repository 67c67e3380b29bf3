use ipc_bridge::prelude::*;

#[derive(Event)]
#[event("status:changed")]
struct Changed {
    online: bool,
}

fn main() {}
