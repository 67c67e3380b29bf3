//! The framework, used as an application uses it.

use anyhow::Result;
use ipc_bridge::prelude::*;

use crate::{Caller, Echo, Item};

#[handler("bench:echo")]
fn echo(#[payload] item: Item) -> Item {
    item
}

#[handler("bench:echo_text")]
fn echo_text(#[payload] text: String) -> String {
    text
}

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
        Ok(self.invoke(echo_text { text }).await?)
    }
}
