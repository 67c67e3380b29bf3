use ipc_bridge::prelude::*;

#[derive(serde::Serialize, serde::Deserialize, schemars::JsonSchema, Event)]
#[event("job:progress")]
struct Progress {
    #[event(key)]
    job: u64,
}

#[derive(serde::Serialize, serde::Deserialize, schemars::JsonSchema, Event)]
#[event("job:either")]
enum Either {
    #[event("job:done")]
    Done {
        #[event(key)]
        job: u64,
    },
}

fn main() {}
