//! Calls that nobody waits for any more: their handlers are dropped, their places are free again, and the connection
//! lives on.
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::future::{Future as _, pending};
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use ipc_bridge::prelude::*;
use ipc_bridge::{Endpoint, Limits};
use serde_json::json;
use tokio::task::{JoinSet, yield_now};

use support::gate::{Gate, echo, pass, router};
use support::raw::{CANCEL, FRAGMENT, MORE, PING, PONG, REQUEST, RESPONSE, frame, hello_body, server_for};
use support::{everywhere, watched};

/// The calls that may be in flight: few, so that one that is lost is noticed.
const PLACES: u32 = 4;

/// Answers after this many polls, with the text's length.
#[handler("step:count")]
async fn steps(polls: u32, text: String) -> usize {
    for _ in 0..polls {
        yield_now().await;
    }
    text.len()
}

/// Never answers.
#[handler("step:never")]
async fn never(text: String) -> usize {
    pending::<()>().await;
    text.len()
}

async fn serve(place: &Endpoint, gate: &Gate) -> (Server, Client) {
    let limits = Limits::default().in_flight(PLACES);
    let server =
        Server::bind(place).limits(limits).serve(router(gate).handle::<steps>().handle::<never>()).await.unwrap();
    (server, Client::connect(place).await.unwrap())
}

/// As many calls as may be in flight come to their handlers together: no place was lost.
async fn every_place_is_free(client: &Client, gate: &Gate) {
    let mut callers = JoinSet::new();
    for id in 0..u64::from(PLACES) {
        let client = client.clone();
        callers.spawn(async move { assert_eq!(client.invoke(pass { id }).await, Ok(id)) });
    }
    gate.entered(PLACES).await;
    gate.open(PLACES as usize);
    gate.dropped(PLACES).await;
    while let Some(done) = callers.join_next().await {
        done.unwrap();
    }
}

async fn a_dropped_call_cancels_its_handler(place: Endpoint) {
    let gate = Gate::new();
    let (_server, client) = serve(&place, &gate).await;
    // More than there are places, so that a place that is not given back is missed.
    for id in 0..u64::from(3 * PLACES) {
        tokio::select! {
            _ = client.invoke(pass { id }) => panic!("the gate is shut"),
            () = gate.entered(1) => {}
        }
        gate.dropped(1).await;
    }
    every_place_is_free(&client, &gate).await;
}

/// Polls a call at most `polls` times, lets others run in between, and drops it. Answers whether it was answered.
async fn give_up_after(polls: usize, client: &Client, text: &str) -> bool {
    let mut call = pin!(client.invoke(steps { polls: 3, text: text.to_owned() }));
    for _ in 0..polls {
        if let Poll::Ready(answer) = call.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            assert_eq!(answer, Ok(text.len()));
            return true;
        }
        yield_now().await;
    }
    false
}

async fn a_call_may_be_dropped_after_any_number_of_polls(place: Endpoint) {
    let gate = Gate::new();
    let (_server, client) = serve(&place, &gate).await;
    for size in [10, 10 * FRAGMENT] {
        let text = "x".repeat(size);
        let mut polls = 0;
        while !give_up_after(polls, &client, &text).await {
            // At a socket the number of polls is a matter of luck, so it grows faster than one by one.
            polls += 1 + polls / 8;
            assert_eq!(client.invoke(echo { text: "alive".to_owned() }).await.unwrap(), "alive");
        }
        every_place_is_free(&client, &gate).await;
    }
}

async fn calls_that_are_dropped_together_leave_no_trace(place: Endpoint) {
    let gate = Gate::new();
    let (_server, client) = serve(&place, &gate).await;
    for round in 0..20 {
        // Twice as many as there are places: some are dropped while they wait for one, and some while they are sent.
        let mut calls: Vec<_> = (0..2 * PLACES)
            .map(|call| {
                let text = "x".repeat(if call % 2 == 0 { 5 } else { 5 * FRAGMENT });
                Box::pin(client.invoke(never { text }))
            })
            .collect();
        for _ in 0..round {
            for call in &mut calls {
                assert!(call.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
            }
            yield_now().await;
        }
        drop(calls);
        assert_eq!(client.invoke(echo { text: "alive".to_owned() }).await.unwrap(), "alive");
    }
    every_place_is_free(&client, &gate).await;
}

async fn the_end_of_a_server_fails_the_calls_in_flight(place: Endpoint) {
    let gate = Gate::new();
    let (server, client) = serve(&place, &gate).await;
    let ending = async {
        gate.entered(1).await;
        drop(server);
    };
    let (answer, ()) = tokio::join!(client.invoke(pass { id: 1 }), ending);
    assert!(matches!(answer, Err(InvokeError::Disconnected(_))), "{answer:?}");
    gate.dropped(1).await;
    assert!(client.is_closed());
}

everywhere! {
    a_dropped_call_cancels_its_handler,
    a_call_may_be_dropped_after_any_number_of_polls,
    calls_that_are_dropped_together_leave_no_trace,
    the_end_of_a_server_fails_the_calls_in_flight,
}

#[tokio::test]
async fn no_more_of_a_large_request_is_sent_once_it_is_cancelled() {
    watched(async {
        // Less than a fragment fits into the pipe: one fragment is half-written whenever the test reads.
        let (client, mut raw) = server_for(Client::builder(), 1024, &hello_body()).await;
        // Another call is cancelled with it, before the half-written fragment is through.
        let mut large = Box::pin(client.invoke(echo { text: "x".repeat(1 << 20) }));
        let mut small = Box::pin(client.invoke(pass { id: 3 }));
        let first = tokio::select! {
            _ = &mut large => panic!("nobody answered it"),
            first = raw.frame() => first.unwrap(),
        };
        assert!(small.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        yield_now().await;
        drop((large, small));

        let (mut cancelled, mut fragments) = (Vec::new(), 1);
        let mut small_id = None;
        while cancelled.len() < 2 {
            let next = raw.frame().await.unwrap();
            match next.kind {
                REQUEST if next.id == first.id => {
                    assert!(!cancelled.contains(&next.id), "a fragment came after the cancel");
                    assert!(next.flags & MORE != 0);
                    fragments += 1;
                }
                REQUEST => small_id = Some(next.id),
                CANCEL => cancelled.push(next.id),
                kind => panic!("a frame of kind {kind}"),
            }
        }
        assert!(fragments <= 3, "{fragments} fragments were sent");
        cancelled.sort_unstable();
        let mut expected = [first.id, small_id.unwrap()];
        expected.sort_unstable();
        assert_eq!(cancelled, expected);
        // Nothing follows, and the ids are free once the server has answered.
        raw.send(&frame(PING, 0, 1, b"", b"")).await;
        assert_eq!(raw.frame().await.unwrap().kind, PONG);
        for id in cancelled {
            let body = json!({ "success": false, "error": { "code": "CANCELLED", "message": "as you wish" } });
            raw.send(&frame(RESPONSE, 0, id, b"", body.to_string().as_bytes())).await;
        }
        let serve = async {
            let request = raw.frame().await.unwrap();
            raw.send(&frame(RESPONSE, 0, request.id, b"", br#"{"success":true,"data":8}"#)).await;
        };
        let (answer, ()) = tokio::join!(client.invoke(pass { id: 8 }), serve);
        assert_eq!(answer, Ok(8));
    })
    .await;
}

/// A side whose runtime ends without a word. On Windows the handle of a pipe stays open until a read that was begun is
/// done, which takes the runtime that is gone: there, only the end of the process tells the peer.
#[cfg(unix)]
mod runtimes_that_end {
    use tokio::runtime::Runtime;

    use super::*;
    use crate::support::until_connections;

    async fn the_end_of_a_client_drops_its_handlers_and_no_others(place: Endpoint) {
        let gate = Gate::new();
        let (server, other) = serve(&place, &gate).await;
        let others = tokio::spawn(async move { (other.invoke(pass { id: 9 }).await, other) });
        gate.entered(1).await;
        // The client lives in a runtime of its own, which ends without a word.
        let runtime = Runtime::new().unwrap();
        let client = runtime.spawn(async move { Client::connect(place).await.unwrap() }).await.unwrap();
        for id in 0..u64::from(PLACES) {
            let client = client.clone();
            runtime.spawn(async move { client.invoke(pass { id }).await });
        }
        gate.entered(PLACES).await;
        runtime.shutdown_background();
        gate.dropped(PLACES).await;
        until_connections(&server, 1).await;
        let unanswered = client.invoke(pass { id: 1 }).await;
        assert!(matches!(unanswered, Err(InvokeError::Disconnected(_))), "{unanswered:?}");
        gate.open(1);
        let (answer, other) = others.await.unwrap();
        assert_eq!(answer, Ok(9));
        every_place_is_free(&other, &gate).await;
    }

    async fn the_end_of_a_servers_runtime_fails_the_calls_in_flight(place: Endpoint) {
        let gate = Gate::new();
        let runtime = Runtime::new().unwrap();
        let served = runtime.spawn({
            let (place, gate) = (place.clone(), gate.clone());
            async move { Server::bind(&place).serve(router(&gate)).await.unwrap() }
        });
        let _server = served.await.unwrap();
        let client = Client::connect(&place).await.unwrap();
        let ending = async {
            gate.entered(1).await;
            runtime.shutdown_background();
        };
        let (answer, ()) = tokio::join!(client.invoke(pass { id: 1 }), ending);
        assert!(matches!(answer, Err(InvokeError::Disconnected(_))), "{answer:?}");
        gate.dropped(1).await;
    }

    everywhere! {
        the_end_of_a_client_drops_its_handlers_and_no_others,
        the_end_of_a_servers_runtime_fails_the_calls_in_flight,
    }
}
