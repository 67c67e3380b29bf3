use ipc_bridge::prelude::*;

#[derive(serde::Serialize, serde::Deserialize, schemars::JsonSchema, Event)]
#[event("job:progress")]
struct Progress {
    #[ipc(bigint)]
    #[serde(skip)]
    job: u64,
}

#[derive(serde::Serialize, serde::Deserialize, schemars::JsonSchema, Event)]
#[event("job:log")]
enum Logged {
    Line,
    #[serde(skip_serializing)]
    Number(#[ipc(bigint)] u64),
}

fn main() {}
