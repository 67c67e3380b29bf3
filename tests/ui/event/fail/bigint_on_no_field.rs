use ipc_bridge::prelude::*;

#[derive(serde::Serialize, serde::Deserialize, schemars::JsonSchema, Event)]
#[event("job:progress")]
#[ipc(bigint)]
struct Progress {
    job: u64,
}

#[derive(serde::Serialize, serde::Deserialize, schemars::JsonSchema, Event)]
#[event("job:log")]
enum Logged {
    #[ipc(bigint)]
    Line(u64),
}

fn main() {}
