//! A connection's own task against a peer that writes bytes: what it answers, passes over and refuses.

mod channels;
mod exchanges;
mod leaving;
mod left;
mod peer;

use serde_json::{Value, json};

use self::peer::{Peer, bytes, watched};
use super::*;
use crate::limits::Limits;
use crate::vectors;

/// Limits that a test reaches.
fn small() -> Limits {
    Limits::default().message_bytes(1000).in_flight(2).buffered_bytes(1500)
}

/// A frame of `frames.json`.
fn vector(name: &str) -> Vec<u8> {
    vectors::frame(name).bytes()
}

#[tokio::test(start_paused = true)]
async fn a_ping_is_answered_with_its_id_and_payload() {
    let mut peer = Peer::connect(Limits::default());
    peer.send(&vector("ping")).await;
    assert_eq!(peer.receive().await, (Kind::Pong, 9, vec![1, 2, 3, 4]));
    peer.send(&vector("largest_ping")).await;
    assert_eq!(peer.receive().await, (Kind::Pong, 11, vec![b'.'; 65536]));
}

#[tokio::test(start_paused = true)]
async fn a_request_for_an_unknown_channel_is_answered_so_unless_its_time_is_up() {
    let mut peer = Peer::connect(Limits::default());
    let unknown = "UNKNOWN_CHANNEL";
    for (name, id, code) in
        [("request", 1, unknown), ("request_with_deadline", 2, unknown), ("request_with_no_time_left", 3, "TIMEOUT")]
    {
        peer.send(&vector(name)).await;
        assert_eq!(peer.refusal().await, (id, code.to_owned()));
    }
}

#[tokio::test(start_paused = true)]
async fn a_subscription_is_answered_as_there_are_no_events_yet() {
    let mut peer = Peer::connect(Limits::default());
    peer.send(&vector("subscribe")).await;
    assert_eq!(peer.refusal().await, (41, "UNKNOWN_CHANNEL".to_owned()));
}

#[tokio::test(start_paused = true)]
async fn what_belongs_to_nothing_is_passed_over() {
    let mut peer = Peer::connect(Limits::default());
    let names = ["pong", "item", "end", "credit", "unsubscribe", "event", "notification", "response", "cancel"];
    for name in names.into_iter().chain(["first_fragment_of_a_response", "last_fragment_of_a_response", "ping"]) {
        peer.send(&vector(name)).await;
    }
    assert_eq!(peer.receive().await.0, Kind::Pong, "nothing else is answered");
}

#[tokio::test(start_paused = true)]
async fn a_request_whose_table_of_attachments_is_not_whole_is_refused_and_the_connection_goes_on() {
    let mut peer = Peer::connect(Limits::default());
    let mut request = peer::request(25, "a:b", b"\x01\0\0\0\x09\0\0\0{}");
    request[5] = 8;
    peer.send(&request).await;
    assert_eq!(peer.refusal().await, (25, "INVALID_INPUT".to_owned()));
    let mut first = vector("first_fragment");
    first[5] |= 8;
    peer.send(&[first, vector("middle_fragment"), vector("last_fragment")].concat()).await;
    assert_eq!(peer.refusal().await, (21, "INVALID_INPUT".to_owned()));
    peer.send(&vector("request_with_attachments")).await;
    assert_eq!(peer.refusal().await, (25, "UNKNOWN_CHANNEL".to_owned()));
    peer.send(&vector("ping")).await;
    assert_eq!(peer.receive().await.0, Kind::Pong);
}

#[tokio::test(start_paused = true)]
async fn requests_that_come_in_pieces_are_answered_as_those_that_come_at_once() {
    let names = ["request_with_attachments", "first_fragment", "middle_fragment", "ping", "last_fragment", "ping"];
    let sent: Vec<u8> = names.iter().flat_map(|name| vector(name)).collect();
    for bytes in [1, 7, 30, sent.len()] {
        let mut peer = Peer::connect(Limits::default());
        for piece in sent.chunks(bytes) {
            peer.send(piece).await;
            tokio::task::yield_now().await;
        }
        assert_eq!(peer.refusal().await, (25, "UNKNOWN_CHANNEL".to_owned()), "in pieces of {bytes} bytes");
        assert_eq!(peer.receive().await.0, Kind::Pong);
        assert_eq!(peer.refusal().await, (21, "UNKNOWN_CHANNEL".to_owned()));
        assert_eq!(peer.receive().await.0, Kind::Pong);
    }
}

#[tokio::test(start_paused = true)]
async fn a_response_whose_table_of_attachments_is_not_whole_fails_its_call() {
    let mut peer = Peer::connect(Limits::default());
    let link = Arc::clone(&peer.link);
    let call = tokio::spawn(async move { Peer::call(&link, b"").await });
    let (kind, id, _) = peer.receive().await;
    assert_eq!(kind, Kind::Request);
    let mut response = bytes(Kind::Response, id, b"\x09\0\0\0{}");
    response[5] = 8;
    peer.send(&response).await;
    let body: Value = serde_json::from_slice(&watched(call).await.unwrap().unwrap()).unwrap();
    assert_eq!(body["error"]["code"], json!("INTERNAL"));
}

#[tokio::test(start_paused = true)]
async fn a_message_over_the_limit_is_refused_in_one_frame_as_in_fragments() {
    let mut peer = Peer::connect(small());
    peer.send(&peer::request(1, "a:b", &[b' '; 1001])).await;
    assert_eq!(peer.refusal().await, (1, "TOO_LARGE".to_owned()));
    peer.send(&vector("full_first_fragment")).await;
    peer.send(&vector("ping")).await;
    assert_eq!(peer.receive().await.0, Kind::Pong, "the answer waits for the last fragment");
    peer.send(&vector("rest_of_a_full_fragment")).await;
    assert_eq!(peer.refusal().await, (23, "TOO_LARGE".to_owned()));
    peer.send(&peer::request(1, "a:b", &[b' '; 1000])).await;
    assert_eq!(peer.refusal().await, (1, "UNKNOWN_CHANNEL".to_owned()));
}

#[tokio::test(start_paused = true)]
async fn a_response_over_the_limit_of_its_caller_is_replaced() {
    let mut peer = Peer::connect_to(Limits::default(), 200);
    peer.send(&peer::request(1, "test:repeat", br#"{"times":100}"#)).await;
    assert_eq!(peer.receive().await.0, Kind::Response);
    peer.send(&peer::request(2, "test:repeat", br#"{"times":200}"#)).await;
    assert_eq!(peer.refusal().await, (2, "TOO_LARGE".to_owned()));
}

#[tokio::test(start_paused = true)]
async fn a_request_over_the_limit_of_its_server_is_not_sent() {
    let peer = Peer::connect_to(Limits::default(), 200);
    let refused = Peer::call(&peer.link, &[b' '; 201]).await;
    assert!(matches!(refused, Err(ipc_core::CallError::TooLarge { size: 201, limit: 200 })), "{refused:?}");
}

#[tokio::test(start_paused = true)]
async fn more_than_may_be_half_arrived_is_refused() {
    let mut peer = Peer::connect(small());
    for id in 0..2 {
        peer.send(&peer::first_fragment(id, 800)).await;
    }
    peer.send(&peer::last_fragment(1, &[b' '; 800])).await;
    assert_eq!(peer.refusal().await, (1, "OVERLOADED".to_owned()));
    peer.send(&peer::last_fragment(0, &[b' '; 800])).await;
    assert_eq!(peer.refusal().await, (0, "UNKNOWN_CHANNEL".to_owned()));
}

#[tokio::test(start_paused = true)]
async fn more_calls_than_may_be_in_flight_are_refused() {
    let mut peer = Peer::connect(small());
    for id in 0..3 {
        peer.send(&peer::request(id, "test:wait", b"{}")).await;
    }
    assert_eq!(peer.refusal().await, (2, "OVERLOADED".to_owned()));
    peer.send(&bytes(Kind::Cancel, 0, b"")).await;
    assert_eq!(peer.refusal().await, (0, "CANCELLED".to_owned()));
    peer.send(&peer::request(3, "test:wait", b"{}")).await;
    peer.send(&bytes(Kind::Cancel, 3, b"")).await;
    assert_eq!(peer.refusal().await, (3, "CANCELLED".to_owned()));
}

#[tokio::test(start_paused = true)]
async fn a_cancelled_call_is_answered_once() {
    let mut peer = Peer::connect(Limits::default());
    peer.send(&peer::request(7, "test:wait", b"{}")).await;
    peer.send(&bytes(Kind::Cancel, 7, b"").repeat(3)).await;
    assert_eq!(peer.refusal().await, (7, "CANCELLED".to_owned()));
    peer.send(&vector("ping")).await;
    assert_eq!(peer.receive().await.0, Kind::Pong);
}

#[tokio::test(start_paused = true)]
async fn a_request_cancelled_between_its_fragments_is_answered_and_its_id_is_free() {
    let mut peer = Peer::connect(Limits::default());
    peer.send(&[vector("first_fragment"), bytes(Kind::Cancel, 21, b"")].concat()).await;
    assert_eq!(peer.refusal().await, (21, "CANCELLED".to_owned()));
    peer.send(&[vector("first_fragment"), vector("middle_fragment"), vector("last_fragment")].concat()).await;
    assert_eq!(peer.refusal().await, (21, "UNKNOWN_CHANNEL".to_owned()));
}

#[tokio::test(start_paused = true)]
async fn a_fragment_that_follows_its_cancel_ends_the_connection() {
    let mut peer = Peer::connect(Limits::default());
    peer.send(&[vector("first_fragment"), bytes(Kind::Cancel, 21, b""), vector("middle_fragment")].concat()).await;
    assert_eq!(peer.refusal().await, (21, "CANCELLED".to_owned()));
    peer.is_let_go().await;
}

#[tokio::test(start_paused = true)]
async fn an_id_that_is_used_twice_at_once_ends_the_connection() {
    let mut peer = Peer::connect(Limits::default());
    peer.send(&peer::request(7, "test:wait", b"{}").repeat(2)).await;
    assert!(peer.is_let_go().await.contains("request 7"));
}

#[tokio::test(start_paused = true)]
async fn every_refused_frame_ends_the_connection_and_the_peer_is_told_why() {
    for refused in vectors::refused().frames {
        let mut peer = Peer::connect(Limits::default());
        peer.send(&refused.bytes.bytes()).await;
        let reason = peer.is_let_go().await;
        assert_eq!(*watched(peer.link.ended()).await, *reason, "{}", refused.name);
    }
}

#[tokio::test(start_paused = true)]
async fn every_refused_sequence_ends_the_connection_and_the_peer_is_told_why() {
    for refused in vectors::refused().sequences {
        let mut peer = Peer::connect(Limits::default());
        for name in &refused.frames {
            peer.send(&vector(name)).await;
        }
        let mut reason = peer.receive().await;
        while reason.0 == Kind::Response {
            reason = peer.receive().await;
        }
        assert_eq!(reason.0, Kind::Goodbye, "{}", refused.name);
    }
}

#[tokio::test(start_paused = true)]
async fn what_was_asked_before_a_breach_is_answered() {
    let mut peer = Peer::connect(Limits::default());
    peer.send(&[vector("request"), vector("ping"), vec![0xff; 12]].concat()).await;
    assert_eq!(peer.refusal().await, (1, "UNKNOWN_CHANNEL".to_owned()));
    assert_eq!(peer.receive().await.0, Kind::Pong);
    peer.is_let_go().await;
}

/// What makes them larger is held by every connection; docs/performance.md says what one holds.
#[test]
#[cfg(all(target_arch = "x86_64", target_os = "linux"))]
fn a_connection_holds_no_more_at_rest_than_is_said_of_it() {
    fn size<T>(_: impl Fn(Driver) -> T) -> usize {
        size_of::<T>()
    }
    let place = (0_usize, 0_usize);
    // With the 104 bytes of tokio it fits a task of 256.
    assert!(size(|driver| driver.run(place)) <= 152);
    // With the 16 of its counts.
    assert!(size_of::<Link>() + 16 <= 480);
}
