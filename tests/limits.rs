//! Every limit, reached by a peer: the error says which it is and its value, and the connection, or the server, goes on.
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::time::Duration;

use ipc_bridge::prelude::*;
use ipc_bridge::{Limits, memory};
use serde_json::json;
use tokio::io::duplex;
use tokio::time::Instant;

use support::events::Oldest;
use support::gate::{Gate, echo, pass, router};
use support::raw::{
    CANCEL, END, EVENT, FRAGMENT, GOODBYE, MORE, PING, PONG, REQUEST, RESPONSE, Raw, SUBSCRIBE, UNSUBSCRIBE,
    first_fragment, frame, hello, hello_body, request, transport,
};
use support::streams::with_streams;
use support::{until_connections, watched};

/// A server in memory, its gate, and a peer that has said hello.
async fn served(limits: Limits) -> (Server, Gate, Raw) {
    let gate = Gate::new();
    let server = Server::bind(memory::endpoint()).limits(limits).serve(with_streams(router(&gate))).await.unwrap();
    let raw = Raw::greeted_by(&server).await;
    (server, gate, raw)
}

/// The message of the response that comes next, which failed with this code.
async fn refused(raw: &mut Raw, id: u32, code: &str) -> String {
    let response = raw.response().await;
    assert_eq!((response.id, response.failure_code().as_str()), (id, code));
    response.json()["error"]["message"].as_str().unwrap().to_owned()
}

/// The connection still answers.
async fn goes_on(raw: &mut Raw) {
    raw.send(&frame(PING, 0, 99, b"", b"")).await;
    let pong = raw.frame().await.unwrap();
    assert_eq!((pong.kind, pong.id), (PONG, 99));
}

#[tokio::test(start_paused = true)]
async fn the_bytes_of_a_message_are_limited() {
    watched(async {
        let (_server, _gate, mut raw) = served(Limits::default().message_bytes(1000)).await;
        raw.send(&request(1, "gate:echo", &json!({"text": "x".repeat(1000)}))).await;
        assert_eq!(refused(&mut raw, 1, "TOO_LARGE").await, "the message has 1011 bytes, and a message may have 1000");
        goes_on(&mut raw).await;
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn the_bytes_of_what_is_half_there_are_limited() {
    watched(async {
        let limits = Limits::default().message_bytes(100_000).buffered_bytes(150_000);
        let (_server, _gate, mut raw) = served(limits).await;
        let part = vec![b' '; 50_000];
        raw.send(&first_fragment(REQUEST, 1, b"gate:echo", 100_000, &part)).await;
        raw.send(&first_fragment(REQUEST, 2, b"gate:echo", 100_000, &part)).await;
        raw.send(&frame(REQUEST, 2, 2, b"", &part)).await;
        let said = refused(&mut raw, 2, "OVERLOADED").await;
        assert_eq!(said, "more would be half-arrived than a connection may have, 150000 bytes of 4096 messages");
        raw.send(&frame(REQUEST, 2, 1, b"", &part)).await;
        refused(&mut raw, 1, "INVALID_INPUT").await;
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn the_calls_in_flight_are_limited() {
    watched(async {
        let (_server, gate, mut raw) = served(Limits::default().in_flight(2)).await;
        for id in 1..=3 {
            raw.send(&request(id, "gate:pass", &json!({ "id": id }))).await;
        }
        let said = refused(&mut raw, 3, "OVERLOADED").await;
        assert_eq!(said, "2 calls of this connection are in flight, as many as may be");
        gate.open(2);
        for _ in 0..2 {
            assert_eq!(raw.response().await.json()["success"], json!(true));
        }
        gate.open(1);
        raw.send(&request(3, "gate:pass", &json!({"id": 3}))).await;
        assert_eq!(raw.response().await.json()["data"], json!(3));
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn the_streams_of_a_connection_are_limited_in_either_direction_and_calls_go_on() {
    watched(async {
        let (_server, gate, mut raw) = served(Limits::default().streams(2)).await;
        raw.send(&request(1, "stream:pass", &json!({"letters": 1}))).await;
        raw.send(&request(2, "upload:count", &json!({}))).await;
        gate.entered(2).await;
        for (id, channel, body) in
            [(3, "stream:pass", json!({"letters": 1})), (4, "upload:ignore", json!({})), (5, "upload:count", json!({}))]
        {
            raw.send(&request(id, channel, &body)).await;
            let said = refused(&mut raw, id, "OVERLOADED").await;
            assert_eq!(said, "2 streams of this connection are in flight, as many as may be");
        }
        raw.send(&request(6, "gate:echo", &json!({"text": "in"}))).await;
        assert_eq!(raw.response().await.json()["data"], json!("in"));
        raw.send(&frame(CANCEL, 0, 1, b"", b"")).await;
        assert_eq!(refused(&mut raw, 1, "CANCELLED").await, "the caller cancelled the call");
        raw.send(&request(7, "upload:count", &json!({}))).await;
        gate.entered(1).await;
        raw.send(&request(8, "stream:pass", &json!({"letters": 1}))).await;
        refused(&mut raw, 8, "OVERLOADED").await;
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn the_subscriptions_of_a_connection_are_limited() {
    watched(async {
        let (server, _gate, mut raw) = served(Limits::default().subscriptions(2)).await;
        for id in 1..=3 {
            raw.send(&frame(SUBSCRIBE, 0, id, Oldest::CHANNEL.as_bytes(), b"")).await;
        }
        for id in 1..=2 {
            let response = raw.response().await;
            assert_eq!((response.id, &response.json()["success"]), (id, &json!(true)));
        }
        let said = refused(&mut raw, 3, "OVERLOADED").await;
        assert_eq!(said, "2 subscriptions of this connection are in flight, as many as may be");
        server.publish(&Oldest::sized(1, 1)).unwrap();
        for id in 1..=2 {
            let event = raw.frame().await.unwrap();
            assert_eq!((event.kind, event.id), (EVENT, id));
        }
        raw.send(&frame(UNSUBSCRIBE, 0, 1, b"", b"")).await;
        raw.send(&frame(SUBSCRIBE, 0, 3, Oldest::CHANNEL.as_bytes(), b"")).await;
        let accepted = loop {
            let frame = raw.frame().await.unwrap();
            if frame.kind == RESPONSE {
                break frame;
            }
        };
        assert_eq!((accepted.id, &accepted.json()["success"]), (3, &json!(true)));
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn the_connections_of_a_server_are_limited() {
    watched(async {
        let (server, _gate, raw) = served(Limits::default().connections(1)).await;
        let (ours, theirs) = duplex(FRAGMENT);
        server.accept(transport(theirs));
        let goodbye = Raw::new(ours).frame().await.unwrap();
        assert_eq!(goodbye.goodbye_code(), "OVERLOADED");
        assert_eq!(goodbye.json()["message"], json!("the server has 1 connections, as many as it may"));
        drop(raw);
        until_connections(&server, 0).await;
        goes_on(&mut Raw::greeted_by(&server).await).await;
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn the_connections_of_one_user_are_limited_and_those_of_another_come_in() {
    watched(async {
        let limits = Limits::default().connections_per_user(2);
        let server = Server::bind(memory::endpoint()).limits(limits);
        // Elsewhere users have no numbers, and whoever makes a transport vouches for them.
        #[cfg(unix)]
        let server = server.allow_any_user();
        let server = server.serve(router(&Gate::new())).await.unwrap();
        let come = |uid: u32| {
            let (ours, theirs) = duplex(FRAGMENT);
            server.accept(transport(theirs).with_peer(Peer::unknown().with_user(uid, 100)));
            let mut raw = Raw::new(ours);
            async move {
                raw.send_in_vain(&hello(1, &hello_body())).await;
                let frame = raw.frame().await.unwrap();
                (raw, frame)
            }
        };
        let (first, _) = come(1000).await;
        let (_second, _) = come(1000).await;
        let (_, goodbye) = come(1000).await;
        assert_eq!(goodbye.goodbye_code(), "OVERLOADED");
        assert_eq!(goodbye.json()["message"], json!("this user has 2 connections, as many as one may"));
        let (mut other, _) = come(1001).await;
        goes_on(&mut other).await;
        drop(first);
        until_connections(&server, 2).await;
        let (mut third, _) = come(1000).await;
        goes_on(&mut third).await;
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn the_time_for_a_hello_is_limited() {
    watched(async {
        let (server, _gate, _raw) = served(Limits::default().handshake(Duration::from_secs(3))).await;
        let begun = Instant::now();
        let (ours, theirs) = duplex(FRAGMENT);
        server.accept(transport(theirs));
        let mut silent = Raw::new(ours);
        let mut creeping = hello(1, &hello_body()).into_iter();
        // A byte a second is not silence, and is not in time either.
        while begun.elapsed() < Duration::from_secs(4) {
            silent.send_in_vain(&[creeping.next().unwrap()]).await;
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        assert_eq!(silent.rest().await, b"");
        until_connections(&server, 1).await;
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn the_time_for_which_a_peer_takes_nothing_is_limited() {
    watched(async {
        let limit = Duration::from_millis(500);
        let (server, gate, mut raw) = served(Limits::default().stalled(limit)).await;
        raw.send(&request(1, "gate:pass", &json!({"id": 1}))).await;
        gate.entered(1).await;
        raw.send(&request(2, "gate:letters", &json!({"count": 10 * FRAGMENT}))).await;
        let begun = Instant::now();
        gate.dropped(1).await;
        let waited = begun.elapsed();
        assert!(limit <= waited && waited <= 2 * limit, "{waited:?}");
        until_connections(&server, 0).await;
        assert!(raw.rest().await.len() < 2 * FRAGMENT, "what the pipe held is all that came");
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_takes_a_little_at_a_time_is_not_let_go() {
    watched(async {
        let limit = Duration::from_millis(500);
        let (_server, _gate, mut raw) = served(Limits::default().stalled(limit)).await;
        raw.send(&request(1, "gate:letters", &json!({"count": 10 * FRAGMENT}))).await;
        let (mut taken, mut more) = (0, true);
        while more {
            tokio::time::sleep(limit - Duration::from_millis(100)).await;
            let fragment = raw.frame().await.unwrap();
            taken += fragment.payload.len();
            more = fragment.flags & MORE != 0;
        }
        assert!(taken > 10 * FRAGMENT);
        goes_on(&mut raw).await;
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn the_time_for_the_rest_of_a_message_is_limited() {
    watched(async {
        let limit = Duration::from_millis(500);
        let whole = request(1, "gate:echo", &json!({"text": "half"}));
        let fragment = first_fragment(REQUEST, 1, b"gate:echo", 1000, b"{");
        let half = [&whole[..7], &whole[..30], &fragment[..], &fragment[..fragment.len() - 1]];
        for begun in half {
            let (server, _gate, mut raw) = served(Limits::default().stalled(limit)).await;
            raw.send(begun).await;
            let since = Instant::now();
            let goodbye = raw.frame().await.unwrap();
            let waited = since.elapsed();
            assert!(limit <= waited && waited <= 2 * limit, "{waited:?}");
            assert_eq!(goodbye.goodbye_code(), "TIMEOUT");
            let said = "the rest of a message did not come within 500ms, as long as it may take";
            assert_eq!(goodbye.json()["message"], json!(said));
            until_connections(&server, 0).await;
        }
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_message_that_comes_slowly_is_answered_all_the_same() {
    watched(async {
        let limit = Duration::from_millis(500);
        let (_server, _gate, mut raw) = served(Limits::default().stalled(limit)).await;
        for byte in request(1, "gate:echo", &json!({"text": "slow"})) {
            raw.send(&[byte]).await;
            tokio::time::sleep(limit - Duration::from_millis(100)).await;
        }
        assert_eq!(raw.response().await.json()["data"], json!("slow"));
        // Between messages, nothing is owed.
        tokio::time::sleep(10 * limit).await;
        goes_on(&mut raw).await;
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn the_time_for_which_a_connection_is_idle_is_limited_where_a_server_says_so() {
    watched(async {
        let limit = Duration::from_millis(500);
        let (server, gate, mut raw) = served(Limits::default().idle(limit)).await;
        // A call in flight, a stream and a subscription each keep it.
        raw.send(&request(1, "gate:pass", &json!({"id": 1}))).await;
        tokio::time::sleep(5 * limit).await;
        gate.open(1);
        assert_eq!(raw.response().await.json()["data"], json!(1));
        raw.send(&frame(SUBSCRIBE, 0, 2, Oldest::CHANNEL.as_bytes(), b"")).await;
        assert_eq!(raw.response().await.id, 2);
        tokio::time::sleep(5 * limit).await;
        goes_on(&mut raw).await;
        raw.send(&frame(UNSUBSCRIBE, 0, 2, b"", b"")).await;
        assert_eq!(raw.frame().await.unwrap().kind, END);
        let since = Instant::now();
        let goodbye = raw.frame().await.unwrap();
        let waited = since.elapsed();
        assert!(limit <= waited && waited <= 2 * limit, "{waited:?}");
        assert_eq!((goodbye.kind, goodbye.goodbye_code().as_str()), (GOODBYE, "UNAVAILABLE"));
        let said = "nothing was asked within 500ms, as long as a connection may be idle";
        assert_eq!(goodbye.json()["message"], json!(said));
        until_connections(&server, 0).await;
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_client_learns_that_it_was_idle_too_long() {
    watched(async {
        let gate = Gate::new();
        let place = memory::endpoint();
        let limits = Limits::default().idle(Duration::from_millis(500));
        let _server = Server::bind(&place).limits(limits).serve(router(&gate)).await.unwrap();
        let client = Client::connect(&place).await.unwrap();
        assert_eq!(client.invoke(echo { text: "in".to_owned() }).await.unwrap(), "in");
        let said = client.closed().await;
        assert_eq!(said, "nothing was asked within 500ms, as long as a connection may be idle");
        let failed = client.invoke(pass { id: 1 }).await.unwrap_err();
        assert!(failed.to_string().contains(&said), "{failed}");
    })
    .await;
}
