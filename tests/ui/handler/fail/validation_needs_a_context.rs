use ipc_bridge::prelude::*;

use ipc_bridge::schemars::JsonSchema;
use serde::{Deserialize, Serialize};

struct Limit(usize);

#[derive(Serialize, Deserialize, JsonSchema, garde::Validate)]
#[garde(context(Limit))]
struct Name(#[garde(custom(short))] String);

fn short(name: &String, limit: &Limit) -> garde::Result {
    if name.len() > limit.0 { Err(garde::Error::new("too long")) } else { Ok(()) }
}

#[handler("data:fetch")]
fn fetch(name: Name) -> usize {
    name.0.len()
}

fn main() {}
