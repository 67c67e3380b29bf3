//! Ids that are used again while something of the call that had them before is still under way: nothing of that reaches
//! the new call, at either end.
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context as TaskContext, Poll, Waker};

use ipc_bridge::prelude::*;
use ipc_bridge::{Endpoint, Limits};
use tokio::task::yield_now;

use support::events::Strict;
use support::gate::{Gate, echo, pass, router};
use support::raw::{END, FRAGMENT, ITEM, REQUEST, RESPONSE, SUBSCRIBE, UNSUBSCRIBE, frame, hello_body, server_for};
use support::sent::channel;
use support::{everywhere, until, watched};

/// Adds what arrives.
#[handler("reuse:sum")]
async fn sum(mut parts: Incoming<u64>) -> Result<u64, IncomingError> {
    let mut sum = 0;
    while let Some(part) = parts.next().await {
        sum += part?;
    }
    Ok(sum)
}

/// Takes nothing, and answers when the gate lets it.
#[handler("reuse:ignore")]
async fn ignore(gate: State<Gate>, parts: Incoming<u64>) {
    let _parts = parts;
    gate.pass().await;
}

/// Answers with one number, whatever the caller sends.
#[handler("reuse:one")]
fn one(numbers: Incoming<u64>) -> impl Stream<Item = u64> {
    drop(numbers);
    One(Some(1))
}

struct One(Option<u64>);

impl Stream for One {
    type Item = u64;

    fn poll_next(mut self: std::pin::Pin<&mut Self>, _: &mut TaskContext<'_>) -> Poll<Option<u64>> {
        Poll::Ready(self.0.take())
    }
}

/// What is kept of streams whose calls have been answered.
#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<Incoming<u64>>>>);

/// Answers when the gate lets it, and keeps what the caller sends.
#[handler("reuse:keep")]
async fn keep(gate: State<Gate>, kept: State<Kept>, numbers: Incoming<u64>) {
    gate.pass().await;
    kept.0.lock().unwrap().push(numbers);
}

/// Answers at once, and keeps what the caller sends.
#[handler("reuse:keep_at_once")]
async fn keep_at_once(kept: State<Kept>, numbers: Incoming<u64>) {
    kept.0.lock().unwrap().push(numbers);
}

/// Counts the letters of what it is told.
#[handler("reuse:note")]
fn note(letters: State<Arc<AtomicUsize>>, text: String) {
    letters.fetch_add(text.len(), Ordering::SeqCst);
}

struct Scene {
    server: Server,
    /// May have one call in flight, so that every call has the same id.
    client: Client,
    gate: Gate,
    kept: Kept,
    letters: Arc<AtomicUsize>,
}

async fn scene(place: &Endpoint) -> Scene {
    scene_with(place, Limits::default().in_flight(1)).await
}

async fn scene_with(place: &Endpoint, limits: Limits) -> Scene {
    let (gate, kept, letters) = (Gate::new(), Kept::default(), Arc::new(AtomicUsize::new(0)));
    let router = router(&gate)
        .state(kept.clone())
        .state(Arc::clone(&letters))
        .handle::<sum>()
        .handle::<ignore>()
        .handle::<one>()
        .handle::<keep>()
        .handle::<keep_at_once>()
        .handle::<note>()
        .event::<Strict>();
    let server = Server::bind(place).limits(Limits::default().queued_events(1)).serve(router).await.unwrap();
    let client = Client::builder().limits(limits).connect(place).await.unwrap();
    Scene { server, client, gate, kept, letters }
}

async fn echoes(client: &Client) {
    assert_eq!(client.invoke(echo { text: "alive".to_owned() }).await.unwrap(), "alive");
}

async fn what_is_sent_late_beside_an_answered_call_does_not_reach_the_next(place: Endpoint) {
    let Scene { client, .. } = &scene(&place).await;
    let (old, numbers) = channel();
    let mut answers = client.stream(one { numbers }).await.unwrap();
    assert_eq!(answers.next().await, Some(Ok(1)));
    // The call has been answered, and nobody has looked at the end of its stream. The next has its id.
    let (new, parts) = channel();
    let call = client.invoke(sum { parts });
    let sending = async {
        new.send(1).unwrap();
        for _ in 0..10 {
            yield_now().await;
        }
        old.send(1000).unwrap();
        for _ in 0..100 {
            yield_now().await;
        }
        new.send(2).unwrap();
        drop(new);
    };
    let (answer, ()) = tokio::join!(call, sending);
    assert_eq!(answer, Ok(3));
    // What was to be sent is let go.
    old.closed().await;
    assert_eq!(answers.next().await, None);
}

async fn what_a_handler_keeps_of_a_stream_breaks_off_with_its_call(place: Endpoint) {
    let Scene { client, gate, kept, .. } = &scene(&place).await;
    let (sender, numbers) = channel();
    gate.open(1);
    client.invoke(keep { numbers }).await.unwrap();
    let (other, numbers) = channel();
    client.invoke(keep_at_once { numbers }).await.unwrap();
    let streams = std::mem::take(&mut *kept.0.lock().unwrap());
    assert_eq!(streams.len(), 2);
    for mut stream in streams {
        let broken = stream.next().await;
        assert!(matches!(&broken, Some(Err(IncomingError::BrokenOff(_)))), "{broken:?}");
        assert_eq!(stream.next().await, None);
    }
    drop((sender, other));
    echoes(client).await;
}

async fn a_stream_that_is_read_after_its_call_grants_nothing_to_the_next(place: Endpoint) {
    let Scene { client, gate, kept, .. } = &scene(&place).await;
    let (old, numbers) = channel();
    for number in 0..100_000 {
        old.send(number).unwrap();
    }
    let call = client.invoke(keep { numbers });
    let answering = async {
        gate.entered(1).await;
        // As much arrives as the handler would take.
        for _ in 0..1000 {
            yield_now().await;
        }
        gate.open(1);
        gate.dropped(1).await;
    };
    tokio::join!(async { call.await.unwrap() }, answering);
    let mut stream = kept.0.lock().unwrap().pop().unwrap();

    let (new, parts) = channel();
    for number in 0..100_000 {
        new.send(number).unwrap();
    }
    let call = client.invoke(ignore { parts });
    let reading = async {
        gate.entered(1).await;
        while let Some(Ok(_)) = stream.next().await {}
        // Were the new call given what the old one had still to get, more would arrive of it than it may.
        for _ in 0..1000 {
            yield_now().await;
        }
        gate.open(1);
    };
    let (answer, ()) = tokio::join!(call, reading);
    assert_eq!(answer, Ok(()));
    echoes(client).await;
}

async fn a_subscription_that_the_publisher_ended_gives_its_id_back(place: Endpoint) {
    let Scene { server, client, .. } = &scene_with(&place, Limits::default().in_flight(1).stream_bytes(1)).await;
    for _ in 0..3 {
        let mut events = client.subscribe::<Strict>().await.unwrap();
        // Nobody takes any, so the subscription ends.
        for number in 0.. {
            if server.publisher().subscribers::<Strict>() == 0 {
                break;
            }
            server.publish(&Strict::sized(number, 0)).unwrap();
        }
        let ended = loop {
            if let Err(error) = events.next().await.unwrap() {
                break error;
            }
        };
        assert!(matches!(&ended, SubscriptionError::Ended(failure) if failure.code() == "OVERLOADED"), "{ended:?}");
        // The next call has its id, whether the subscription is still held or not.
        echoes(client).await;
        drop(events);
        echoes(client).await;
    }
}

async fn a_call_that_is_dropped_takes_no_notification_with_it(place: Endpoint) {
    let Scene { client, gate, letters, .. } = &scene_with(&place, Limits::default()).await;
    let size = 100 * FRAGMENT;
    for round in 1..=3 {
        // It has the id 0, which stands in notifications too.
        let mut call = Box::pin(client.invoke(pass { id: 1 }));
        tokio::select! {
            _ = &mut call => panic!("the gate is shut"),
            () = gate.entered(1) => {}
        }
        let mut large = pin!(client.notify(note { text: "x".repeat(size) }));
        assert!(large.as_mut().poll(&mut TaskContext::from_waker(Waker::noop())).is_pending());
        let small = client.notify(note { text: "x".to_owned() });
        let (small, large, ()) = tokio::join!(small, large, async { drop(call) });
        assert_eq!((small, large), (Ok(()), Ok(())));
        gate.dropped(1).await;
        until(|| letters.load(Ordering::SeqCst) == round * (size + 1)).await;
        echoes(client).await;
    }
}

everywhere! {
    what_is_sent_late_beside_an_answered_call_does_not_reach_the_next,
    what_a_handler_keeps_of_a_stream_breaks_off_with_its_call,
    a_stream_that_is_read_after_its_call_grants_nothing_to_the_next,
    a_subscription_that_the_publisher_ended_gives_its_id_back,
    a_call_that_is_dropped_takes_no_notification_with_it,
}

#[tokio::test]
async fn a_subscription_that_is_dropped_behind_what_is_left_of_a_call_is_never_asked_for_after_its_end() {
    watched(async {
        let limits = Limits::default().in_flight(1);
        let (client, mut raw) = server_for(Client::builder().limits(limits), 1024, &hello_body()).await;
        let parts: Incoming<String> = std::iter::once("x".repeat(3 * FRAGMENT)).collect();
        let mut call = Box::pin(client.invoke(shout { parts }));
        let request = tokio::select! {
            _ = &mut call => panic!("nobody answered it"),
            request = raw.frame() => request.unwrap(),
        };
        assert_eq!(request.kind, REQUEST);
        // It is answered before its item has been sent.
        raw.send(&frame(RESPONSE, 0, request.id, b"", br#"{"success":true,"data":null}"#)).await;
        call.await.unwrap();
        let mut subscribing = client.subscribe::<Strict>().into_future();
        assert!(subscribing.as_mut().poll(&mut TaskContext::from_waker(Waker::noop())).is_pending());
        drop(subscribing);

        let mut seen = Vec::new();
        while !seen.contains(&UNSUBSCRIBE) {
            let next = raw.frame().await.unwrap();
            assert_eq!(next.id & !(1 << 31), request.id);
            seen.push(next.kind);
        }
        assert_eq!(seen, [ITEM, ITEM, ITEM, ITEM, SUBSCRIBE, UNSUBSCRIBE]);
        // The place is free when the subscription has been ended.
        raw.send(&frame(RESPONSE, 0, request.id, b"", br#"{"success":true,"data":null}"#)).await;
        raw.send(&frame(END, 0, request.id, b"", b"")).await;
        let serve = async {
            let request = raw.frame().await.unwrap();
            raw.send(&frame(RESPONSE, 0, request.id, b"", br#"{"success":true,"data":8}"#)).await;
        };
        let (answer, ()) = tokio::join!(client.invoke(pass { id: 8 }), serve);
        assert_eq!(answer, Ok(8));
    })
    .await;
}

/// Takes what is shouted.
#[handler("reuse:shout")]
async fn shout(parts: Incoming<String>) {
    drop(parts);
}
