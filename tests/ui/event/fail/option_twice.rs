use ipc_bridge::prelude::*;

#[derive(serde::Serialize, serde::Deserialize, schemars::JsonSchema, Event)]
#[event("status:changed", retain, retain, lag = "wait", lag = "disconnect", key = "online", key = "online")]
struct Changed {
    online: bool,
}

fn main() {}
