//! Asking a server what there is, and calling it without its types.
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::collections::BTreeMap;

use ipc_bridge::prelude::*;
use ipc_bridge::{AnyRequest, Description, Endpoint, Grants, INTROSPECT, Introspect};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use support::{everywhere, items};

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
struct Secret {
    word: String,
    inner: Inner,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
struct Inner {
    number: u64,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
struct Item {
    id: u64,
    name: String,
}

#[derive(Debug, thiserror::Error, IpcError)]
enum FetchError {
    #[error("no item {id}")]
    NotFound { id: u64 },
}

/// Fetches one item.
#[handler("data:fetch")]
fn fetch(#[garde(range(min = 1))] id: u64) -> Result<Item, FetchError> {
    if id > 9 { Err(FetchError::NotFound { id }) } else { Ok(Item { id, name: "one".to_owned() }) }
}

#[handler("vault:open", permission = "vault:use")]
fn open(secret: Secret) -> Secret {
    secret
}

#[handler("count:to")]
fn count(to: u32) -> impl Stream<Item = Result<u32, FetchError>> {
    items((1..=to).map(|at| if at > 5 { Err(FetchError::NotFound { id: 5 }) } else { Ok(at) }))
}

#[handler("sum:all")]
async fn sum(mut numbers: Incoming<u32>) -> Result<u64, IncomingError> {
    let mut sum = 0;
    while let Some(number) = numbers.next().await {
        sum += u64::from(number?);
    }
    Ok(sum)
}

#[handler("bytes:reverse")]
fn reverse(bytes: Bytes, name: String) -> BTreeMap<String, Bytes> {
    [(name, bytes.iter().rev().copied().collect())].into()
}

/// Anybody hears it, and few say it.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Event)]
#[event("status:changed", publish_permission = "status:write")]
struct Status {
    online: bool,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Event)]
#[event("vault:opened", permission = "vault:use")]
struct Opened {
    secret: Secret,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Event)]
#[event("job:progress", key = "job", retain)]
struct Progress {
    job: u32,
    percent: u32,
}

fn router() -> Router {
    Router::new()
        .handle::<fetch>()
        .handle::<open>()
        .handle::<count>()
        .handle::<sum>()
        .handle::<reverse>()
        .shared_event::<Status>()
        .event::<Opened>()
        .shared_event::<Progress>()
}

async fn with_grants(place: &Endpoint, grants: Grants) -> (Server, Client) {
    let server = Server::bind(place).grants(grants).serve(router()).await.unwrap();
    let client = Client::connect(place).await.unwrap();
    (server, client)
}

fn names<'a, T: 'a>(all: impl Iterator<Item = (&'a str, T)>) -> Vec<&'a str> {
    all.map(|(name, _)| name).collect()
}

async fn whoever_may_use_everything_is_told_everything(place: Endpoint) {
    let (server, client) = with_grants(&place, Grants::all()).await;
    let told = client.describe().await.unwrap();
    assert_eq!(told, router().description().unwrap());
    assert_eq!(client.server().fingerprint.as_deref(), Some(told.fingerprint()));
    server.shutdown().await;
}

async fn what_a_peer_may_not_use_is_not_in_the_answer(place: Endpoint) {
    let (server, client) = with_grants(&place, Grants::same_user()).await;
    let told = client.describe().await.unwrap();
    assert_eq!(names(told.channels()), ["bytes:reverse", "count:to", "data:fetch", "sum:all"]);
    assert_eq!(names(told.events()), ["job:progress", "status:changed"]);
    assert_eq!(
        names(told.definitions()),
        ["Item", "Progress", "Status"],
        "types that only the others need are hidden too"
    );
    assert_eq!(told.event("status:changed").unwrap().publish_permission(), None, "it is missing, and not told");
    assert_eq!(told.fingerprint(), router().fingerprint().unwrap(), "the contract is the same");
    let text = serde_json::to_string(&told).unwrap();
    assert!(!text.contains("vault") && !text.contains("Secret"), "{text}");
    server.shutdown().await;
}

async fn whoever_may_say_something_alone_is_told_that(place: Endpoint) {
    let grants = Grants::none().allow(INTROSPECT).allow("status:write").allow("vault:use");
    let (server, client) = with_grants(&place, grants).await;
    let told = client.describe().await.unwrap();
    assert_eq!(
        (names(told.channels()), names(told.events())),
        (vec!["vault:open"], vec!["status:changed", "vault:opened"])
    );
    let status = told.event("status:changed").unwrap();
    assert_eq!((status.permission(), status.publish_permission()), (None, Some("status:write")));
    assert_eq!(names(told.definitions()), ["Inner", "Opened", "Secret", "Status"]);
    server.shutdown().await;
}

async fn who_may_not_ask_is_denied_as_of_anything_else(place: Endpoint) {
    let (server, client) = with_grants(&place, Grants::same_user().deny(INTROSPECT)).await;
    let error = client.describe().await.unwrap_err();
    assert_eq!(error.to_string(), "DENIED: the peer may not use `ipc:introspect`");
    assert_eq!(client.invoke(fetch { id: 7 }).await.unwrap().id, 7, "all else is as before");
    server.peers()[0].set_grants(Grants::none().allow(INTROSPECT)).unwrap();
    assert_eq!(names(client.describe().await.unwrap().channels()), [""; 0]);
    server.shutdown().await;
}

async fn a_server_that_tells_nobody_says_there_is_no_such_channel(place: Endpoint) {
    let server = Server::bind(&place).serve(router().introspection(false)).await.unwrap();
    let client = Client::connect(&place).await.unwrap();
    assert_eq!(client.describe().await.unwrap_err().code(), Some("UNKNOWN_CHANNEL"));
    let told = client.server().grants.clone().unwrap();
    assert!(!told.contains(&INTROSPECT.to_owned()), "{told:?}");
    server.shutdown().await;
}

async fn a_server_asks_its_client_as_well(place: Endpoint) {
    let server = Server::bind(&place).serve(Router::new()).await.unwrap();
    let _client = Client::builder().router(router()).connect(&place).await.unwrap();
    support::until_connections(&server, 1).await;
    let told: Description = server.peers()[0].invoke(Introspect {}).await.unwrap();
    assert!(told.channel("data:fetch").is_some() && told.channel("vault:open").is_none());
    server.shutdown().await;
}

async fn a_channel_is_called_by_its_name_alone(place: Endpoint) {
    let (server, client) = with_grants(&place, Grants::same_user()).await;
    let call = |channel: &str, payload: Value| client.invoke_any(AnyRequest::new(channel, &payload).unwrap());
    let item = call("data:fetch", json!({"id": 7})).await.unwrap();
    assert_eq!(item.json(), br#"{"id":7,"name":"one"}"#);
    assert_eq!(item.read::<Item>().unwrap().name, "one");
    assert_eq!(item.data().unwrap(), json!({"id": 7, "name": "one"}));

    let Err(InvokeError::Refused(failure)) = call("data:fetch", json!({"id": 10})).await else { panic!("no item 10") };
    assert_eq!((failure.code(), failure.details()), ("NOT_FOUND", Some(&json!({"id": 10}))));
    assert_eq!(call("data:fetch", json!({"id": 0})).await.unwrap_err().code(), Some("INVALID_INPUT"));
    assert_eq!(call("data:nothing", json!({})).await.unwrap_err().code(), Some("UNKNOWN_CHANNEL"));
    assert_eq!(call("vault:open", json!({})).await.unwrap_err().code(), Some("DENIED"));
    let long = call(&"x".repeat(129), json!({})).await.unwrap_err();
    assert_eq!(long.to_string(), "INVALID_INPUT: a channel has 1 to 128 bytes, and this one has 129");
    server.shutdown().await;
}

async fn streams_in_either_direction_are_called_so_too(place: Endpoint) {
    let (server, client) = with_grants(&place, Grants::same_user()).await;
    let mut counted = client.stream_any(AnyRequest::new("count:to", &json!({"to": 9})).unwrap()).await.unwrap();
    for expected in 1..=5_u32 {
        assert_eq!(counted.next().await.unwrap().unwrap().read::<u32>().unwrap(), expected);
    }
    let Some(Err(InvokeError::Refused(failure))) = counted.next().await else { panic!("it fails above 5") };
    assert_eq!(failure.code(), "NOT_FOUND");
    assert!(counted.next().await.is_none());

    let request = AnyRequest::new("sum:all", &json!({})).unwrap();
    let request = request.upload([json!(1), json!(2), json!(39)].into_iter().collect());
    assert_eq!(client.invoke_any(request).await.unwrap().data().unwrap(), 42);

    let request = AnyRequest::new("sum:all", &json!({})).unwrap().upload([json!("one")].into_iter().collect());
    assert_eq!(client.invoke_any(request).await.unwrap_err().code(), Some("INVALID_INPUT"));
    server.shutdown().await;
}

async fn binary_data_is_base64_where_there_is_nothing_but_json(place: Endpoint) {
    let (server, client) = with_grants(&place, Grants::same_user()).await;
    let as_text = AnyRequest::new("bytes:reverse", &json!({"bytes": "AQID", "name": "$0"})).unwrap();
    let travelled = client.invoke_any(as_text).await.unwrap();
    assert_eq!(travelled.json(), br#"{"$0":"$0"}"#);
    assert_eq!(travelled.attachments().collect::<Vec<_>>(), [Bytes::from(vec![3, 2, 1])]);
    assert_eq!(travelled.data().unwrap(), json!({"$0": "AwIB"}));
    assert_eq!(travelled.read::<BTreeMap<String, Bytes>>().unwrap()["$0"][..], [3, 2, 1]);

    #[derive(Serialize)]
    struct Named {
        bytes: Bytes,
        name: &'static str,
    }
    let attached = Named { bytes: vec![0; 100_000].into(), name: "large" };
    let answer = client.invoke_any(AnyRequest::new("bytes:reverse", &attached).unwrap()).await.unwrap();
    assert_eq!(answer.attachments().next().unwrap().len(), 100_000);
    server.shutdown().await;
}

async fn an_event_is_published_and_its_key_asked_for_by_name(place: Endpoint) {
    let (server, client) = with_grants(&place, Grants::same_user()).await;
    let mut seventh = client.subscribe_any_key("job:progress", &7).await.unwrap();
    for (job, percent) in [(6, 10), (7, 20)] {
        let event = AnyRequest::new("job:progress", &json!({"job": job, "percent": percent})).unwrap();
        assert_eq!(client.invoke_any(event).await.unwrap().data().unwrap(), Value::Null);
    }
    let event = seventh.next().await.unwrap().unwrap();
    assert_eq!(event.read::<Progress>().unwrap().unwrap(), Progress { job: 7, percent: 20 });
    assert!(client.subscribe_any_key("status:changed", &7).await.unwrap_err().to_string().contains("has no key"));
    server.shutdown().await;
}

everywhere!(
    whoever_may_use_everything_is_told_everything,
    what_a_peer_may_not_use_is_not_in_the_answer,
    whoever_may_say_something_alone_is_told_that,
    who_may_not_ask_is_denied_as_of_anything_else,
    a_server_that_tells_nobody_says_there_is_no_such_channel,
    a_server_asks_its_client_as_well,
    a_channel_is_called_by_its_name_alone,
    streams_in_either_direction_are_called_so_too,
    binary_data_is_base64_where_there_is_nothing_but_json,
    an_event_is_published_and_its_key_asked_for_by_name,
);

#[tokio::test]
async fn introspection_is_no_part_of_the_contract() {
    let router = router();
    assert!(router.description().unwrap().channel(INTROSPECT).is_none());
    assert_eq!(router.fingerprint().unwrap(), self::router().introspection(false).fingerprint().unwrap());
    let error = router.invoke(Introspect {}).await.unwrap();
    assert_eq!(error.fingerprint(), router.fingerprint().unwrap());
}
