//! Connections that hold as much as they may in one direction or in both: what waits goes on later, or ends in time.
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context as TaskContext, Poll};
use std::time::Duration;

use ipc_bridge::prelude::*;
use ipc_bridge::{Endpoint, Limits, Transport, memory};
use serde_json::json;
use tokio::io::{AsyncWrite, duplex, split};
use tokio::task::{JoinSet, yield_now};

use support::gate::{Gate, echo, letters, router};
use support::raw::{DEADLINE, FRAGMENT, REQUEST, RESPONSE, Raw, frame, hello_body, request};
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

/// A writer that fails from some time on, as that to a peer which reads no more.
struct Breakable<W> {
    writer: W,
    broken: Arc<AtomicBool>,
}

impl<W: AsyncWrite + Unpin> AsyncWrite for Breakable<W> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut TaskContext<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        if self.broken.load(Ordering::SeqCst) {
            return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()));
        }
        Pin::new(&mut self.writer).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.writer).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.writer).poll_shutdown(cx)
    }
}

/// A client, the server that is played by hand for it, and what makes its writing fail.
async fn breakable() -> (Client, Raw, Arc<AtomicBool>) {
    let (ours, theirs) = duplex(FRAGMENT);
    let (reader, writer) = split(ours);
    let broken = Arc::new(AtomicBool::new(false));
    let writer = Breakable { writer, broken: Arc::clone(&broken) };
    let mut raw = Raw::new(theirs);
    let body = hello_body();
    let (client, ()) = tokio::join!(Client::builder().over(Transport::new(reader, writer)), raw.welcome(&body));
    (client.unwrap(), raw, broken)
}

#[tokio::test]
async fn what_a_peer_has_said_arrives_though_nothing_can_be_sent_to_it_any_more() {
    watched(async {
        let (client, mut raw, broken) = breakable().await;
        let answering = async {
            let asked = raw.frame().await.unwrap();
            broken.store(true, Ordering::SeqCst);
            // Nothing has been said meanwhile, and this cannot be sent.
            let telling = async {
                yield_now().await;
                raw.send(&frame(RESPONSE, 0, asked.id, b"", br#"{"success":true,"data":"xxx"}"#)).await;
                drop(raw);
            };
            let (failed, ()) = tokio::join!(client.invoke(letters { count: 1 }), telling);
            assert!(matches!(failed, Err(InvokeError::Disconnected(_))), "{failed:?}");
        };
        let (answer, ()) = tokio::join!(client.invoke(letters { count: 3 }), answering);
        assert_eq!(answer.unwrap(), "xxx");
        client.closed().await;
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_peer_to_which_nothing_can_be_sent_and_that_says_nothing_is_let_go() {
    watched(async {
        let (client, raw, broken) = breakable().await;
        broken.store(true, Ordering::SeqCst);
        let failed = client.invoke(letters { count: 1 }).await;
        assert!(matches!(failed, Err(InvokeError::Disconnected(_))), "{failed:?}");
        client.closed().await;
        drop(raw);
    })
    .await;
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
