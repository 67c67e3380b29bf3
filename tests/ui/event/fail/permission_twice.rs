use ipc_bridge::prelude::*;

#[derive(serde::Serialize, serde::Deserialize, schemars::JsonSchema, Event)]
#[event(
    "status:changed",
    permission = "status:read",
    permission = "status:watch",
    publish_permission = "status:write",
    publish_permission = "status:set"
)]
struct Changed {
    online: bool,
}

fn main() {}
