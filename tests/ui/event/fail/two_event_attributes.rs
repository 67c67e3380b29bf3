use ipc_bridge::prelude::*;

#[derive(serde::Serialize, serde::Deserialize, schemars::JsonSchema, Event)]
#[event("status:changed")]
#[event(retain)]
struct Changed {
    online: bool,
}

fn main() {}
