use ipc_bridge::prelude::*;

#[derive(serde::Serialize, serde::Deserialize, schemars::JsonSchema, Event)]
#[event("job:progress")]
struct Progress {
    #[ipc]
    job: u64,
    #[ipc(bigits)]
    done: u64,
    #[ipc(bigint = true)]
    left: u64,
    #[ipc(bigint, bigint)]
    all: u64,
    #[ipc("bigint")]
    since: u64,
}

fn main() {}
