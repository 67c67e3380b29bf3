use ipc_bridge::prelude::*;

#[derive(serde::Serialize, serde::Deserialize, schemars::JsonSchema, Event)]
#[event("Status:changed")]
struct Changed {
    online: bool,
}

#[derive(serde::Serialize, serde::Deserialize, schemars::JsonSchema, Event)]
#[event("changed")]
struct Nameless {
    online: bool,
}

#[derive(serde::Serialize, serde::Deserialize, schemars::JsonSchema, Event)]
#[event('c')]
struct Letter {
    online: bool,
}

fn main() {}
