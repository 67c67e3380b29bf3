//! Connections that hold as much as they may in one direction or in both: what waits goes on later, or ends in time.
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::time::Duration;

use ipc_bridge::prelude::*;
use ipc_bridge::{Endpoint, Limits, memory};
use serde_json::json;
use tokio::task::JoinSet;

use support::gate::{Gate, echo, letters, router};
use support::raw::{DEADLINE, REQUEST, RESPONSE, Raw, frame, request};
use support::streams::with_streams;
use support::{everywhere, watched};

/// The most that a connection holds, and a message has.
const MOST: usize = 1 << 18;

/// Connections that hold little.
fn small() -> Limits {
    Limits::default().message_bytes(1 << 18).buffered_bytes(MOST)
}

async fn both_sides_may_have_more_to_send_than_they_may_hold(place: Endpoint) {
    let gate = Gate::new();
    let _server = Server::bind(&place).limits(small()).serve(router(&gate)).await.unwrap();
    let client = Client::builder().limits(small()).connect(&place).await.unwrap();
    let size = MOST - 100;
    let mut calls = JoinSet::new();
    for call in 0..32 {
        let client = client.clone();
        calls.spawn(async move {
            let answer = match call % 2 {
                0 => client.invoke(letters { count: size }).await,
                _ => client.invoke(echo { text: "x".repeat(size) }).await,
            };
            match answer {
                Ok(text) => assert_eq!(text.len(), size),
                // Several arrive at a time, and so little may have arrived in part.
                Err(error) => assert_eq!(error.code(), Some("OVERLOADED")),
            }
        });
    }
    while let Some(done) = calls.join_next().await {
        done.unwrap();
    }
    assert_eq!(client.invoke(letters { count: 3 }).await.unwrap(), "xxx");
}

everywhere! {
    both_sides_may_have_more_to_send_than_they_may_hold,
}

/// A request that must be answered within so many milliseconds.
fn within(millis: u32, id: u32, channel: &str, body: &serde_json::Value) -> Vec<u8> {
    // The deadline stands between the channel and the body.
    let rest = [&millis.to_le_bytes()[..], body.to_string().as_bytes()].concat();
    frame(REQUEST, DEADLINE, id, channel.as_bytes(), &rest)
}

#[tokio::test(start_paused = true)]
async fn a_deadline_passes_while_nothing_can_be_sent() {
    watched(async {
        let gate = Gate::new();
        let router = with_streams(router(&gate));
        let server = Server::bind(memory::endpoint()).limits(small()).serve(router).await.unwrap();
        let mut raw = Raw::greeted_by(&server).await;
        raw.send(&within(10_000, 1, "stream:pass", &json!({"letters": 10}))).await;
        raw.send(&within(10_000, 2, "gate:pass", &json!({"id": 2}))).await;
        gate.entered(2).await;
        // Nothing more can be sent to this peer, as it does not read.
        for id in 3..6 {
            raw.send(&request(id, "gate:letters", &json!({"count": MOST - 100}))).await;
        }
        // Time passes only when nobody has anything to do.
        tokio::time::sleep(Duration::from_secs(1)).await;
        // The stream has an item, and so has the call an answer: neither can be sent.
        gate.open(2);
        tokio::time::sleep(Duration::from_secs(20)).await;
        gate.dropped(2).await;
        // All are answered when the peer reads again.
        let mut answered = Vec::new();
        while answered.len() < 5 {
            let next = raw.frame().await.unwrap();
            if next.kind == RESPONSE && next.flags & support::raw::MORE == 0 {
                answered.push(next.id);
            }
        }
        answered.sort_unstable();
        assert_eq!(answered, [1, 2, 3, 4, 5]);
    })
    .await;
}
