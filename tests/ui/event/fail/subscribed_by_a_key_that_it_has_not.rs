use ipc_bridge::prelude::*;

#[derive(serde::Serialize, serde::Deserialize, schemars::JsonSchema, Event)]
#[event("job:progress")]
struct Progress {
    job: u64,
}

fn subscribe(router: &Router) {
    let _ = router.subscribe::<Progress>().key(&7_u64);
}

fn main() {
    let _ = subscribe;
}
