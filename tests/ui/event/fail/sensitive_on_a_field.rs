use ipc_bridge::prelude::*;

#[derive(serde::Serialize, serde::Deserialize, schemars::JsonSchema, Event)]
#[event("user:joined")]
struct Joined {
    name: String,
    #[ipc(sensitive)]
    token: String,
}

fn main() {}
