use ipc_bridge::prelude::*;

#[derive(serde::Serialize, serde::Deserialize, schemars::JsonSchema, Event)]
#[event("status:changed", key = "to")]
struct Changed<T> {
    to: T,
}

#[derive(serde::Serialize, schemars::JsonSchema, Event)]
#[event("status:borrowed")]
struct Borrowed<'a> {
    to: &'a str,
}

#[derive(serde::Serialize, schemars::JsonSchema, Event)]
#[event("status:counted")]
struct Counted<const N: usize> {
    count: u64,
}

fn main() {
    let _ = Router::new().event::<Changed<u8>>();
}
