//! What goes wrong inside a process stays there: the client learns `INTERNAL` and an id, the log learns why.
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::collections::HashMap;
use std::io;

use ipc_bridge::prelude::*;
use ipc_bridge::{Endpoint, FromContext};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize, Serializer};
use tracing::Level;

use support::{everywhere, items, process_log, until};

/// What no client may see.
const SECRET: &str = "swordfish";

#[derive(Debug, thiserror::Error, IpcError)]
enum Broken {
    #[error("the store at /srv/{SECRET} is gone")]
    #[ipc(internal)]
    Store(#[from] io::Error),
    #[error("the details cannot be written")]
    Details(HashMap<Vec<u8>, String>),
}

fn store() -> Broken {
    Broken::Store(io::Error::other("the cable is out"))
}

/// What only some of a type's values are: unwritable.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
enum Value {
    Fails,
    Panics,
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Fails => Err(serde::ser::Error::custom(format_args!("{SECRET} has no JSON"))),
            Self::Panics => panic!("{SECRET} has no JSON"),
        }
    }
}

#[handler("leak:call")]
fn call(how: String) -> Result<Value, Broken> {
    match how.as_str() {
        "panic" => panic!("the key is {SECRET}"),
        "error" => Err(store()),
        "details" => Err(Broken::Details([(vec![1], SECRET.to_owned())].into())),
        "panic while writing" => Ok(Value::Panics),
        _ => Ok(Value::Fails),
    }
}

#[handler("leak:call_later")]
async fn call_later(how: String) -> Result<Value, Broken> {
    tokio::task::yield_now().await;
    call(how)
}

#[handler("leak:blocking", blocking)]
fn call_blocking(how: String) -> Result<Value, Broken> {
    call(how)
}

/// A parameter that cannot be had.
struct Never;

impl FromContext for Never {
    fn from_context(_: &Context) -> Result<Self, ipc_bridge::Failure> {
        Err(ipc_bridge::Failure::internal(SECRET).with_details(SECRET))
    }
}

#[handler("leak:context")]
fn context(#[context] never: Never) {
    let Never = never;
}

#[handler("leak:open")]
async fn open(how: String) -> Result<impl Stream<Item = Result<Value, Broken>> + Send, Broken> {
    match how.as_str() {
        "opening" => Err(store()),
        "error" => Ok(items(vec![Err(store())])),
        "panic" => panic!("the key is {SECRET}"),
        "panic while writing" => Ok(items(vec![Ok(Value::Panics)])),
        _ => Ok(items(vec![Ok(Value::Fails)])),
    }
}

#[handler("leak:upload")]
async fn upload(mut numbers: Incoming<u8>) -> Result<(), Broken> {
    match numbers.next().await {
        Some(Ok(1)) => panic!("the key is {SECRET}"),
        _ => Err(store()),
    }
}

/// An event that can be written where it was made, and nowhere else.
#[derive(Debug, Clone, Deserialize, JsonSchema, Event)]
#[event("leak:said", retain)]
struct Said {
    text: String,
    #[serde(skip, default = "arrived")]
    arrived: bool,
}

fn arrived() -> bool {
    true
}

impl Serialize for Said {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.arrived {
            return Err(serde::ser::Error::custom(SECRET));
        }
        serializer.collect_map([("text", &self.text)])
    }
}

fn router() -> Router {
    process_log::keep();
    Router::new()
        .handle::<call>()
        .handle::<call_later>()
        .handle::<call_blocking>()
        .handle::<context>()
        .handle::<open>()
        .handle::<upload>()
        .shared_event::<Said>()
}

async fn serve(place: &Endpoint) -> (Server, Client) {
    let server = Server::bind(place).serve(router()).await.unwrap();
    (server, Client::connect(place).await.unwrap())
}

/// The answer is `INTERNAL`, has an id and no secret, and the log has one line of this channel under the id, with it.
#[track_caller]
fn is_internal(channel: &str, failure: &ipc_bridge::Failure) {
    let told = serde_json::to_string(failure).unwrap();
    let id = failure.correlation().unwrap_or_else(|| panic!("no id: {told}"));
    let expected = format!(r#"{{"code":"INTERNAL","message":"an internal error occurred","details":{{"id":"{id}"}}}}"#);
    assert_eq!(told, expected);
    let lines = process_log::lines(|line| line.field("correlation") == id);
    let [line] = lines.as_slice() else { panic!("one line, and not {lines:?}") };
    assert_eq!((line.level, line.target.as_str(), line.field("channel")), (Level::ERROR, "ipc_core::route", channel));
    assert!(line.field("cause").contains(SECRET) || line.field("cause").contains("must be a string"), "{line:?}");
}

#[track_caller]
fn refused<T, E>(channel: &str, answer: Result<T, InvokeError<E>>) {
    let Err(InvokeError::Refused(failure)) = answer else { panic!("{channel} was answered otherwise") };
    is_internal(channel, &failure);
}

const WAYS: [&str; 5] = ["panic", "error", "details", "panic while writing", "failure while writing"];

async fn what_goes_wrong_in_a_call_is_known_to_the_log_alone(place: Endpoint) {
    let (_server, client) = serve(&place).await;
    for how in WAYS.map(str::to_owned) {
        refused("leak:call", client.invoke(call { how: how.clone() }).await);
        refused("leak:call_later", client.invoke(call_later { how: how.clone() }).await);
        refused("leak:blocking", client.invoke(call_blocking { how }).await);
    }
    refused("leak:context", client.invoke(context {}).await);
}

async fn what_goes_wrong_in_a_stream_is_known_to_the_log_alone(place: Endpoint) {
    let (_server, client) = serve(&place).await;
    for how in ["opening", "error", "panic", "panic while writing", "failure while writing"] {
        let mut stream = client.stream(open { how: how.to_owned() }).await.unwrap();
        refused("leak:open", stream.next().await.unwrap());
    }
}

async fn what_goes_wrong_with_an_upload_is_known_to_the_log_alone(place: Endpoint) {
    let (_server, client) = serve(&place).await;
    for number in [1, 2] {
        refused("leak:upload", client.invoke(upload { numbers: [number].into_iter().collect() }).await);
    }
}

async fn what_goes_wrong_with_an_event_is_known_to_the_log_alone(place: Endpoint) {
    let (_server, client) = serve(&place).await;
    let published = client.publish(&Said { text: "hello".to_owned(), arrived: false }).await;
    refused("leak:said", published);
}

async fn what_goes_wrong_with_a_notification_is_known_to_the_log(place: Endpoint) {
    let (_server, client) = serve(&place).await;
    let unanswered = |line: &process_log::Line| {
        line.field("channel") == "leak:upload" && line.field("cause").contains("the cable is out")
    };
    let before = process_log::lines(unanswered).len();
    // What goes beside a request belongs to its id, and a notification has none: the handler finds no item.
    client.notify(upload { numbers: Incoming::default() }).await.unwrap();
    until(|| process_log::lines(unanswered).len() > before).await;
    let line = process_log::lines(unanswered).pop().unwrap();
    assert_eq!((line.level, line.field("correlation").len()), (Level::ERROR, 16));
}

async fn what_goes_wrong_in_process_is_known_to_the_log_alone(_: Endpoint) {
    let router = router();
    for how in WAYS.map(str::to_owned) {
        refused("leak:call", router.invoke(call { how: how.clone() }).await);
        refused("leak:call_later", router.invoke(call_later { how }).await);
    }
    let mut stream = router.stream(open { how: "panic".to_owned() }).await.unwrap();
    refused("leak:open", stream.next().await.unwrap());
}

everywhere! {
    what_goes_wrong_in_a_call_is_known_to_the_log_alone,
    what_goes_wrong_in_a_stream_is_known_to_the_log_alone,
    what_goes_wrong_with_an_upload_is_known_to_the_log_alone,
    what_goes_wrong_with_an_event_is_known_to_the_log_alone,
    what_goes_wrong_with_a_notification_is_known_to_the_log,
    what_goes_wrong_in_process_is_known_to_the_log_alone,
}
