use ipc_bridge::prelude::*;

#[derive(serde::Serialize, serde::Deserialize, schemars::JsonSchema, Event)]
#[event("job:progress", key = "jop")]
struct Progress {
    job: u64,
    done: u64,
}

fn main() {}
