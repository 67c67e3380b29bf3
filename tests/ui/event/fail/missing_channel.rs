use ipc_bridge::prelude::*;

#[derive(serde::Serialize, serde::Deserialize, schemars::JsonSchema, Event)]
struct Changed {
    online: bool,
}

#[derive(serde::Serialize, serde::Deserialize, schemars::JsonSchema, Event)]
#[event(retain)]
struct Retained {
    online: bool,
}

fn main() {
    let _ = Router::new().event::<Changed>().event::<Retained>();
}
