//! What `#[handler]` makes of a function, seen through a router.
#![deny(warnings)]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may panic")]

mod support;

use std::convert::Infallible;
use std::future::poll_fn;

use ipc_bridge::prelude::*;
use ipc_bridge::{Failure, Handler, InvokeError, Peer, Requirements};
use ipc_core::{Body, Dispatch};
use schemars::{JsonSchema, SchemaGenerator};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use support::dispatch;

struct Greeting(String);

/// Greets someone.
///
/// As often as one likes.
#[handler("hello:greet")]
async fn greet(greeting: State<Greeting>, name: String, times: Option<u8>) -> Result<String, Infallible> {
    Ok(vec![format!("{} {name}", greeting.0); usize::from(times.unwrap_or(1))].join(", "))
}

#[handler("math:add")]
fn add(left: i64, mut right: i64) -> i64 {
    right += left;
    right
}

#[handler("math:sum", blocking)]
fn sum(#[payload] numbers: Vec<i64>) -> (i64, Option<String>) {
    (numbers.iter().sum(), std::thread::current().name().map(str::to_owned))
}

#[handler("math:nothing")]
fn nothing() {}

#[derive(Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
struct Raw {
    r#type: String,
}

#[handler("raw:match")]
async fn r#match(r#type: String, cx: Context) -> Raw {
    tokio::task::yield_now().await;
    Raw { r#type: format!("{}/{}", cx.channel(), r#type) }
}

#[handler("who:uid")]
fn uid(#[context] uid: Uid, peer: Peer, publisher: Publisher) -> u32 {
    assert_eq!(peer.uid(), None);
    drop(publisher);
    uid.0
}

struct Uid(u32);

impl FromContext for Uid {
    fn from_context(_: &Context) -> Result<Self, Failure> {
        Err(Failure::new("NO_USER", "nobody called"))
    }

    fn requirements(needs: &mut Requirements) {
        needs.state::<Greeting>();
    }
}

/// Adds.
#[deprecated(note = "use `add`")]
#[handler("math:plus")]
fn plus(
    /// What is on the left.
    left: i64,
) -> i64 {
    left
}

type Answer<T> = Result<T, Infallible>;

mod own {
    #[derive(Debug, PartialEq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
    pub(crate) struct Result {
        pub(crate) data: u8,
    }
}

#[handler("type:alias")]
fn alias() -> Answer<u8> {
    Ok(7)
}

#[handler("type:own")]
fn own_result() -> own::Result {
    own::Result { data: 7 }
}

fn router() -> Router {
    let router = Router::new().state(Greeting("hello".to_owned()));
    router
        .handle::<greet>()
        .handle::<add>()
        .handle::<sum>()
        .handle::<nothing>()
        .handle::<r#match>()
        .handle::<uid>()
        .handle::<plus>()
        .handle::<alias>()
        .handle::<own_result>()
}

/// The response to a body, as it travels.
async fn answer(channel: &str, body: &str) -> Value {
    let (router, mut out) = (router(), Body::default());
    if let Dispatch::Pending(mut call) = dispatch(&router, channel, body, &mut out) {
        poll_fn(|cx| call.poll(cx, &mut out)).await;
    }
    serde_json::from_slice(&out.json).unwrap()
}

#[tokio::test]
async fn an_async_handler_gets_its_state_and_its_payload() {
    let router = router();
    router.check().unwrap();
    let answer = router.invoke(greet { name: "Ada".to_owned(), times: Some(2) }).await;
    assert_eq!(answer, Ok("hello Ada, hello Ada".to_owned()));
}

#[tokio::test]
async fn a_plain_function_answers_at_once() {
    assert_eq!(router().invoke(add { left: 3, right: 4 }).await, Ok(7));
    let mut out = Body::default();
    assert!(matches!(dispatch(&router(), "math:add", r#"{"left":1,"right":2}"#, &mut out), Dispatch::Answered));
    assert_eq!(out.json, br#"{"success":true,"data":3}"#);
}

#[tokio::test]
async fn a_blocking_function_runs_on_another_thread() {
    let (total, thread) = router().invoke(sum { numbers: vec![1, 2, 3] }).await.unwrap();
    assert_eq!(total, 6);
    assert_ne!(thread.as_deref(), std::thread::current().name());
}

#[tokio::test]
async fn the_function_stays_a_function() {
    let store = State::new(Greeting("hi".to_owned()));
    assert_eq!(greet(store, "Ada".to_owned(), None).await, Ok("hi Ada".to_owned()));
    assert_eq!(add(1, 2), 3);
    nothing();
}

#[tokio::test]
async fn a_handler_without_payload_travels_as_an_empty_object() {
    assert_eq!(serde_json::to_string(&nothing {}).unwrap(), "{}");
    assert_eq!(router().invoke(nothing {}).await, Ok(()));
    assert_eq!(answer("math:nothing", "{}").await, json!({"success": true, "data": null}));
}

#[tokio::test]
async fn a_whole_payload_travels_as_itself() {
    assert_eq!(serde_json::to_string(&sum { numbers: vec![1, 2] }).unwrap(), "[1,2]");
    assert_eq!(answer("math:sum", "[1,2]").await["data"][0], 3);
}

#[tokio::test]
async fn a_raw_identifier_travels_without_its_mark() {
    assert_eq!(answer("raw:match", r#"{"type":"t"}"#).await["data"], json!({"type": "raw:match/t"}));
    assert!(r#match::ITEM.path.ends_with("handler::match"), "{}", r#match::ITEM);
    let refused = answer("raw:match", r#"{"type":7}"#).await;
    assert_eq!(refused["error"]["details"]["issues"][0]["path"], "type");
}

#[tokio::test]
async fn a_missing_field_is_named() {
    let refused = answer("math:add", r#"{"left":1}"#).await;
    assert_eq!(refused["error"]["code"], "INVALID_INPUT");
    assert_eq!(refused["error"]["details"]["issues"][0]["path"], "right");
}

#[tokio::test]
async fn an_unknown_field_is_named() {
    let refused = answer("math:add", r#"{"left":1,"right":2,"middle":3}"#).await;
    assert_eq!(refused["error"]["details"]["issues"][0]["path"], "middle");
    let refused = answer("math:nothing", r#"{"left":1}"#).await;
    assert_eq!(refused["error"]["details"]["issues"][0]["path"], "left");
}

#[tokio::test]
async fn parameters_that_travel_by_name_are_not_taken_from_an_array() {
    let issue = &answer("math:add", " [1,2]").await["error"]["details"]["issues"][0];
    assert_eq!(issue["message"], "the parameters travel by name, in an object, and this is an array");
}

#[tokio::test]
async fn an_optional_field_may_be_left_out() {
    assert_eq!(answer("hello:greet", r#"{"name":"Ada"}"#).await["data"], "hello Ada");
}

#[tokio::test]
async fn what_cannot_be_made_from_the_context_is_the_answer() {
    let refused = router().invoke(uid {}).await.unwrap_err();
    assert!(matches!(refused, InvokeError::Refused(failure) if failure.code() == "NO_USER"));
}

#[test]
fn a_handler_declares_what_its_parameters_need() {
    let message = Router::new().handle::<greet>().check().unwrap_err().to_string();
    assert!(message.contains("hello:greet") && message.contains("Greeting"), "{message}");
    let message = Router::new().handle::<uid>().check().unwrap_err().to_string();
    assert!(message.contains("who:uid"), "{message}");
}

#[tokio::test]
async fn a_result_is_known_by_its_type_and_not_by_its_name() {
    assert_eq!(answer("type:alias", "{}").await["data"], 7);
    assert_eq!(answer("type:own", "{}").await["data"], json!({"data": 7}));
}

#[test]
fn documentation_place_and_deprecation_are_kept() {
    assert_eq!(greet::DOC.text, "Greets someone.\n\nAs often as one likes.");
    assert_eq!((plus::DOC.text, plus::DOC.deprecated), ("Adds.", Some("use `add`")));
    assert_eq!(greet::DOC.deprecated, None);
    assert!(greet::ITEM.file.ends_with("tests/handler.rs") && greet::ITEM.line > 1, "{}", greet::ITEM);
    let schema = SchemaGenerator::default().into_root_schema_for::<plus>().to_value();
    assert_eq!((&schema["deprecated"], &schema["description"]), (&json!(true), &json!("Adds.")));
    assert_eq!(schema["properties"]["left"]["description"], "What is on the left.");
    let schema = SchemaGenerator::default().into_root_schema_for::<add>().to_value();
    assert_eq!(schema["properties"]["left"].get("description"), None);
    assert_eq!(schema.get("description"), None);
}
