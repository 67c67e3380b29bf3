use ipc_bridge::prelude::*;

#[derive(serde::Serialize, serde::Deserialize, schemars::JsonSchema, Event)]
#[event("job:progress")]
struct Progress {
    #[ipc(bigint)]
    job: u64,
}

fn main() {}
