//! Nothing that generated code needs is found by its bare name.
#![deny(warnings)]
#![allow(dead_code, unused_imports)]

mod shadowed {
    pub struct Result;
    pub struct Option;
    pub struct String;
    pub struct Vec;
    pub struct Box;
    pub struct Arc;
    pub struct Some;
    pub struct None;
    pub struct Ok;
    pub struct Err;
    pub struct Send;
    pub struct Sync;
    pub struct Future;
    pub struct Clone;
    pub struct Debug;
    pub struct Router;
    pub struct Service;
    pub mod core {}
    pub mod std {}
    pub mod serde {}
    pub mod schemars {}
}

use shadowed::*;

#[derive(ipc_bridge::__private::serde::Serialize, ipc_bridge::__private::serde::Deserialize)]
#[derive(ipc_bridge::schemars::JsonSchema, ipc_bridge::Event)]
#[serde(crate = "ipc_bridge::__private::serde")]
#[schemars(crate = "ipc_bridge::schemars")]
#[event("job:progress", retain, key = "job", lag = "keep_latest")]
struct Progress {
    job: ::core::primitive::u64,
}

/// Fetches.
#[ipc_bridge::service(prefix = "data", events(Progress))]
trait Data {
    /// Fetches.
    #[ipc_bridge::handler]
    async fn fetch(&self, #[garde(range(min = 1))] id: ::core::primitive::u64) -> ::core::primitive::u64;
    #[handler(blocking)]
    fn block(&self, store: ipc_bridge::State<::core::primitive::u64>) -> ::core::primitive::u64 {
        *store
    }
    #[handler]
    fn echo(
        &self,
        items: ipc_bridge::Incoming<::core::primitive::u8>,
    ) -> impl ipc_bridge::Stream<Item = ::core::result::Result<::core::primitive::u8, ipc_bridge::IncomingError>> {
        items
    }
    #[handler]
    async fn open(
        &self,
        items: ipc_bridge::Incoming<::core::primitive::u8>,
    ) -> ::core::result::Result<
        impl ipc_bridge::Stream<Item = ::core::result::Result<::core::primitive::u8, ipc_bridge::IncomingError>>,
        ipc_bridge::IncomingError,
    > {
        ::core::result::Result::Ok(items)
    }
}

struct Store;

impl Data for Store {
    async fn fetch(&self, id: ::core::primitive::u64) -> ::core::primitive::u64 {
        id
    }
}

fn main() {
    let router = ipc_bridge::Router::new().service(DataServer::new(Store));
    let _ = DataClient::new(router).fetch(7);
}
