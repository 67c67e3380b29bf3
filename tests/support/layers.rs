//! Handlers with layers around them, and what these note.

use std::sync::{Arc, Mutex};

use ipc_bridge::layer::{self, CallLayer, CallRequest, Next};
use ipc_bridge::prelude::*;
use ipc_bridge::{Endpoint, Failure, IncomingError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::items;

/// What happened, in its order.
#[derive(Debug, Clone, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<String>>>);

impl Log {
    pub(crate) fn note(&self, what: impl Into<String>) {
        self.0.lock().unwrap().push(what.into());
    }

    pub(crate) fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap())
    }

    /// A layer that notes each request and each response under this name.
    pub(crate) fn layer(&self, name: &'static str) -> impl CallLayer + Clone + use<> {
        let log = self.clone();
        layer::raw(move |request: CallRequest, next: Next| {
            let log = log.clone();
            async move {
                log.note(format!("{name} > {}", request.channel()));
                let response = next.run(request).await;
                log.note(format!("{name} < {}", response.code().unwrap_or("ok")));
                Ok(response)
            }
        })
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Person {
    pub(crate) name: String,
    pub(crate) salary: Option<u32>,
}

#[derive(Debug, PartialEq, thiserror::Error, IpcError)]
pub(crate) enum FindError {
    #[error("nobody is called {name}")]
    Unknown { name: String },
}

#[handler("people:find")]
pub(crate) async fn find(#[garde(length(min = 2))] name: String) -> Result<Person, FindError> {
    if name == "nobody" { Err(FindError::Unknown { name }) } else { Ok(Person { name, salary: Some(1000) }) }
}

#[handler("people:all")]
pub(crate) fn all(count: u32) -> impl Stream<Item = Person> {
    items((0..count).map(|number| Person { name: format!("person {number}"), salary: Some(number) }))
}

#[handler("people:import")]
pub(crate) async fn import(mut people: Incoming<Person>) -> Result<usize, IncomingError> {
    let mut count = 0;
    while let Some(person) = people.next().await {
        person?;
        count += 1;
    }
    Ok(count)
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Event)]
#[event("people:hired", retain)]
pub(crate) struct Hired {
    pub(crate) name: String,
}

pub(crate) fn people() -> Router {
    Router::new().handle::<find>().handle::<all>().handle::<import>().shared_event::<Hired>()
}

pub(crate) async fn serve(place: &Endpoint, router: Router) -> (Server, Client) {
    let server = Server::bind(place).serve(router).await.unwrap();
    (server, Client::connect(place).await.unwrap())
}

pub(crate) fn ann() -> find {
    find { name: "ann".to_owned() }
}

#[track_caller]
pub(crate) fn failure<T, E>(answer: Result<T, InvokeError<E>>) -> Failure {
    match answer {
        Err(InvokeError::Refused(failure)) => failure,
        Ok(_) => panic!("it was answered"),
        Err(_) => panic!("it failed otherwise"),
    }
}
