//! An application may publish its log as events: whatever is logged, nothing is locked that publishing needs.
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc;
use std::time::Duration;

use ipc_bridge::prelude::*;
use ipc_bridge::{Limits, memory};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tracing::span::{Attributes, Id, Record};
use tracing::{Level, Metadata};

use support::events::{Oldest, Strict};
use support::gate::{Gate, echo, router};
use support::raw::{ATTACHMENTS, CANCEL, NOTIFICATION, Raw, SUBSCRIBE, frame, request};
use support::streams::{flood, with_streams};
use support::{until, until_connections};

/// A line of the log.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Event)]
#[event("log:line", lag = "disconnect")]
struct Line {
    level: String,
    target: String,
}

/// Publishes every line of the log.
struct Publishing {
    publisher: Publisher,
    lines: Arc<AtomicU64>,
}

thread_local! {
    static AT_IT: Cell<bool> = const { Cell::new(false) };
}

impl tracing::Subscriber for Publishing {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        *metadata.level() <= Level::DEBUG
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &tracing::Event<'_>) {
        // What publishing logs itself is not published.
        if AT_IT.replace(true) {
            return;
        }
        let metadata = event.metadata();
        let line = Line { level: metadata.level().to_string(), target: metadata.target().to_owned() };
        self.publisher.publish(&line).unwrap();
        self.lines.fetch_add(1, Ordering::SeqCst);
        AT_IT.set(false);
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

/// Runs a test on a thread of its own: one that locks what it has locked could not be stopped otherwise.
fn watched(test: impl AsyncFnOnce(Router, Arc<AtomicU64>) + Send + 'static) {
    let (done, waiting) = mpsc::channel();
    std::thread::spawn(move || {
        let lines = Arc::new(AtomicU64::new(0));
        let gate = Gate::new();
        let router = with_streams(support::panics::with_panics(router(&gate))).event::<Line>().event::<Strict>();
        let log = Publishing { publisher: router.publisher(), lines: Arc::clone(&lines) };
        tracing::subscriber::with_default(log, || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(test(router, lines));
        });
        done.send(()).unwrap();
    });
    match waiting.recv_timeout(Duration::from_secs(30)) {
        Ok(()) => {}
        Err(mpsc::RecvTimeoutError::Timeout) => panic!("the test hangs"),
        Err(mpsc::RecvTimeoutError::Disconnected) => panic!("the test failed"),
    }
}

/// Subscribes to everything, the log included.
async fn subscribed(server: &Server) -> Raw {
    let mut raw = Raw::greeted_by(server).await;
    raw.send(&frame(SUBSCRIBE, 0, 1000, b"*", b"")).await;
    assert_eq!(raw.response().await.json()["success"], true);
    raw
}

#[test]
fn an_event_that_is_too_large_for_its_subscriber_is_logged_where_nothing_is_locked() {
    watched(async |router, lines| {
        let place = memory::endpoint();
        let server = Server::bind(place.clone()).serve(router).await.unwrap();
        let limits = Limits::default().message_bytes(1000);
        let client = Client::builder().limits(limits).connect(place).await.unwrap();
        let mut all = client.subscribe_any("*").await.unwrap();
        let before = lines.load(Ordering::SeqCst);
        server.publish(&Oldest::sized(1, 2000)).unwrap();
        server.publish(&Oldest::sized(2, 20)).unwrap();
        assert!(lines.load(Ordering::SeqCst) > before, "it is logged");
        // The event is missed, and what follows comes, with the log of it.
        let mut seen = Vec::new();
        while seen.len() < 3 {
            match all.next().await.unwrap() {
                Ok(event) => seen.push(event.channel().to_owned()),
                Err(SubscriptionError::Missed(count)) => seen.push(count.to_string()),
                Err(error) => panic!("{error}"),
            }
        }
        seen.sort_unstable();
        assert_eq!(seen, ["1", "lag:drop_oldest", "log:line"]);
    });
}

#[test]
fn whatever_else_is_logged_can_be_published_too() {
    watched(async |router, lines| {
        let server = Server::bind(memory::endpoint()).serve(router).await.unwrap();
        let mut raw = subscribed(&server).await;
        let mut other = Raw::greeted_by(&server).await;
        let before = lines.load(Ordering::SeqCst);
        // Handlers that panic, notifications that come to nothing, answers to nothing, and what breaks off.
        for raw in [&mut raw, &mut other] {
            for (channel, body) in support::panics::CALLS.into_iter().take(6) {
                raw.send(&frame(5, 0, 1, channel.as_bytes(), body.as_bytes())).await;
                while raw.frame().await.unwrap().kind != support::raw::RESPONSE {}
            }
            raw.send(&frame(NOTIFICATION, 0, 0, b"no:body", b"{}")).await;
            raw.send(&frame(NOTIFICATION, 0, 0, b"panic:after_an_await", b"{}")).await;
            raw.send(&frame(NOTIFICATION, ATTACHMENTS, 0, b"bytes:len", b"")).await;
            raw.send(&frame(NOTIFICATION, 0, 0, b"stream:flood", br#"{"letters":1}"#)).await;
            raw.send(&frame(support::raw::RESPONSE, 0, 7, b"", b"{}")).await;
            raw.send(&request(2, "stream:flood", &json!({"letters": 10}))).await;
            raw.send(&request(3, "upload:count", &json!({}))).await;
            raw.send(&frame(CANCEL, 0, 3, b"", b"")).await;
        }
        other.send_in_vain(&[0; 100]).await;
        drop((raw, other));
        until_connections(&server, 0).await;
        until(|| server.publisher().subscribers::<Line>() == 0).await;
        assert!(lines.load(Ordering::SeqCst) > before + 10, "much is logged");
        server.shutdown().await;
    });
}

#[test]
fn what_a_client_logs_it_can_publish_too() {
    watched(async |router, _| {
        let place = memory::endpoint();
        let server = Server::bind(place.clone()).serve(router).await.unwrap();
        let client = Client::connect(place).await.unwrap();
        let mut lines = client.subscribe::<Line>().await.unwrap();
        let mut items = client.stream(flood { letters: 10 }).await.unwrap();
        items.next().await.unwrap().unwrap();
        assert_eq!(client.invoke(echo { text: "alive".to_owned() }).await.unwrap(), "alive");
        tokio::join!(server.shutdown(), async {
            while lines.next().await.is_some_and(|line| line.is_ok()) {}
            while items.next().await.is_some_and(|item| item.is_ok()) {}
        });
        client.closed().await;
    });
}
