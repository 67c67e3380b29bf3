use ipc_bridge::prelude::*;

#[derive(serde::Serialize, serde::Deserialize, schemars::JsonSchema, Event)]
#[event("data:changed")]
struct Changed {
    id: u64,
}

#[service(prefix = "data", permission = "data:read", events(Changed))]
trait Data {}

fn main() {}
