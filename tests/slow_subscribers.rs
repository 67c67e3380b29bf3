//! Subscribers that take events slower than they are published: what they miss, and what they never miss, as the lag of
//! the event says, over real connections.
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use ipc_bridge::prelude::*;
use ipc_bridge::{Endpoint, Limits};

use support::events::{Latest, Oldest, Strict, Waited};
use support::gate::{Gate, echo, router};
use support::raw::{EVENT, FRAGMENT, Raw, SUBSCRIBE, frame};
use support::{everywhere, until, watched};

/// The events that wait for one subscriber at the server.
const QUEUED: u64 = 16;

/// The bytes of events that a client takes.
const WINDOW: u32 = 4096;

async fn serve(place: &Endpoint) -> (Server, Client) {
    let limits = Limits::default().queued_events(QUEUED as usize);
    let router = router(&Gate::new()).event::<Waited>().event::<Oldest>().event::<Latest>().event::<Strict>();
    let server = Server::bind(place).limits(limits).serve(router).await.unwrap();
    (server, connect(place).await)
}

async fn connect(place: &Endpoint) -> Client {
    Client::builder().limits(Limits::default().stream_bytes(WINDOW)).connect(place).await.unwrap()
}

async fn is_alive(client: &Client) {
    assert_eq!(client.invoke(echo { text: "alive".to_owned() }).await.unwrap(), "alive");
}

async fn nobody_misses_an_event_that_is_waited_for(place: Endpoint) {
    let (server, client) = serve(&place).await;
    let (mut slow, mut fast) = (client.subscribe::<Waited>().await.unwrap(), connect(&place).await);
    let mut other = fast.subscribe::<Waited>().await.unwrap();
    let published = Arc::new(AtomicU64::new(0));
    let count = Arc::clone(&published);
    let publisher = server.publisher();
    let publishing = tokio::spawn(async move {
        for number in 0..2000 {
            publisher.publish_and_wait(&Waited::sized(number, 100)).await.unwrap();
            count.store(number + 1, Ordering::SeqCst);
        }
    });
    // The publisher stops where the slow one has no room, though another takes all that it gets.
    let mut taken = 0;
    let (mut before, mut same) = (0, 0);
    while same < 1000 {
        tokio::select! {
            biased;
            event = other.next() => {
                assert_eq!(event.unwrap().unwrap().number, taken);
                taken += 1;
            }
            () = tokio::task::yield_now() => {
                let now = published.load(Ordering::SeqCst);
                same = if now == before && now > 0 { same + 1 } else { 0 };
                before = now;
            }
        }
    }
    let most = QUEUED + u64::from(WINDOW) / 100 + 1;
    assert!((1..=most).contains(&before), "{before} events were published to one who takes none");
    // It goes on as soon as that one takes some, and nobody misses any.
    let taking = async {
        for number in 0..2000 {
            assert_eq!(slow.next().await.unwrap().unwrap().number, number);
        }
    };
    let others = async {
        for number in taken..2000 {
            assert_eq!(other.next().await.unwrap().unwrap().number, number);
        }
    };
    tokio::join!(taking, others);
    publishing.await.unwrap();
    fast = client;
    is_alive(&fast).await;
}

async fn a_publisher_does_not_wait_for_a_subscriber_that_goes(place: Endpoint) {
    let (server, client) = serve(&place).await;
    for unsubscribes in [true, false] {
        let leaving = connect(&place).await;
        let events = leaving.subscribe::<Waited>().await.unwrap();
        let publisher = server.publisher();
        let publishing = tokio::spawn(async move {
            for number in 0..1000 {
                publisher.publish_and_wait(&Waited::sized(number, 100)).await.unwrap();
            }
        });
        is_alive(&leaving).await;
        if unsubscribes {
            drop(events);
            is_alive(&leaving).await;
        } else {
            drop((leaving, events));
        }
        publishing.await.unwrap();
    }
    is_alive(&client).await;
}

async fn who_is_slow_misses_the_oldest_and_learns_how_many(place: Endpoint) {
    let (server, client) = serve(&place).await;
    let mut events = client.subscribe::<Oldest>().await.unwrap();
    let (mut published, mut received, mut missed, mut next) = (0, 0, 0, 0);
    for round in 0..20 {
        for _ in 0..500 {
            server.publish(&Oldest::sized(published, 50)).unwrap();
            published += 1;
        }
        // Some rounds are taken in part, the last is taken whole.
        let until = if round == 19 { published } else { published - 400 };
        while next < until {
            match events.next().await.unwrap() {
                Ok(event) => {
                    assert_eq!(event.number, next, "what is missed is told where it was missed");
                    next += 1;
                    received += 1;
                }
                Err(SubscriptionError::Missed(count)) => {
                    assert!(count > 0);
                    missed += count;
                    next += count;
                }
                Err(error) => panic!("{error}"),
            }
        }
    }
    assert_eq!(received + missed, published);
    assert!(missed > 0 && received >= 20 * QUEUED, "{received} received, {missed} missed");
    is_alive(&client).await;
}

async fn the_last_event_always_arrives(place: Endpoint) {
    let (server, client) = serve(&place).await;
    let mut events = client.subscribe::<Latest>().await.unwrap();
    let (mut received, mut missed) = (0, 0);
    for last in [1000, 1001, 5000] {
        let first: u64 = received + missed;
        for number in first..=last {
            server.publish(&Latest::sized(number, 50)).unwrap();
        }
        loop {
            match events.next().await.unwrap() {
                Ok(event) => {
                    received += 1;
                    assert_eq!(event.number + 1, received + missed);
                    if event.number == last {
                        break;
                    }
                }
                Err(SubscriptionError::Missed(count)) => missed += count,
                Err(error) => panic!("{error}"),
            }
        }
        assert_eq!(received + missed, last + 1);
    }
    assert!(missed > 0);
    is_alive(&client).await;
}

async fn who_is_slow_is_ended_and_no_other(place: Endpoint) {
    let (server, client) = serve(&place).await;
    let mut slow = client.subscribe::<Strict>().await.unwrap();
    let mut fast = client.subscribe::<Strict>().await.unwrap();
    let mut other = client.subscribe::<Oldest>().await.unwrap();
    let mut number = 0;
    while server.publisher().subscribers::<Strict>() > 1 {
        server.publish(&Strict::sized(number, 100)).unwrap();
        assert_eq!(fast.next().await.unwrap().unwrap().number, number);
        number += 1;
    }
    // All that had room arrives, and then the end.
    let mut taken = 0;
    let ended = loop {
        match slow.next().await.unwrap() {
            Ok(event) => {
                assert_eq!(event.number, taken);
                taken += 1;
            }
            Err(error) => break error,
        }
    };
    assert!(matches!(&ended, SubscriptionError::Ended(failure) if failure.code() == "OVERLOADED"), "{ended:?}");
    assert!(taken >= QUEUED && taken < number, "{taken} of {number}");
    assert!(slow.next().await.is_none());
    // The others live on, and so does the connection; whoever was ended may subscribe again.
    server.publish(&Oldest::sized(1, 0)).unwrap();
    assert_eq!(other.next().await.unwrap().unwrap().number, 1);
    let mut again = client.subscribe::<Strict>().await.unwrap();
    server.publish(&Strict::sized(number, 0)).unwrap();
    for events in [&mut fast, &mut again] {
        assert_eq!(events.next().await.unwrap().unwrap().number, number);
    }
    is_alive(&client).await;
}

async fn one_who_never_reads_takes_nothing_from_one_who_does(place: Endpoint) {
    let (server, client) = serve(&place).await;
    let _never = client.subscribe::<Oldest>().await.unwrap();
    let other = connect(&place).await;
    let _deaf = other.subscribe::<Oldest>().await.unwrap();
    let mut reading = client.subscribe::<Oldest>().await.unwrap();
    for number in 0..5000 {
        server.publish(&Oldest::sized(number, 100)).unwrap();
        assert_eq!(reading.next().await.unwrap().unwrap().number, number);
    }
}

everywhere! {
    nobody_misses_an_event_that_is_waited_for,
    a_publisher_does_not_wait_for_a_subscriber_that_goes,
    who_is_slow_misses_the_oldest_and_learns_how_many,
    the_last_event_always_arrives,
    who_is_slow_is_ended_and_no_other,
    one_who_never_reads_takes_nothing_from_one_who_does,
}

#[tokio::test]
async fn one_who_does_not_even_read_its_socket_takes_nothing_from_one_who_does() {
    watched(async {
        let place = support::At::Memory.place();
        let (server, client) = serve(&place).await;
        let mut deaf = Raw::greeted_by(&server).await;
        deaf.send(&frame(SUBSCRIBE, 0, 1, b"lag:*", b"")).await;
        assert_eq!(deaf.response().await.json()["success"], true);
        let mut reading = client.subscribe::<Oldest>().await.unwrap();
        for number in 0..1000 {
            server.publish(&Oldest::sized(number, FRAGMENT)).unwrap();
            assert_eq!(reading.next().await.unwrap().unwrap().number, number);
        }
        // A subscription to several is told which event each is.
        assert_eq!(
            {
                let next = deaf.frame().await.unwrap();
                (next.kind, next.channel)
            },
            (EVENT, "lag:drop_oldest".to_owned())
        );
        drop(deaf);
        until(|| server.publisher().subscribers::<Oldest>() == 1).await;
    })
    .await;
}
