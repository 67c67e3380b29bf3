use ipc_bridge::prelude::*;

#[derive(serde::Serialize, serde::Deserialize, schemars::JsonSchema, Event)]
#[event("job:log", lag = "wait")]
struct Logged {
    line: String,
}

fn publish(publisher: &Publisher) {
    let _ = publisher.publish(&Logged { line: String::new() });
}

fn main() {
    let _ = publish;
}
