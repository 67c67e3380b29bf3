use ipc_bridge::prelude::*;

#[derive(serde::Serialize, serde::Deserialize, schemars::JsonSchema, Event)]
#[event("status:changed", lag = "keep_last")]
struct Changed {
    online: bool,
}

#[derive(serde::Serialize, serde::Deserialize, schemars::JsonSchema, Event)]
#[event("status:other", lag = "faster")]
struct Other {
    online: bool,
}

fn main() {}
