//! The framework, used as an application uses it.
#![allow(missing_docs, non_camel_case_types, clippy::all, missing_debug_implementations, reason = "scratch")]
use crate::{Caller, Echo, Item};
use anyhow::Result;
use ipc_bridge::prelude::*;
use ipc_bridge::*;
use std::convert::Infallible;

macro_rules! h {
    ($n:ident, $c:literal, $t:ty) => {
        #[derive(serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
        #[serde(transparent)]
        pub struct $n {
            item: $t,
        }
        impl Request for $n {
            const CHANNEL: &'static str = $c;
            type Response = $t;
            type Error = Infallible;
        }
        impl Handler for $n {
            const ITEM: HandlerItem = HandlerItem::new(stringify!($n), file!(), line!());
            const DOC: HandlerDoc = HandlerDoc::new("", None);
            fn requirements(_: &mut Requirements) {}
            fn validate(&self, _: &mut Issues) {}
            fn call(
                self,
                _: &Context,
            ) -> Result<
                __private::Answer<impl Future<Output = Result<Self::Response, Self::Error>> + Send + 'static + use<>>,
                Failure,
            > {
                Ok(__private::now(Ok(self.item)))
            }
        }
    };
}
h!(echo, "bench:echo", Item);
h!(echo_text, "bench:echo_text", String);

/// IPC Bridge itself.
#[derive(Debug)]
pub enum Framework {}

impl Echo for Framework {
    type Server = Server;
    type Client = Client;

    async fn serve(endpoint: &str) -> Result<Server> {
        Ok(Server::bind(endpoint).serve(Router::new().handle::<echo>().handle::<echo_text>()).await?)
    }

    async fn connect(endpoint: &str) -> Result<Client> {
        Ok(Client::connect(endpoint).await?)
    }
}

impl Caller for Client {
    async fn echo(&self, item: Item) -> Result<Item> {
        Ok(self.invoke(echo { item }).await?)
    }

    async fn echo_text(&self, text: String) -> Result<String> {
        Ok(self.invoke(echo_text { item: text }).await?)
    }
}
