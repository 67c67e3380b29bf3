use ipc_bridge::prelude::*;

#[derive(serde::Serialize, serde::Deserialize, schemars::JsonSchema, Event)]
#[event = "status:changed"]
struct Changed {
    online: bool,
}

#[derive(serde::Serialize, serde::Deserialize, schemars::JsonSchema, Event)]
#[event]
struct Bare {
    online: bool,
}

fn main() {}
