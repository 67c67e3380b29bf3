use ipc_bridge::prelude::*;

#[derive(serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
struct Changed {
    online: bool,
}

fn main() {
    let _ = Router::new().event::<Changed>();
}
