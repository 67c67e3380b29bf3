use ipc_bridge::prelude::*;

#[derive(serde::Serialize, serde::Deserialize, schemars::JsonSchema, Event)]
#[event("status:changed")]
struct Changed {
    #[serde(skip)]
    seen: std::cell::Cell<bool>,
}

fn main() {}
