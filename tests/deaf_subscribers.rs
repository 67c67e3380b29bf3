//! Subscribers that take whatever comes, by their word, and read nothing, among many that read: what waits for one of
//! them is bounded, and what it misses is told, as the lag of the event says.
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use ipc_bridge::prelude::*;
use ipc_bridge::{Endpoint, Limits};
use serde::de::DeserializeOwned;
use serde_json::json;
use tokio::io::duplex;
use tokio::task::yield_now;

use support::events::{Oldest, Strict, Waited};
use support::everywhere;
use support::raw::{END, EVENT, GOODBYE, HELLO, Raw, SUBSCRIBE, frame, hello, hello_body, transport};

/// The fewest that are many.
const MANY: usize = 8;

/// What a connection holds at the server, and the bytes that are in the pipe to one that is deaf.
const BUFFERED: usize = 64 * 1024;

/// The events that wait for one subscriber.
const QUEUED: usize = 100;

async fn serve(place: &Endpoint) -> Server {
    let limits = Limits::default().message_bytes(BUFFERED as u32).buffered_bytes(BUFFERED).queued_events(QUEUED);
    let router = Router::new().event::<Waited>().event::<Oldest>().event::<Strict>();
    Server::bind(place).limits(limits).serve(router).await.unwrap()
}

/// One that reads nothing for now.
async fn deaf<E: Event>(server: &Server) -> Raw {
    let (ours, theirs) = duplex(BUFFERED);
    server.accept(transport(theirs));
    let mut raw = Raw::new(ours);
    let mut body = hello_body();
    body["limits"]["stream_bytes"] = json!(1 << 30);
    raw.send(&hello(1, &body)).await;
    assert_eq!(raw.frame().await.unwrap().kind, HELLO);
    raw.send(&frame(SUBSCRIBE, 0, 1, E::CHANNEL.as_bytes(), b"")).await;
    assert_eq!(raw.response().await.json()["success"], true);
    raw
}

async fn subscribe_all<E: Event + DeserializeOwned>(place: &Endpoint) -> Vec<Subscription<E>> {
    let mut all = Vec::new();
    for _ in 0..MANY {
        all.push(Client::connect(place).await.unwrap().subscribe::<E>().await.unwrap());
    }
    all
}

/// What comes next of a subscription: the number of an event, or how many were missed.
async fn next(raw: &mut Raw) -> Result<u64, u64> {
    let event = raw.frame().await.unwrap();
    assert_eq!(event.kind, EVENT, "{event:?}");
    match event.channel.as_str() {
        "" => Ok(event.json()["number"].as_u64().unwrap()),
        "ipc:missed" => Err(event.json().as_u64().unwrap()),
        other => panic!("an event of {other}"),
    }
}

async fn one_who_is_deaf_misses_the_oldest_and_learns_how_many(place: Endpoint) {
    const EVENTS: u64 = 5000;
    let server = serve(&place).await;
    let mut all = subscribe_all::<Oldest>(&place).await;
    let mut deaf = deaf::<Oldest>(&server).await;
    for number in 0..EVENTS {
        server.publish(&Oldest::sized(number, 200)).unwrap();
        for events in &mut all {
            assert_eq!(events.next().await.unwrap().unwrap().number, number);
        }
    }
    let (mut expected, mut received) = (0, 0);
    while expected < EVENTS {
        match next(&mut deaf).await {
            Ok(number) => {
                assert_eq!(number, expected);
                (expected, received) = (expected + 1, received + 1);
            }
            Err(missed) => expected += missed,
        }
    }
    // What is in the pipe, what is to be sent, of which the last run may be more than fits, and what waits.
    let most = (3 * BUFFERED + 64 * 1024) / 200 + QUEUED;
    assert!((QUEUED..most).contains(&received), "{received} were kept");
    // It goes on as any other.
    for number in EVENTS..EVENTS + 100 {
        server.publish(&Oldest::sized(number, 200)).unwrap();
        assert_eq!(next(&mut deaf).await, Ok(number));
    }
}

async fn one_who_is_deaf_is_ended_behind_what_was_kept(place: Endpoint) {
    let server = serve(&place).await;
    let mut all = subscribe_all::<Strict>(&place).await;
    let mut deaf = deaf::<Strict>(&server).await;
    let mut published = 0;
    while server.publisher().subscribers::<Strict>() > MANY {
        server.publish(&Strict::sized(published, 200)).unwrap();
        for events in &mut all {
            assert_eq!(events.next().await.unwrap().unwrap().number, published);
        }
        published += 1;
        assert!(published < 5000, "it takes none");
    }
    let mut received = 0;
    let end = loop {
        let next = deaf.frame().await.unwrap();
        if next.kind == END {
            break next;
        }
        assert_eq!((next.kind, next.json()["number"].as_u64().unwrap()), (EVENT, received));
        received += 1;
    };
    assert_eq!(end.json()["code"], "OVERLOADED");
    assert!(received < published, "it was ended for one that it did not get");
}

async fn a_publisher_waits_for_one_who_is_deaf(place: Endpoint) {
    const EVENTS: u64 = 5000;
    let server = serve(&place).await;
    let mut all = subscribe_all::<Waited>(&place).await;
    let mut deaf = deaf::<Waited>(&server).await;
    let published = Arc::new(AtomicU64::new(0));
    let (count, publisher) = (Arc::clone(&published), server.publisher());
    let publishing = tokio::spawn(async move {
        for number in 0..EVENTS {
            publisher.publish_and_wait(&Waited::sized(number, 200)).await.unwrap();
            count.store(number + 1, Ordering::SeqCst);
        }
    });
    let (mut taken, mut same) = (0, 0);
    while same < 500 {
        yield_now().await;
        let before = taken;
        while taken < published.load(Ordering::SeqCst) {
            for events in &mut all {
                assert_eq!(events.next().await.unwrap().unwrap().number, taken);
            }
            taken += 1;
        }
        same = if before == taken && taken > 0 { same + 1 } else { 0 };
    }
    let most = (3 * BUFFERED + 64 * 1024) / 200 + QUEUED;
    assert!(taken < most as u64, "{taken} events were published to one who reads none");
    let reading = async {
        for number in 0..EVENTS {
            assert_eq!(next(&mut deaf).await, Ok(number));
        }
    };
    let others = async {
        for number in taken..EVENTS {
            for events in &mut all {
                assert_eq!(events.next().await.unwrap().unwrap().number, number);
            }
        }
    };
    tokio::join!(reading, others);
    publishing.await.unwrap();
}

async fn what_was_published_before_a_subscriber_was_heard_to_leave_arrives(place: Endpoint) {
    const SETTLED: u64 = 100;
    let server = serve(&place).await;
    let _all = subscribe_all::<Oldest>(&place).await;
    let mut leaving = deaf::<Oldest>(&server).await;
    for number in 0..SETTLED {
        server.publish(&Oldest::sized(number, 0)).unwrap();
        assert_eq!(next(&mut leaving).await, Ok(number));
    }
    // Nothing else runs between these: the goodbye is read before what is kept is taken.
    let said = json!({ "code": "UNAVAILABLE", "message": "going" });
    leaving.send(&frame(GOODBYE, 0, 0, b"", said.to_string().as_bytes())).await;
    for number in SETTLED..SETTLED + 3 {
        server.publish(&Oldest::sized(number, 0)).unwrap();
    }
    for number in SETTLED..SETTLED + 3 {
        assert_eq!(next(&mut leaving).await, Ok(number));
    }
    assert_eq!(leaving.frame().await.unwrap().kind, END);
}

everywhere! {
    one_who_is_deaf_misses_the_oldest_and_learns_how_many,
    one_who_is_deaf_is_ended_behind_what_was_kept,
    a_publisher_waits_for_one_who_is_deaf,
    what_was_published_before_a_subscriber_was_heard_to_leave_arrives,
}
