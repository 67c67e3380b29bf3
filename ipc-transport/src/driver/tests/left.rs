//! What is left of a call or a subscription that is over: none of it may reach whatever has its id next.

use std::sync::Arc;

use ipc_core::{Incoming, Router, handler};

use super::channels::router;
use super::exchanges::client::{Client, decoded};
use super::*;
use crate::hello::HelloLimits;

const TAKES: HelloLimits = HelloLimits { message_bytes: u32::MAX, in_flight: 10, stream_bytes: 1 << 20 };

/// A client, whose end of the connection has these limits.
fn client(limits: Limits) -> Client {
    Client::new(Peer::over(limits, TAKES, Arc::default()))
}

#[tokio::test(start_paused = true)]
async fn nothing_is_sent_beside_the_request_of_a_call_that_was_answered() {
    let mut client = client(Limits::default());
    client.send(&decoded(&vector("dialogue_request"))).await;
    client.receive(vec![vector("dialogue_response")]).await;
    assert!(!client.peer.has_more().await);
    // Nobody has read the end of the answer yet, and the call's id is free.
    client.offer(33, 1.into());
    assert!(!client.peer.has_more().await);
}

#[tokio::test(start_paused = true)]
async fn nothing_is_granted_to_a_caller_whose_call_was_answered() {
    #[handler("sum:left", crate = ipc_core)]
    async fn leave(mut numbers: Incoming<u32>) -> Option<u32> {
        let first = numbers.next().await?.ok();
        tokio::spawn(async move { while numbers.next().await.is_some_and(|number| number.is_ok()) {} });
        first
    }

    let router = Arc::new(Router::new().handle::<leave>());
    let mut peer = Peer::over(Limits::default().stream_bytes(40), TAKES, router);
    let items = ["upload_item_1", "upload_item_2", "upload_item_3", "upload_item_4"].map(vector).concat();
    peer.send(&[peer::request(32, "sum:left", b"{}"), items].concat()).await;
    assert_eq!(peer.receive().await.0, Kind::Response);
    assert!(!peer.has_more().await);
}

#[tokio::test(start_paused = true)]
async fn a_subscription_that_is_dropped_early_ends_behind_its_subscribe() {
    let peer = Peer::over(Limits::default(), TAKES, Arc::default());
    let link = Arc::clone(&peer.link);
    // More than the transport holds, so that the subscribe is under way for long.
    let key = format!("\"{}\"", "k".repeat(3 << 20));
    let begun = tokio::spawn(async move { crate::events::subscribe(&link, "a:b", Some(&key), None).await });
    tokio::task::yield_now().await;
    begun.abort();
    assert!(begun.await.is_err_and(|error| error.is_cancelled()));
    let mut peer = peer;
    let mut received = Vec::new();
    while peer.has_more().await {
        received.push(peer.receive().await.0);
    }
    assert_eq!(received.pop(), Some(Kind::Unsubscribe));
    assert!(received.len() > 40 && received.iter().all(|kind| *kind == Kind::Subscribe), "{received:?}");
}

#[tokio::test(start_paused = true)]
async fn a_subscription_that_is_dropped_early_keeps_its_id_until_its_end() {
    let mut client = client(Limits::default());
    client.send(&decoded(&vector("subscribe"))).await;
    client.forget(41);
    assert_eq!(client.peer.receive().await, (Kind::Unsubscribe, 0, Vec::new()));
    for (name, id) in [("subscribe_response", 1), ("event", 2), ("end", 0)] {
        client.send_as(vector(name), 0).await;
        assert!(!client.peer.has_more().await);
        client.send(&decoded(&vector("subscribe_to_all"))).await;
        assert_eq!(client.chosen(42), id, "behind the {name}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_end_that_is_too_large_is_an_end() {
    let mut client = client(Limits::default().message_bytes(100));
    client.send(&decoded(&vector("subscribe"))).await;
    client.receive(vec![vector("subscribe_response")]).await;
    let failure = format!(r#"{{"code":"UNAVAILABLE","message":"{}"}}"#, "a".repeat(100));
    client.receive(vec![bytes(Kind::End, 41, failure.as_bytes())]).await;
    assert!(!client.peer.has_more().await);
    client.send(&decoded(&vector("subscribe_to_all"))).await;
    assert_eq!(client.chosen(42), 0);
}

#[tokio::test(start_paused = true)]
async fn an_upload_breaks_off_at_an_item_that_is_too_large() {
    let mut peer = Peer::over(Limits::default().message_bytes(100), TAKES, router());
    let item = bytes(Kind::Item, 32 | ipc_core::envelope::UPSTREAM, &[b'1'; 101]);
    peer.send(&[vector("upload_request"), vector("upload_item"), item].concat()).await;
    assert_eq!(peer.refusal().await, (32, "CANCELLED".to_owned()));
}

#[tokio::test(start_paused = true)]
async fn a_key_of_any_size_is_the_same_key() {
    let router = router();
    let mut peer = Peer::over(Limits::default(), TAKES, Arc::clone(&router));
    let mut subscribe = Vec::new();
    let started = frame::begin(&mut subscribe, Kind::Subscribe, 43, "job:progress");
    subscribe.extend_from_slice(format!(r#"{{"key": {} }}"#, u128::MAX).as_bytes());
    assert!(frame::end(&mut subscribe, Kind::Subscribe, 43, started).is_none());
    peer.send(&subscribe).await;
    assert_eq!(peer.receive().await.0, Kind::Response);
    exchanges::published(&router, "job:progress", r#"{"job":1,"percent":50}"#);
    exchanges::published(&router, "job:progress", &format!(r#"{{"job":{},"percent":60}}"#, u128::MAX));
    let (kind, _, event) = peer.receive().await;
    assert_eq!(kind, Kind::Event);
    assert!(event.ends_with(br#","percent":60}"#), "{:?}", event.escape_ascii().to_string());
}

#[tokio::test(start_paused = true)]
async fn a_subscription_has_no_attachments() {
    let mut peer = Peer::over(Limits::default(), TAKES, router());
    let mut subscribe = vector("subscribe");
    subscribe[5] |= 8;
    peer.send(&subscribe).await;
    assert_eq!(peer.refusal().await, (41, "INVALID_INPUT".to_owned()));
}
