use ipc_bridge::prelude::*;

#[derive(serde::Serialize, serde::Deserialize, schemars::JsonSchema, Event)]
#[event("status:changed", permission = "status", publish_permission = "status:*")]
struct Changed {
    online: bool,
}

#[derive(serde::Serialize, serde::Deserialize, schemars::JsonSchema, Event)]
#[event("status:lost", permission, publish_permission = 7)]
struct Lost {
    online: bool,
}

fn main() {}
