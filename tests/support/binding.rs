//! Servers that are bound to learn whether they can be, and whether they answer then.

use ipc_bridge::{BindError, Client, Endpoint, ServeError, Server};

use super::gate::{Gate, echo, router};

pub(crate) async fn bind(place: impl Into<Endpoint>) -> Result<Server, BindError> {
    match Server::bind(place).serve(router(&Gate::new())).await {
        Ok(server) => Ok(server),
        Err(ServeError::Bind(error)) => Err(error),
        Err(other) => panic!("{other}"),
    }
}

pub(crate) async fn answers(place: impl Into<Endpoint>) -> bool {
    let client = Client::connect(place).await.unwrap();
    client.invoke(echo { text: "?".to_owned() }).await.unwrap() == "?"
}
