use ipc_bridge::prelude::*;

struct Job;

#[derive(serde::Serialize, schemars::JsonSchema, Event)]
#[event("job:progress", key = "job")]
struct Progress {
    #[serde(skip)]
    job: Job,
    done: u64,
}

fn main() {}
