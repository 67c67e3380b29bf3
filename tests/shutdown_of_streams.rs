//! How a server ends while streams, uploads and subscriptions are open: soon, and everybody is told.
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::sync::{Arc, mpsc};
use std::time::Duration;

use ipc_bridge::prelude::*;
use ipc_bridge::{Endpoint, memory};
use serde_json::json;
use tokio::time::Instant;

use support::events::Oldest;
use support::gate::{Gate, router};
use support::raw::{END, GOODBYE, RESPONSE, Raw, SUBSCRIBE, frame, request};
use support::sent::channel;
use support::streams::{count_items, flood, ignore_items, pass_items, with_streams};
use support::{everywhere, until, watched};

/// How long a server waits for a peer that does not play its part.
const FAREWELL: Duration = Duration::from_secs(1);

async fn serve(place: &Endpoint) -> (Server, Client, Gate) {
    let gate = Gate::new();
    let server = Server::bind(place).serve(with_streams(router(&gate))).await.unwrap();
    (server, Client::connect(place).await.unwrap(), gate)
}

/// Shuts a server down, which takes less than it would wait for a peer that does not play its part.
async fn shuts_down(server: Server) {
    let started = Instant::now();
    server.shutdown().await;
    assert!(started.elapsed() < FAREWELL, "{:?}", started.elapsed());
}

async fn a_stream_ends_with_its_server(place: Endpoint) {
    let (server, client, gate) = serve(&place).await;
    // One that waits for its handler, one that is read, and one that is not.
    let mut waiting = client.stream(pass_items { letters: 1 }).await.unwrap();
    let mut read = client.stream(flood { letters: 10 }).await.unwrap();
    let unread = client.stream(flood { letters: 100_000 }).await.unwrap();
    gate.entered(3).await;
    assert_eq!(read.next().await.unwrap().unwrap(), "xxxxxxxxxx");
    shuts_down(server).await;
    gate.dropped(3).await;
    let ended = waiting.next().await.unwrap().unwrap_err();
    assert_eq!(ended.code(), Some("UNAVAILABLE"));
    assert_eq!(waiting.next().await, None);
    for mut stream in [read, unread] {
        let ended = loop {
            if let Err(error) = stream.next().await.unwrap() {
                break error;
            }
        };
        assert!(matches!(&ended, InvokeError::Refused(failure) if failure.code() == "UNAVAILABLE"), "{ended:?}");
    }
}

async fn an_upload_that_goes_on_ends_with_its_server(place: Endpoint) {
    let (server, client, gate) = serve(&place).await;
    let (sender, items) = channel();
    let ending = async {
        gate.entered(1).await;
        sender.send("one".to_owned()).unwrap();
        shuts_down(server).await;
        gate.dropped(1).await;
    };
    let (answer, ()) = tokio::join!(client.invoke(count_items { items }), ending);
    assert!(matches!(&answer, Err(InvokeError::Refused(failure)) if failure.code() == "UNAVAILABLE"), "{answer:?}");
}

async fn an_upload_that_has_been_sent_is_answered(place: Endpoint) {
    let (server, client, gate) = serve(&place).await;
    let items = (0..10).map(|_| "x".to_owned()).collect();
    let ending = async {
        gate.entered(1).await;
        // All has arrived when something else is answered that was asked later.
        client.invoke(support::gate::echo { text: String::new() }).await.unwrap();
        let opening = async {
            tokio::task::yield_now().await;
            gate.open(1);
        };
        tokio::join!(shuts_down(server), opening);
    };
    let (answer, ()) = tokio::join!(client.invoke(ignore_items { items }), ending);
    assert_eq!(answer, Ok(()));
}

async fn a_subscription_ends_with_its_server(place: Endpoint) {
    let (server, client, _) = serve(&place).await;
    let mut events = client.subscribe::<Oldest>().await.unwrap();
    let mut unread = client.subscribe::<Oldest>().await.unwrap();
    for number in 0..100 {
        server.publish(&Oldest::sized(number, 10_000)).unwrap();
    }
    assert_eq!(events.next().await.unwrap().unwrap().number, 0);
    shuts_down(server).await;
    for events in [&mut events, &mut unread] {
        let ended = loop {
            match events.next().await.unwrap() {
                Err(error) if !error.goes_on() => break error,
                _ => {}
            }
        };
        assert!(matches!(&ended, SubscriptionError::Ended(failure) if failure.code() == "UNAVAILABLE"), "{ended:?}");
        assert_eq!(events.next().await, None);
    }
}

async fn a_server_that_is_dropped_drops_the_handlers_of_its_streams(place: Endpoint) {
    let (server, client, gate) = serve(&place).await;
    let mut read = client.stream(flood { letters: 10 }).await.unwrap();
    let mut events = client.subscribe::<Oldest>().await.unwrap();
    let (_sender, items) = channel();
    let ending = async {
        gate.entered(2).await;
        drop(server);
        gate.dropped(2).await;
    };
    let (answer, ()) = tokio::join!(client.invoke(count_items { items }), ending);
    assert!(matches!(answer, Err(InvokeError::Disconnected(_))), "{answer:?}");
    let ended = loop {
        if let Err(error) = read.next().await.unwrap() {
            break error;
        }
    };
    assert!(matches!(ended, InvokeError::Disconnected(_)), "{ended:?}");
    assert!(matches!(events.next().await, Some(Err(SubscriptionError::Disconnected(_)))));
}

everywhere! {
    a_stream_ends_with_its_server,
    an_upload_that_goes_on_ends_with_its_server,
    an_upload_that_has_been_sent_is_answered,
    a_subscription_ends_with_its_server,
    a_server_that_is_dropped_drops_the_handlers_of_its_streams,
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_reads_nothing_and_unsubscribes_from_nothing_is_let_go() {
    watched(async {
        let gate = Gate::new();
        let state = Arc::new(());
        let held = Arc::downgrade(&state);
        let server = Server::bind(memory::endpoint()).serve(with_streams(router(&gate)).state(state)).await.unwrap();
        let mut raw = Raw::greeted_by(&server).await;
        raw.send(&frame(SUBSCRIBE, 0, 1, b"lag:drop_oldest", b"")).await;
        raw.send(&request(2, "stream:flood", &json!({"letters": 100_000}))).await;
        raw.send(&request(3, "upload:count", &json!({}))).await;
        gate.entered(2).await;
        server.publish(&Oldest::sized(1, 1000)).unwrap();
        let started = Instant::now();
        server.shutdown().await;
        assert!(started.elapsed() < 2 * FAREWELL, "{:?}", started.elapsed());
        gate.dropped(2).await;
        until(|| held.upgrade().is_none()).await;
        drop(raw);
    })
    .await;
}

#[tokio::test]
async fn a_peer_is_told_the_end_of_each_of_its_streams() {
    watched(async {
        let gate = Gate::new();
        let server = Server::bind(memory::endpoint()).serve(with_streams(router(&gate))).await.unwrap();
        let mut raw = Raw::greeted_by(&server).await;
        raw.send(&frame(SUBSCRIBE, 0, 1, b"lag:drop_oldest", b"")).await;
        assert_eq!(raw.response().await.id, 1);
        raw.send(&request(2, "stream:pass", &json!({"letters": 1}))).await;
        raw.send(&request(3, "upload:count", &json!({}))).await;
        gate.entered(2).await;
        let ending = tokio::spawn(server.shutdown());
        let mut told = Vec::new();
        while told.len() < 4 {
            let next = raw.frame().await.unwrap();
            let said = next.json();
            let code = said.get("code").unwrap_or_else(|| &said["error"]["code"]);
            assert_eq!(code, "UNAVAILABLE");
            told.push((next.kind, next.id));
        }
        told.sort_unstable();
        assert_eq!(told, [(GOODBYE, 0), (RESPONSE, 2), (RESPONSE, 3), (END, 1)]);
        raw.send(&frame(GOODBYE, 0, 0, b"", br#"{"code":"UNAVAILABLE","message":"then I go too"}"#)).await;
        assert_eq!(raw.rest().await, b"");
        ending.await.unwrap();
    })
    .await;
}

/// What a handler does on its thread before it has a stream.
#[derive(Clone)]
struct Stop(Arc<std::sync::Mutex<mpsc::Receiver<()>>>);

/// Makes its stream when the test lets it, and holds up its connection until then.
#[handler("shutdown:slow")]
fn slow(stop: State<Stop>, gate: State<Gate>) -> impl Stream<Item = String> {
    gate.enter();
    stop.0.lock().unwrap().recv().unwrap();
    flood_of(&gate)
}

fn flood_of(gate: &Gate) -> impl Stream<Item = String> + use<> {
    let told = gate.told_when_dropped();
    let (sender, items) = channel::<String>();
    // No item comes, and no end.
    std::mem::forget(sender);
    Items(items, Box::new(told))
}

struct Items(Incoming<String>, #[expect(dead_code, reason = "it tells when it is dropped")] Box<dyn Send>);

impl Stream for Items {
    type Item = String;

    fn poll_next(
        mut self: std::pin::Pin<&mut Self>,
        cx: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<String>> {
        std::pin::Pin::new(&mut self.0).poll_next(cx).map(|next| next.and_then(Result::ok))
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn a_stream_that_begins_while_its_server_leaves_ends_too() {
    watched(async {
        let gate = Gate::new();
        let (go_on, stop) = mpsc::channel();
        let router = router(&gate).state(Stop(Arc::new(std::sync::Mutex::new(stop)))).handle::<slow>();
        let server = Server::bind(memory::endpoint()).serve(router).await.unwrap();
        let mut raw = Raw::greeted_by(&server).await;
        raw.send(&request(1, "shutdown:slow", &json!({}))).await;
        gate.entered(1).await;
        let ending = tokio::spawn(server.shutdown());
        // The server has said goodbye, and its handler goes on only then.
        assert_eq!(raw.frame().await.unwrap().kind, GOODBYE);
        go_on.send(()).unwrap();
        let response = raw.response().await;
        assert_eq!((response.id, response.failure_code().as_str()), (1, "UNAVAILABLE"));
        gate.dropped(1).await;
        drop(raw);
        ending.await.unwrap();
    })
    .await;
}
