use ipc_bridge::prelude::*;

#[derive(serde::Serialize, serde::Deserialize, schemars::JsonSchema, Event)]
#[event("status:changed")]
pub struct Changed {
    online: bool,
}

mod other {
    pub use super::Changed;
}

#[service(prefix = "data", events(Changed, Changed), shared_events(Changed, other::Changed))]
pub trait Data {
    #[handler]
    fn fetch(&self, id: u64) -> u64;
}

#[service(prefix = "more", events(Changed), events(other::Changed))]
pub trait More {
    #[handler]
    fn fetch(&self, id: u64) -> u64;
}

fn main() {}
