use ipc_bridge::prelude::*;

#[derive(serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
pub struct Changed {
    online: bool,
}

#[service(prefix = "data", events(Changed))]
pub trait Data {
    #[handler]
    fn fetch(&self, id: u64) -> u64;
}

fn main() {}
