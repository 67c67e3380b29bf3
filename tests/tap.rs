//! Watching what passes through a server.
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use ipc_bridge::prelude::*;
use ipc_bridge::tap::{MAX_SHOWN_BYTES, Tap, TapDirection, TapKind, TapMessage, TapOptions, Tapped};
use ipc_bridge::{Endpoint, Grants, INTROSPECT, ItemStream, TAP};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use support::gate::Gate;
use support::{everywhere, items, until_connections};

#[handler("user:login")]
fn login(name: String, #[ipc(sensitive)] password: String) -> Result<Sensitive<String>, LoginError> {
    if password == "swordfish" {
        Ok(Sensitive::new(format!("{name}'s token")))
    } else {
        Err(LoginError::Wrong { name })
    }
}

#[derive(Debug, thiserror::Error, IpcError)]
enum LoginError {
    #[error("that is not it")]
    Wrong { name: String },
}

#[handler("count:to")]
fn count(to: u32) -> impl Stream<Item = u32> {
    items(1..=to)
}

#[handler("sum:all")]
async fn sum(mut numbers: Incoming<u32>) -> Result<u64, IncomingError> {
    let mut sum = 0;
    while let Some(number) = numbers.next().await {
        sum += u64::from(number?);
    }
    Ok(sum)
}

#[handler("gate:wait")]
async fn wait(gate: State<Gate>) -> u64 {
    gate.enter();
    gate.pass().await;
    7
}

#[handler("text:echo")]
fn echo(text: String) -> String {
    text
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Event)]
#[event("chat:said", retain)]
struct Said {
    text: String,
    pixels: Bytes,
}

fn router() -> Router {
    Router::new()
        .state(Gate::new())
        .handle::<login>()
        .handle::<count>()
        .handle::<sum>()
        .handle::<wait>()
        .handle::<echo>()
        .shared_event::<Said>()
}

/// A server with this tap, one that watches all there is, and one that is watched.
async fn tapped(place: &Endpoint, options: TapOptions) -> (Server, Client, Client) {
    let server = Server::bind(place).grants(Grants::all()).serve(router().tap(options)).await.unwrap();
    let (watches, watched) = (Client::connect(place).await.unwrap(), Client::connect(place).await.unwrap());
    until_connections(&server, 2).await;
    (server, watches, watched)
}

/// Begins to watch: what is called afterwards is seen.
async fn begin(client: &Client, tap: Tap) -> ItemStream<Tap> {
    let watching = client.stream(tap).await.unwrap();
    // An answer on the same connection comes after what was asked before.
    client.describe().await.unwrap();
    watching
}

async fn next(watching: &mut ItemStream<Tap>) -> TapMessage {
    match watching.next().await.unwrap().unwrap() {
        Tapped::Message(message) => message,
        other => panic!("{other:?}"),
    }
}

async fn a_call_is_seen_with_who_makes_it_and_how_it_ends(place: Endpoint) {
    let (server, watches, watched) = tapped(&place, TapOptions::new()).await;
    let mut watching = begin(&watches, Tap::default()).await;
    assert!(watched.invoke(login { name: "ann".to_owned(), password: "guess".to_owned() }).await.is_err());
    let (request, response) = (next(&mut watching).await, next(&mut watching).await);
    assert_eq!(
        (request.kind, request.direction, &*request.channel),
        (TapKind::Request, TapDirection::In, "user:login")
    );
    assert_eq!(request.bytes, br#"{"name":"ann","password":"guess"}"#.len() as u64);
    assert_eq!((request.outcome, request.micros, request.payload), (None, None, None));
    assert_eq!((response.kind, response.direction), (TapKind::Response, TapDirection::Out));
    assert_eq!(
        (response.call, response.peer, response.outcome.as_deref()),
        (request.call, request.peer, Some("WRONG"))
    );
    assert!(response.micros.is_some() && response.bytes > 0 && response.at >= request.at);
    let own = server.peers().into_iter().filter_map(|peer| peer.connection()).collect::<Vec<_>>();
    assert!(own.contains(&request.peer.unwrap().connection.unwrap()));
    server.shutdown().await;
}

async fn payloads_are_shown_without_what_is_sensitive(place: Endpoint) {
    let (server, watches, watched) = tapped(&place, TapOptions::new().payloads(true)).await;
    let mut watching = begin(&watches, Tap { payloads: true, ..Tap::default() }).await;
    let mut blind = begin(&watches, Tap::default()).await;
    watched.invoke(login { name: "ann".to_owned(), password: "swordfish".to_owned() }).await.unwrap();
    assert_eq!(next(&mut watching).await.payload.as_deref(), Some(r#"{"name":"ann","password":"***"}"#));
    assert_eq!(next(&mut watching).await.payload.as_deref(), Some(r#"{"data":"***","success":true}"#));
    assert_eq!(next(&mut blind).await.payload, None, "who does not ask for them has none");
    watched.invoke(echo { text: "é".repeat(MAX_SHOWN_BYTES) }).await.unwrap();
    let shown = next(&mut watching).await.payload.unwrap();
    assert!(shown.len() <= MAX_SHOWN_BYTES + '…'.len_utf8() && shown.ends_with('…'), "{}", shown.len());
    server.shutdown().await;
}

async fn a_server_that_shows_no_payloads_says_so(place: Endpoint) {
    let (server, watches, _watched) = tapped(&place, TapOptions::new()).await;
    let mut watching = watches.stream(Tap { payloads: true, ..Tap::default() }).await.unwrap();
    let refused = watching.next().await.unwrap().unwrap_err();
    assert!(refused.to_string().starts_with("INVALID_INPUT: the server shows no payloads"), "{refused}");
    server.shutdown().await;
}

async fn the_items_of_streams_are_seen_in_either_direction(place: Endpoint) {
    let (server, watches, watched) = tapped(&place, TapOptions::new().payloads(true)).await;
    let mut watching = begin(&watches, Tap { payloads: true, ..Tap::default() }).await;
    let mut counted = watched.stream(count { to: 2 }).await.unwrap();
    while let Some(item) = counted.next().await {
        item.unwrap();
    }
    let mut seen = Vec::new();
    for _ in 0..4 {
        let TapMessage { kind, direction, payload, items, .. } = next(&mut watching).await;
        seen.push((kind, direction, payload.unwrap(), items));
    }
    let item = |of: &str| (TapKind::Item, TapDirection::Out, of.to_owned(), None);
    assert_eq!(seen[0], (TapKind::Request, TapDirection::In, r#"{"to":2}"#.to_owned(), None));
    assert_eq!(seen[1..3], [item("1"), item("2")]);
    assert_eq!((seen[3].0, seen[3].3), (TapKind::Response, Some(2)));

    assert_eq!(watched.invoke(sum { numbers: [40, 2].into_iter().collect() }).await.unwrap(), 42);
    let mut sent = Vec::new();
    for _ in 0..4 {
        let TapMessage { kind, direction, payload, .. } = next(&mut watching).await;
        sent.push((kind, direction, payload.unwrap()));
    }
    assert_eq!(sent[1], (TapKind::Item, TapDirection::In, "40".to_owned()));
    assert_eq!(sent[2], (TapKind::Item, TapDirection::In, "2".to_owned()));
    server.shutdown().await;
}

async fn an_event_is_seen_once_with_how_many_hear_it(place: Endpoint) {
    let (server, watches, watched) = tapped(&place, TapOptions::new()).await;
    let mut watching = begin(&watches, Tap { channels: Some("chat:*".to_owned()), ..Tap::default() }).await;
    let _first = watched.subscribe::<Said>().await.unwrap();
    let _second = watches.subscribe::<Said>().await.unwrap();
    watched.invoke(echo { text: "another channel".to_owned() }).await.unwrap();
    server.publish(&Said { text: "hello".to_owned(), pixels: vec![0; 1000].into() }).unwrap();
    let event = next(&mut watching).await;
    assert_eq!((event.kind, event.subscribers, event.peer), (TapKind::Publication, Some(2), None));
    assert_eq!(event.bytes, br#"{"text":"hello","pixels":"$0"}"#.len() as u64 + 1000);
    // What a peer publishes is a request, then an event, then its answer.
    watched.publish(&Said { text: "you".to_owned(), pixels: Bytes::new() }).await.unwrap();
    let mut kinds = Vec::new();
    for _ in 0..3 {
        kinds.push(next(&mut watching).await.kind);
    }
    assert_eq!(kinds, [TapKind::Request, TapKind::Publication, TapKind::Response]);
    server.shutdown().await;
}

async fn what_is_missed_is_counted_where_it_is_missing(place: Endpoint) {
    let (server, watches, watched) = tapped(&place, TapOptions::new().queue(4)).await;
    // In this process, where nothing is taken that nobody asks for.
    let mut watching = server.router().stream(Tap::default()).await.unwrap();
    for _ in 0..5 {
        watched.invoke(echo { text: String::new() }).await.unwrap();
    }
    for _ in 0..4 {
        assert_eq!(next(&mut watching).await.channel, "text:echo");
    }
    assert_eq!(watching.next().await.unwrap().unwrap(), Tapped::Missed(6));
    watched.invoke(echo { text: String::new() }).await.unwrap();
    assert_eq!(next(&mut watching).await.kind, TapKind::Request, "and then it goes on");
    drop(watches);
    server.shutdown().await;
}

async fn a_call_that_nobody_waits_for_is_seen_as_cancelled(place: Endpoint) {
    let (server, watches, watched) = tapped(&place, TapOptions::new()).await;
    let mut watching = begin(&watches, Tap::default()).await;
    let call = tokio::spawn({
        let watched = watched.clone();
        async move { watched.invoke(wait {}).await }
    });
    let begun = next(&mut watching).await;
    call.abort();
    let ended = next(&mut watching).await;
    assert_eq!((ended.call, ended.outcome.as_deref(), ended.bytes), (begun.call, Some("CANCELLED"), 0));
    server.shutdown().await;
}

async fn nobody_watches_who_was_not_granted_that(place: Endpoint) {
    let server = Server::bind(&place).serve(router().tap(TapOptions::new())).await.unwrap();
    let client = Client::connect(&place).await.unwrap();
    let mut watching = client.stream(Tap::default()).await.unwrap();
    let denied = watching.next().await.unwrap().unwrap_err();
    assert_eq!(denied.to_string(), "DENIED: the peer may not use `ipc:tap`", "being of the same user does not do");
    assert!(client.server().grants.as_ref().unwrap().iter().all(|granted| granted != TAP && granted != "*"));

    let peer = server.peers().remove(0);
    peer.set_grants(Grants::same_user().allow(TAP)).unwrap();
    let mut watching = begin(&client, Tap::default()).await;
    client.invoke(echo { text: String::new() }).await.unwrap();
    assert_eq!(next(&mut watching).await.channel, "text:echo");
    // What is taken back ends at once.
    peer.set_grants(Grants::same_user()).unwrap();
    let mut end = watching.next().await;
    while matches!(end, Some(Ok(_))) {
        end = watching.next().await;
    }
    assert_eq!(end.unwrap().unwrap_err().code(), Some("DENIED"));
    server.shutdown().await;
}

async fn a_server_without_a_tap_has_no_such_channel(place: Endpoint) {
    let server = Server::bind(&place).grants(Grants::all()).serve(router()).await.unwrap();
    let client = Client::connect(&place).await.unwrap();
    let mut watching = client.stream(Tap::default()).await.unwrap();
    assert_eq!(watching.next().await.unwrap().unwrap_err().code(), Some("UNKNOWN_CHANNEL"));
    server.shutdown().await;
}

async fn whoever_watches_does_not_see_itself(place: Endpoint) {
    let (server, watches, watched) = tapped(&place, TapOptions::new()).await;
    let mut watching = begin(&watches, Tap::default()).await;
    watches.describe().await.unwrap();
    let _more = begin(&watched, Tap::default()).await;
    watched.invoke(echo { text: String::new() }).await.unwrap();
    assert_eq!(next(&mut watching).await.channel, "text:echo", "and nothing of `{INTROSPECT}` before");
    server.shutdown().await;
}

everywhere!(
    a_call_is_seen_with_who_makes_it_and_how_it_ends,
    payloads_are_shown_without_what_is_sensitive,
    a_server_that_shows_no_payloads_says_so,
    the_items_of_streams_are_seen_in_either_direction,
    an_event_is_seen_once_with_how_many_hear_it,
    what_is_missed_is_counted_where_it_is_missing,
    a_call_that_nobody_waits_for_is_seen_as_cancelled,
    nobody_watches_who_was_not_granted_that,
    a_server_without_a_tap_has_no_such_channel,
    whoever_watches_does_not_see_itself,
);
