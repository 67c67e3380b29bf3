use ipc_bridge::prelude::*;

#[derive(serde::Serialize, serde::Deserialize, schemars::JsonSchema, Event)]
#[event("Status:changed", retian, key = "onlin", lag = "drop_oldset")]
struct Changed<T> {
    #[event]
    online: T,
}

fn main() {}
