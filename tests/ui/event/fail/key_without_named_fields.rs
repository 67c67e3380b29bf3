use ipc_bridge::prelude::*;

#[derive(serde::Serialize, serde::Deserialize, schemars::JsonSchema, Event)]
#[event("job:tuple", key = "0")]
struct Tuple(u64);

#[derive(serde::Serialize, serde::Deserialize, schemars::JsonSchema, Event)]
#[event("job:unit", key = "job")]
struct Unit;

#[derive(serde::Serialize, serde::Deserialize, schemars::JsonSchema, Event)]
#[event("job:either", key = "job")]
enum Either {
    Done { job: u64 },
}

fn main() {}
