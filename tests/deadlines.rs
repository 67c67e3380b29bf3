//! Calls that must be answered by a time: the caller fails, the handler is dropped, and the connection lives on.
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::time::Duration;

use ipc_bridge::prelude::*;
use ipc_bridge::{Endpoint, Limits, memory};
use serde_json::json;
use tokio::time::Instant;

use support::gate::{Gate, echo, pass, router};
use support::raw::{CONTINUED, FRAGMENT, MORE, REQUEST, Raw, frame, request};
use support::streams::pass_items;
use support::{everywhere, watched};

/// Long enough to be noticed, and short enough to wait for.
const SHORT: Duration = Duration::from_millis(30);

/// Longer than any test takes.
const LONG: Duration = Duration::from_secs(600);

/// The flag of a frame that has a deadline.
const DEADLINE: u8 = 4;

/// The milliseconds that remain to this call, or nothing.
#[handler("time:left")]
async fn left(cx: Context) -> Option<u64> {
    let deadline = cx.deadline()?;
    Some(u64::try_from((deadline - Instant::now()).as_millis()).unwrap_or(u64::MAX))
}

/// Answers what the one behind it answers, without a deadline of its own; where that fails, its own caller has given up.
#[handler("time:relay")]
async fn relay(behind: State<Client>, id: u64) -> u64 {
    match behind.invoke(pass { id }).await {
        Ok(id) => id,
        Err(_) => std::future::pending().await,
    }
}

/// May take a short time, and takes longer.
#[handler("time:bounded", timeout = "30ms")]
async fn bounded(gate: State<Gate>) {
    gate.pass().await;
}

/// Takes longer than it may on a thread of its own.
#[handler("time:blocked", blocking, timeout = "30ms")]
fn blocked(gate: State<Gate>) {
    gate.enter();
    std::thread::sleep(10 * SHORT);
}

async fn serve(place: &Endpoint, gate: &Gate) -> (Server, Client) {
    let server =
        Server::bind(place).serve(router(gate).handle::<left>().handle::<bounded>().handle::<blocked>()).await.unwrap();
    (server, Client::connect(place).await.unwrap())
}

async fn a_call_that_is_not_answered_in_time_fails_and_its_handler_is_dropped(place: Endpoint) {
    let gate = Gate::new();
    let (_server, client) = serve(&place, &gate).await;
    let late = client.timeout(SHORT).invoke(pass { id: 1 }).await.unwrap_err();
    assert_eq!(late.code(), Some("TIMEOUT"));
    gate.dropped(1).await;
    assert_eq!(client.invoke(echo { text: "still here".to_owned() }).await.unwrap(), "still here");
}

async fn a_call_that_is_answered_in_time_is_answered(place: Endpoint) {
    let gate = Gate::new();
    let (_server, client) = serve(&place, &gate).await;
    gate.open(1);
    assert_eq!(client.timeout(LONG).invoke(pass { id: 2 }).await, Ok(2));
    let large = "x".repeat(3 * FRAGMENT);
    assert_eq!(client.timeout(LONG).invoke(echo { text: large.clone() }).await, Ok(large));
}

async fn a_handler_knows_its_deadline(place: Endpoint) {
    let gate = Gate::new();
    let (_server, client) = serve(&place, &gate).await;
    assert_eq!(client.invoke(left {}).await, Ok(None));
    let remaining = client.timeout(LONG).invoke(left {}).await.unwrap().unwrap();
    assert!((LONG.as_millis() / 2..=LONG.as_millis()).contains(&remaining.into()), "{remaining} ms");
}

async fn a_deadline_binds_the_calls_that_a_handler_makes(place: Endpoint) {
    let gate = Gate::new();
    let (_behind, client) = serve(&place, &gate).await;
    let front = Router::new().state(client).handle::<relay>();
    let place = memory::endpoint();
    let _front = Server::bind(&place).serve(front).await.unwrap();
    let client = Client::connect(&place).await.unwrap();
    let late = client.timeout(SHORT).invoke(relay { id: 3 }).await.unwrap_err();
    assert_eq!(late.code(), Some("TIMEOUT"));
    // The call that the handler made is over too, in the process behind.
    gate.dropped(1).await;
}

async fn a_handler_may_not_take_longer_than_its_own_timeout(place: Endpoint) {
    let gate = Gate::new();
    let (_server, client) = serve(&place, &gate).await;
    for client in [client.clone(), client.timeout(LONG)] {
        assert_eq!(client.invoke(bounded {}).await.unwrap_err().code(), Some("TIMEOUT"));
        gate.dropped(1).await;
        assert_eq!(client.invoke(blocked {}).await.unwrap_err().code(), Some("TIMEOUT"));
    }
    // In process the same holds.
    let router = Router::new().state(gate).handle::<bounded>();
    assert_eq!(router.invoke(bounded {}).await.unwrap_err().code(), Some("TIMEOUT"));
}

async fn calls_that_wait_for_a_place_are_bound_by_their_deadline_too(place: Endpoint) {
    let gate = Gate::new();
    let limits = Limits::default().in_flight(1);
    let _server = Server::bind(&place).limits(limits).serve(router(&gate)).await.unwrap();
    let client = Client::connect(&place).await.unwrap();
    let waiting = async {
        gate.entered(1).await;
        let late = client.timeout(SHORT).invoke(pass { id: 5 }).await.unwrap_err();
        assert_eq!(late.code(), Some("TIMEOUT"));
        let late = client.timeout(SHORT).stream(pass_items { letters: 1 }).await.unwrap_err();
        assert_eq!(late.code(), Some("TIMEOUT"));
        gate.open(1);
    };
    let (first, ()) = tokio::join!(client.invoke(pass { id: 4 }), waiting);
    assert_eq!(first, Ok(4));
}

everywhere! {
    a_call_that_is_not_answered_in_time_fails_and_its_handler_is_dropped,
    a_call_that_is_answered_in_time_is_answered,
    a_handler_knows_its_deadline,
    a_deadline_binds_the_calls_that_a_handler_makes,
    a_handler_may_not_take_longer_than_its_own_timeout,
    calls_that_wait_for_a_place_are_bound_by_their_deadline_too,
}

/// A frame with a deadline of so many milliseconds.
fn with_deadline(flags: u8, id: u32, channel: &str, millis: u32, payload: &[u8]) -> Vec<u8> {
    let mut behind = millis.to_le_bytes().to_vec();
    behind.extend_from_slice(payload);
    frame(REQUEST, DEADLINE | flags, id, channel.as_bytes(), &behind)
}

#[tokio::test]
async fn a_server_answers_a_caller_that_does_not_look_at_the_clock_itself() {
    watched(async {
        let gate = Gate::new();
        let server = Server::bind(memory::endpoint()).serve(router(&gate)).await.unwrap();
        let mut raw = Raw::greeted_by(&server).await;
        raw.send(&with_deadline(0, 1, "gate:pass", 30, br#"{"id":1}"#)).await;
        let answer = raw.response().await;
        assert_eq!((answer.id, answer.failure_code()), (1, "TIMEOUT".to_owned()));
        gate.dropped(1).await;
        // It is answered once: what comes next answers the next call.
        raw.send(&request(2, "gate:echo", &json!({ "text": "x" }))).await;
        assert_eq!(raw.response().await.id, 2);
    })
    .await;
}

#[tokio::test]
async fn a_call_whose_deadline_has_passed_does_not_reach_its_handler() {
    watched(async {
        let gate = Gate::new();
        let server = Server::bind(memory::endpoint()).serve(router(&gate)).await.unwrap();
        let mut raw = Raw::greeted_by(&server).await;
        raw.send(&with_deadline(0, 1, "gate:echo", 0, br#"{"text":"x"}"#)).await;
        assert_eq!(raw.response().await.failure_code(), "TIMEOUT");
    })
    .await;
}

#[tokio::test]
async fn the_deadline_of_a_message_in_fragments_runs_from_its_first() {
    watched(async {
        let gate = Gate::new();
        let server = Server::bind(memory::endpoint()).serve(router(&gate)).await.unwrap();
        let mut raw = Raw::greeted_by(&server).await;
        let body = br#"{"text":"in two"}"#;
        let total = u32::try_from(body.len()).unwrap().to_le_bytes();
        let first: Vec<u8> = total.into_iter().chain(body[..4].iter().copied()).collect();
        raw.send(&with_deadline(MORE, 1, "gate:echo", 1, &first)).await;
        // An answer to something else tells that the first fragment has been read.
        raw.send(&request(2, "gate:echo", &json!({ "text": "x" }))).await;
        assert_eq!(raw.response().await.id, 2);
        tokio::time::sleep(Duration::from_millis(5)).await;
        raw.send(&frame(REQUEST, CONTINUED, 1, b"", &body[4..])).await;
        let answer = raw.response().await;
        assert_eq!((answer.id, answer.failure_code()), (1, "TIMEOUT".to_owned()));
    })
    .await;
}
