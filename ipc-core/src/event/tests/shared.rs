//! Events that peers publish.

use std::future::poll_fn;
use std::task::Poll;

use serde_json::{Value, json};

use super::*;
use crate::failure::code;
use crate::items::{Ending, ReceiveItems, Received};
use crate::peer::Peer;
use crate::route::{Dispatch, Inbound};

struct Nothing;

impl ReceiveItems for Nothing {
    fn poll_item(&mut self, _: &mut std::task::Context<'_>) -> Poll<Received<'_>> {
        Poll::Ready(Received::End(Ending::Finished))
    }
}

/// What becomes of a peer's request, and what is answered at once.
fn dispatch(router: &Router, channel: &str, json: &str) -> (Dispatch, Body) {
    let mut out = Body::default();
    let request = Inbound {
        channel: channel.as_bytes(),
        json: json.as_bytes(),
        attachments: vec![],
        deadline: None,
        incoming: &mut || Box::new(Nothing),
    };
    let dispatch = router.dispatch(request, &mut router.context(Peer::unknown()), &mut out);
    (dispatch, out)
}

fn response(out: &Body) -> Value {
    serde_json::from_slice(&out.json).expect("a response")
}

fn answered(router: &Router, channel: &str, json: &str) -> Value {
    let (dispatch, out) = dispatch(router, channel, json);
    assert!(matches!(dispatch, Dispatch::Answered));
    response(&out)
}

#[tokio::test]
async fn what_a_peer_publishes_reaches_everyone_and_is_answered_with_nothing() {
    let router = router();
    let mut saids = soon(router.subscribe::<Said>()).await.expect("a subscription");
    assert_eq!(answered(&router, "chat:said", r#"{"text":"hello"}"#), json!({"success": true, "data": null}));
    assert_eq!(soon(saids.next()).await, Some(Ok(said("hello"))));
}

#[tokio::test]
async fn what_a_peer_publishes_is_checked_as_a_request_is() {
    let router = router();
    for (json, path, message) in [
        (r#"{"text":""}"#, "text", "length is lower than 1"),
        (r#"{"text":1}"#, "text", "invalid type: integer `1`, expected a string"),
        (r#"{"text":"a","more":1}"#, "more", "unknown field `more`, expected `text`"),
    ] {
        let error = &answered(&router, "chat:said", json)["error"];
        assert_eq!(error["code"], code::INVALID_INPUT);
        let issue = &error["details"]["issues"][0];
        assert_eq!((issue["path"].as_str(), issue["message"].as_str()), (Some(path), Some(message)));
    }
}

#[test]
fn a_peer_publishes_only_what_is_shared() {
    let error = &answered(&router(), "status:changed", r#"{"online":true}"#)["error"];
    assert_eq!(error["code"], code::DENIED);
    assert_eq!(error["message"], "the event of `status:changed` is published by this process alone");
    let error = &answered(&router(), "status:unknown", "{}")["error"];
    assert_eq!(error["code"], code::UNKNOWN_CHANNEL);
}

#[tokio::test]
async fn a_peer_is_answered_when_every_subscriber_has_room() {
    let router = router();
    let mut lines = soon(router.subscribe::<Line>()).await.expect("a subscription");
    for number in 0..MAX_EVENTS {
        let expected = json!({"success": true, "data": null});
        assert_eq!(answered(&router, "log:line", &json!({"number": number}).to_string()), expected);
    }
    let (dispatch, mut out) = dispatch(&router, "log:line", r#"{"number":7}"#);
    let Dispatch::Pending(mut call) = dispatch else { panic!("there is no room") };
    assert!(poll_fn(|cx| Poll::Ready(call.poll(cx, &mut out).is_pending())).await);
    assert_eq!(soon(lines.next()).await, Some(Ok(Line { number: 0 })));
    soon(poll_fn(|cx| call.poll(cx, &mut out))).await;
    assert_eq!(response(&out), json!({"success": true, "data": null}));
}
