//! Nothing that generated code needs is found by its bare name.
#![deny(warnings)]
#![allow(dead_code, unused_imports)]

mod shadowed {
    pub struct Result;
    pub struct Option;
    pub struct String;
    pub struct Vec;
    pub struct Box;
    pub struct Some;
    pub struct None;
    pub struct Ok;
    pub struct Err;
    pub struct Send;
    pub struct Future;
    pub struct Default;
    pub struct Into;
    pub struct From;
    pub struct ToString;
    pub struct Clone;
    pub struct Debug;
    pub struct Display;
    pub mod core {}
    pub mod std {}
    pub mod serde {}
    pub mod schemars {}
    pub mod garde {}
}

use shadowed::*;

#[derive(ipc_bridge::IpcError)]
enum FetchError {
    NotFound { id: ::core::primitive::u64 },
    BadName(::std::string::String),
    #[ipc(internal)]
    Store(::std::io::Error),
}

impl ::core::fmt::Debug for FetchError {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        f.write_str("failed")
    }
}

impl ::core::fmt::Display for FetchError {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        f.write_str("failed")
    }
}

impl ::core::error::Error for FetchError {}

/// Fetches.
#[ipc_bridge::handler("data:fetch")]
async fn fetch(
    store: ipc_bridge::State<::core::primitive::u64>,
    #[garde(range(min = 1), custom(|_: &::core::primitive::u64, _: &()| ::core::result::Result::Ok(())))]
    id: ::core::primitive::u64,
    #[garde(length(min = 1), pattern("^a"), inner(ascii))] name: ::core::option::Option<::std::string::String>,
) -> ::core::result::Result<::core::primitive::u64, FetchError> {
    let _ = name;
    ::core::result::Result::Ok(*store + id)
}

#[ipc_bridge::handler("data:block", blocking)]
fn block(#[payload] ids: ::std::vec::Vec<::core::primitive::u64>) -> ::core::primitive::usize {
    ids.len()
}

#[ipc_bridge::handler("data:talk")]
fn talk(
    items: ipc_bridge::Incoming<::core::primitive::u8>,
) -> impl ipc_bridge::Stream<Item = ::core::result::Result<::core::primitive::u8, ipc_bridge::IncomingError>> {
    items
}

#[ipc_bridge::handler("data:open", timeout = "1s")]
async fn open(
    items: ipc_bridge::Incoming<::core::primitive::u8>,
) -> ::core::result::Result<
    impl ipc_bridge::Stream<Item = ::core::result::Result<::core::primitive::u8, ipc_bridge::IncomingError>>,
    ipc_bridge::IncomingError,
> {
    ::core::result::Result::Ok(items)
}

fn main() {
    let _ = ipc_bridge::Router::new().handle::<fetch>().handle::<block>().handle::<talk>().handle::<open>();
}
