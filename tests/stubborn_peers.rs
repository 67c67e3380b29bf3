//! Servers that end while a peer does not play its part: it says nothing, does not read, does not leave.
#![cfg(unix)]
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::sync::Arc;
use std::time::Duration;

use ipc_bridge::Limits;
use ipc_bridge::prelude::*;
use serde_json::json;
use tokio::time::Instant;

use support::gate::{Gate, router};
use support::raw::{HELLO, Raw, hello, hello_body, request};
use support::{Folder, until, until_connections, watched};

#[tokio::test(start_paused = true)]
async fn a_peer_that_never_says_goodbye_is_let_go_after_a_second() {
    let folder = Folder::new();
    watched(async {
        let state = Arc::new(());
        let held = Arc::downgrade(&state);
        let server = Server::bind(folder.socket()).serve(router(&Gate::new()).state(state)).await.unwrap();
        let mut raw = Raw::greeted(&folder.socket()).await;
        let started = Instant::now();
        server.shutdown().await;
        let waited = started.elapsed();
        assert!((Duration::from_millis(900)..Duration::from_secs(2)).contains(&waited), "{waited:?}");
        assert_eq!(raw.dismissed().await, "UNAVAILABLE");
        // The peer is still there, and nothing is kept for it.
        until(|| held.upgrade().is_none()).await;
        drop(raw);
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_does_not_take_its_answer_is_let_go_after_a_second() {
    let folder = Folder::new();
    watched(async {
        let state = Arc::new(());
        let held = Arc::downgrade(&state);
        let server = Server::bind(folder.socket()).serve(router(&Gate::new()).state(state)).await.unwrap();
        let mut raw = Raw::greeted(&folder.socket()).await;
        raw.send(&request(1, "gate:letters", &json!({"count": 4 << 20}))).await;
        // The answer is on its way, and the socket holds only its beginning.
        let first = raw.frame().await.unwrap();
        assert_eq!(first.total, Some((4 << 20) + 26));
        server.shutdown().await;
        until(|| held.upgrade().is_none()).await;
        drop(raw);
    })
    .await;
}

#[tokio::test]
async fn a_peer_that_does_not_take_its_answer_does_not_outlive_a_server_that_is_dropped() {
    let folder = Folder::new();
    watched(async {
        let state = Arc::new(());
        let held = Arc::downgrade(&state);
        let server = Server::bind(folder.socket()).serve(router(&Gate::new()).state(state)).await.unwrap();
        let mut raw = Raw::greeted(&folder.socket()).await;
        raw.send(&request(1, "gate:letters", &json!({"count": 4 << 20}))).await;
        assert_eq!(raw.frame().await.unwrap().total, Some((4 << 20) + 26));
        drop(server);
        until(|| held.upgrade().is_none()).await;
        drop(raw);
    })
    .await;
}

#[tokio::test]
async fn a_shutdown_does_not_wait_for_the_calls_of_a_peer_that_has_gone_without_a_word() {
    let folder = Folder::new();
    watched(async {
        let gate = Gate::new();
        let server = Server::bind(folder.socket()).serve(router(&gate)).await.unwrap();
        let mut raw = Raw::greeted(&folder.socket()).await;
        raw.send(&request(1, "gate:pass", &json!({"id": 1}))).await;
        gate.entered(1).await;
        let going = async {
            assert_eq!(raw.frame().await.unwrap().goodbye_code(), "UNAVAILABLE");
            drop(raw);
        };
        tokio::join!(server.shutdown(), going);
        gate.dropped(1).await;
    })
    .await;
}

#[tokio::test]
async fn a_peer_that_says_hello_when_the_server_has_gone_does_not_come_in() {
    let folder = Folder::new();
    for shut_down in [true, false] {
        watched(async {
            let server = Server::bind(folder.socket()).serve(router(&Gate::new())).await.unwrap();
            let mut raw = Raw::connect(&folder.socket()).await;
            until_connections(&server, 1).await;
            if shut_down {
                server.shutdown().await;
            } else {
                drop(server);
                until(|| !folder.socket().exists()).await;
            }
            raw.send_in_vain(&hello(1, &hello_body())).await;
            raw.send_in_vain(&request(1, "gate:echo", &json!({"text": "?"}))).await;
            if let Some(frame) = raw.frame().await {
                assert_eq!(frame.goodbye_code(), "UNAVAILABLE");
                assert!(raw.frame().await.is_none());
            }
        })
        .await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_never_says_hello_is_let_go_in_time() {
    let folder = Folder::new();
    watched(async {
        let limits = Limits::default().handshake(Duration::from_secs(3));
        let server = Server::bind(folder.socket()).limits(limits).serve(router(&Gate::new())).await.unwrap();
        let started = Instant::now();
        let mut silent = Raw::connect(&folder.socket()).await;
        let mut halting = Raw::connect(&folder.socket()).await;
        halting.send(&hello(1, &hello_body())[..20]).await;
        assert_eq!(silent.rest().await, b"");
        assert_eq!(halting.rest().await, b"");
        let waited = started.elapsed();
        assert!((Duration::from_secs(3)..Duration::from_secs(4)).contains(&waited), "{waited:?}");
        until_connections(&server, 0).await;
        // One that takes its time, but not too much, comes in.
        let mut slow = Raw::connect(&folder.socket()).await;
        for byte in hello(1, &hello_body()) {
            slow.send(&[byte]).await;
        }
        assert_eq!(slow.frame().await.unwrap().kind, HELLO);
    })
    .await;
}
