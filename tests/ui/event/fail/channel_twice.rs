use ipc_bridge::prelude::*;

#[derive(serde::Serialize, serde::Deserialize, schemars::JsonSchema, Event)]
#[event("status:changed", "status:other")]
struct Changed {
    online: bool,
}

fn main() {}
