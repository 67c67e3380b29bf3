use ipc_bridge::prelude::*;

#[derive(serde::Serialize, serde::Deserialize, schemars::JsonSchema, Event)]
#[event("status:changed", retian, once = true)]
struct Changed {
    online: bool,
}

fn main() {}
