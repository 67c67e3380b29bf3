//! Channels without a function: requests and handlers as the macro writes them, never called.

use std::convert::Infallible;
use std::future::pending;

use ipc_core::__private::{Answer, later};
use ipc_core::{Context, Failure, Handler, HandlerDoc, HandlerItem, Issues, Once, Request, Requirements};
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// `channel!("data:fetch" fetch { id: u64 } -> Item | FetchError; "Its doc comment.")`, or with a payload that is the
/// whole request: `channel!("data:save" save(Item) -> ())`.
macro_rules! channel {
    ($channel:literal $name:ident { $($(#[$attribute:meta])* $field:ident: $type:ty),* } $($rest:tt)*) => {
        #[derive(serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
        #[serde(deny_unknown_fields)]
        pub(crate) struct $name { $($(#[$attribute])* $field: $type),* }
        channel!(@handler $channel $name $($rest)*);
    };
    ($channel:literal $name:ident($payload:ty) $($rest:tt)*) => {
        #[derive(serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
        #[serde(transparent)]
        pub(crate) struct $name { payload: $payload }
        channel!(@handler $channel $name $($rest)*);
    };
    (@handler $channel:literal $name:ident -> $response:ty $(; $doc:literal $($deprecated:literal)?)?) => {
        channel!(@handler $channel $name -> $response | std::convert::Infallible $(; $doc $($deprecated)?)?);
    };
    (@handler $channel:literal $name:ident -> $response:ty | $error:ty $(; $doc:literal $($deprecated:literal)?)?) => {
        impl ipc_core::Request for $name {
            const CHANNEL: &'static str = $channel;
            type Response = $response;
            type Error = $error;
        }
        impl ipc_core::Handler for $name {
            const ITEM: ipc_core::HandlerItem =
                ipc_core::HandlerItem::new(concat!(module_path!(), "::", stringify!($name)), file!(), line!());
            const DOC: ipc_core::HandlerDoc = ipc_core::HandlerDoc::new(
                concat!("" $(, $doc)?),
                { let notes: &[&'static str] = &[$($($deprecated)?)?]; notes.first().copied() },
            );
            fn requirements(_: &mut ipc_core::Requirements) {}
            fn validate(&self, _: &mut ipc_core::Issues) {}
            type Output = ipc_core::Once<Self>;
            fn call(
                self,
                (): &(),
                _: &ipc_core::Context,
            ) -> Result<impl ipc_core::__private::Answer<Self::Output> + use<>, ipc_core::Failure> {
                Ok(ipc_core::__private::later(std::future::pending()))
            }
        }
    };
}

// The request whose payload and response are a `T`, on the channel `test:echo`. (To schemars, a type with a doc comment is
// not transparent.)
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub(crate) struct Echo<T>(T);

impl<T> Request for Echo<T> {
    const CHANNEL: &'static str = "test:echo";
    type Response = T;
    type Error = Infallible;
}

impl<T: Serialize + DeserializeOwned + JsonSchema + Send + 'static> Handler for Echo<T> {
    const ITEM: HandlerItem = HandlerItem::new("echo", file!(), line!());
    const DOC: HandlerDoc = HandlerDoc::new("", None);
    fn requirements(_: &mut Requirements) {}
    fn validate(&self, _: &mut Issues) {}
    type Output = Once<Self>;
    fn call(self, (): &(), _: &Context) -> Result<impl Answer<Self::Output> + use<T>, Failure> {
        Ok(later(pending()))
    }
}

/// An error with these codes: `error!(FetchError { "NOT_FOUND" "Its doc comment.": Details })`.
macro_rules! error {
    ($name:ident { $($code:literal $doc:literal $(: $details:ty)?),* $(,)? }) => {
        #[derive(Debug)]
        pub(crate) struct $name;
        impl ipc_core::IpcError for $name {
            fn to_failure(&self) -> ipc_core::Failure {
                ipc_core::Failure::internal("never made")
            }
            fn from_failure(_: &ipc_core::Failure) -> Option<Self> {
                None
            }
            fn describe(_generator: &mut schemars::SchemaGenerator) -> Vec<ipc_core::ErrorDescription> {
                vec![$(ipc_core::ErrorDescription {
                    code: $code,
                    doc: $doc,
                    details: Vec::<schemars::Schema>::from([$(_generator.subschema_for::<$details>())?]).pop(),
                }),*]
            }
        }
    };
}
