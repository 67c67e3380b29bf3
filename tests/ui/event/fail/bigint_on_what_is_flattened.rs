use ipc_bridge::prelude::*;

#[derive(serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
struct Place {
    line: u64,
}

#[derive(serde::Serialize, serde::Deserialize, schemars::JsonSchema, Event)]
#[event("job:progress")]
struct Progress {
    job: u64,
    #[ipc(bigint)]
    #[serde(flatten)]
    place: Place,
}

fn main() {}
