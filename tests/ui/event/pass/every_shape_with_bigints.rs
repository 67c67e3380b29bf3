//! Events of every shape, whose integers are exact.
#![deny(warnings)]

use ipc_bridge::prelude::*;

#[derive(Debug, PartialEq, serde::Serialize, serde::Deserialize, schemars::JsonSchema, Event)]
#[event("job:progress", key = "type", retain, lag = "keep_latest")]
#[serde(rename_all = "camelCase")]
pub struct Progress {
    #[ipc(bigint)]
    r#type: u64,
    #[ipc(bigint)]
    pub bytes_done: Option<u64>,
    #[serde(default)]
    plain: u64,
}

#[derive(Debug, PartialEq, serde::Serialize, serde::Deserialize, schemars::JsonSchema, garde::Validate, Event)]
#[event("chat:said", lag = "disconnect", crate = ipc_bridge)]
enum Said {
    Number(
        #[ipc(bigint)]
        #[garde(range(min = 1))]
        u64,
    ),
    Pair(#[garde(skip)] u64, #[garde(skip)] #[ipc(bigint)] u64),
    #[deprecated]
    Fields {
        #[ipc(bigint)]
        #[garde(skip)]
        id: u64,
    },
    Nothing,
}

#[derive(serde::Serialize, serde::Deserialize, schemars::JsonSchema, Event)]
#[event("a:tuple", lag = "wait")]
struct Tuple(#[ipc(bigint)] u64, u8);

#[derive(serde::Serialize, serde::Deserialize, schemars::JsonSchema, Event)]
#[event("a:newtype")]
struct Newtype(#[ipc(bigint)] u64);

fn main() {
    let router = Router::new().event::<Progress>().event::<Said>().event::<Tuple>().event::<Newtype>();
    let described = router.description().unwrap();
    let written = serde_json::to_string(&described).unwrap();
    assert_eq!(written.matches("x-ipc-bigint").count(), 8, "{written}");
}
