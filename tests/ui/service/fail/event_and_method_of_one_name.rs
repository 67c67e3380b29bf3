use ipc_bridge::prelude::*;

#[derive(serde::Serialize, serde::Deserialize, schemars::JsonSchema, Event)]
#[event("status:changed")]
pub struct StatusChanged {
    online: bool,
}

#[service(prefix = "data", events(StatusChanged))]
pub trait Data {
    #[handler]
    fn subscribe_status_changed(&self, id: u64) -> u64;
}

fn main() {}
