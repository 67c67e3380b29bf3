//! The log of what is called, for whoever enables it: one line for each call, and nothing sensitive in it.
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::collections::BTreeMap;

use ipc_bridge::Endpoint;
use ipc_bridge::prelude::*;
use ipc_core::{Body, Dispatch};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tracing::Level;

use support::gate::{Gate, pass};
use support::process_log::{self, Line};
use support::{dispatch, everywhere, items, until};

const SECRET: &str = "swordfish";

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
struct Account {
    name: String,
    password: Sensitive<String>,
    /// Whose accounts are like this one.
    friends: Vec<Account>,
    notes: BTreeMap<String, Note>,
    pair: (u8, Sensitive<u8>),
    anything: Value,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Note {
    Open { text: String },
    Secret { text: Sensitive<String> },
}

#[derive(Debug, thiserror::Error, IpcError)]
enum LoginError {
    #[error("that is not it")]
    Wrong { name: String, password: Sensitive<String> },
}

#[handler("wire:login")]
async fn login(name: String, #[ipc(sensitive)] password: String, account: Account) -> Result<Account, LoginError> {
    if name == "bob" { Err(LoginError::Wrong { name, password: password.into() }) } else { Ok(account) }
}

#[handler("wire:count")]
fn count(#[garde(range(max = 9))] until: u8) -> impl Stream<Item = u8> {
    items(0..until)
}

#[handler("wire:twice")]
async fn twice(number: u8) -> u8 {
    tokio::task::yield_now().await;
    number * 2
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Event)]
#[event("wire:said")]
struct Said {
    who: String,
    what: Sensitive<String>,
}

fn router() -> Router {
    router_at(&Gate::new())
}

fn router_at(gate: &Gate) -> Router {
    process_log::keep();
    Router::new()
        .state(gate.clone())
        .handle::<login>()
        .handle::<count>()
        .handle::<twice>()
        .handle::<pass>()
        .shared_event::<Said>()
}

fn account() -> Value {
    let friend = json!({
        "name": "bob", "password": SECRET, "friends": [], "notes": {}, "pair": [1, 2], "anything": null,
    });
    let notes = json!({"a": {"kind": "open", "text": "hello"}, "b": {"kind": "secret", "text": SECRET}});
    json!({
        "name": "ann", "password": SECRET, "friends": [friend], "notes": notes, "pair": [1, 2],
        "anything": {"goes": [1, "two"]},
    })
}

fn shown_account() -> Value {
    let friend = json!({
        "name": "bob", "password": "***", "friends": [], "notes": {}, "pair": [1, "***"], "anything": null,
    });
    // What may be a secret by one of the variants is shown in none.
    let notes = json!({"a": {"kind": "open", "text": "***"}, "b": {"kind": "secret", "text": "***"}});
    json!({
        "name": "ann", "password": "***", "friends": [friend], "notes": notes, "pair": [1, "***"],
        "anything": {"goes": [1, "two"]},
    })
}

/// The line that dispatching `payload` brings.
fn line(router: &Router, channel: &str, payload: &Value) -> Line {
    let size = payload.to_string().len();
    // Other tests log at the same time, with payloads of other sizes.
    let of_this = |line: &Line| {
        line.target == "ipc_bridge::wire"
            && line.field("channel") == channel
            && line.field("request_bytes") == size.to_string()
    };
    let before = process_log::lines(of_this).len();
    let mut out = Body::default();
    assert!(matches!(dispatch(router, channel, &payload.to_string(), &mut out), Dispatch::Answered));
    let lines = process_log::lines(of_this);
    assert_eq!(lines.len(), before + 1, "one line for each call");
    lines.last().unwrap().clone()
}

fn json_of(line: &Line, field: &str) -> Value {
    serde_json::from_str(line.field(field)).unwrap_or_else(|error| panic!("{error}: {line:?}"))
}

#[test]
fn a_line_says_what_was_called_and_shows_no_payload() {
    // Of another size than any other test's.
    let payload = json!({"name": "anna", "password": SECRET, "account": account()});
    let line = line(&router(), "wire:login", &payload);
    assert_eq!((line.level, line.field("outcome")), (Level::TRACE, "ok"));
    assert!(line.field("response_bytes").parse::<usize>().unwrap() > 100 && line.fields.contains_key("micros"));
    assert!(!line.fields.contains_key("request") && !line.fields.contains_key("response"), "{line:?}");
}

#[test]
fn a_payload_is_shown_without_what_is_sensitive() {
    let router = router().log_payloads(true);
    let payload = json!({"name": "ann", "password": SECRET, "account": account()});
    let told = line(&router, "wire:login", &payload);
    let request = json!({"name": "ann", "password": "***", "account": shown_account()});
    assert_eq!(json_of(&told, "request"), request);
    assert_eq!(json_of(&told, "response"), json!({"success": true, "data": shown_account()}));

    let payload = json!({"name": "bob", "password": SECRET, "account": account()});
    let told = line(&router, "wire:login", &payload);
    assert_eq!(told.field("outcome"), "WRONG");
    let details = json!({"name": "bob", "password": "***"});
    let error = json!({"code": "WRONG", "message": "that is not it", "details": details});
    assert_eq!(json_of(&told, "response"), json!({"success": false, "error": error}));

    let said = line(&router, "wire:said", &json!({"who": "ann", "what": SECRET}));
    assert_eq!(json_of(&said, "request"), json!({"who": "ann", "what": "***"}));
    assert_eq!(json_of(&said, "response"), json!({"success": true, "data": null}));
}

#[test]
fn what_no_schema_knows_is_not_shown() {
    let router = router().log_payloads(true);
    for (payload, shown) in [
        (json!({"name": "ann", "pasword": SECRET}), json!({"name": "ann", "pasword": "***"})),
        (json!(SECRET), json!("***")),
        (json!([SECRET]), json!("***")),
        (json!({"name": {"password": SECRET}}), json!({"name": "***"})),
        (json!({"account": SECRET}), json!({"account": "***"})),
        (json!({"account": {"notes": {"a": {"kind": SECRET}}}}), json!({"account": {"notes": {"a": {"kind": "***"}}}})),
        (json!({"account": {"friends": [[SECRET]]}}), json!({"account": {"friends": ["***"]}})),
    ] {
        let told = line(&router, "wire:login", &payload);
        assert_eq!((json_of(&told, "request"), told.field("outcome")), (shown, "INVALID_INPUT"), "{payload}");
        assert!(!told.field("response").contains(SECRET), "{told:?}");
    }
}

#[test]
fn an_unknown_channel_and_what_is_no_json_are_not_shown() {
    let router = router().log_payloads(true);
    let told = line(&router, "wire:nowhere", &json!({"password": SECRET}));
    assert_eq!(told.field("outcome"), "UNKNOWN_CHANNEL");
    assert!(!told.fields.contains_key("request"), "{told:?}");
    let mut out = Body::default();
    assert!(matches!(dispatch(&router, "wire:twice", "swordfish is no JSON", &mut out), Dispatch::Answered));
    let told = process_log::lines(|line| line.field("channel") == "wire:twice" && line.field("request_bytes") == "20");
    assert_eq!(told.last().unwrap().field("request"), "***");
}

async fn a_call_that_waits_and_a_stream_are_told_when_they_are_over(place: Endpoint) {
    let gate = Gate::new();
    let _server = Server::bind(&place).serve(router_at(&gate)).await.unwrap();
    let client = Client::connect(&place).await.unwrap();
    let told =
        |channel: &'static str| move |line: &Line| line.field("channel") == channel && !line.field("micros").is_empty();
    assert_eq!(client.invoke(twice { number: 21 }).await.unwrap(), 42);
    let line = process_log::lines(told("wire:twice")).pop().unwrap();
    assert_eq!((line.field("outcome"), line.field("items")), ("ok", ""));

    let mut stream = client.stream(count { until: 7 }).await.unwrap();
    while let Some(item) = stream.next().await {
        item.unwrap();
    }
    until(|| process_log::lines(told("wire:count")).iter().any(|line| line.field("items") == "7")).await;

    let cancelled = |line: &Line| line.field("channel") == "gate:pass" && line.field("outcome") == "CANCELLED";
    let before = process_log::lines(cancelled).len();
    tokio::select! {
        _ = client.invoke(pass { id: 1 }) => panic!("the gate is shut"),
        () = gate.entered(1) => {}
    }
    until(|| process_log::lines(cancelled).len() > before).await;
}

everywhere! {
    a_call_that_waits_and_a_stream_are_told_when_they_are_over,
}
