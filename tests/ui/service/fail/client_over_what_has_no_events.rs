use ipc_bridge::prelude::*;

#[derive(serde::Serialize, serde::Deserialize, schemars::JsonSchema, Event)]
#[event("status:changed")]
pub struct Changed {
    online: bool,
}

#[service(prefix = "data", events(Changed))]
pub trait Data {}

fn main() {
    let _ = DataClient::new(7);
}
