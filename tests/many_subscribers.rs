//! Many subscribers to one event, who take in runs what is kept once for all of them: that nothing of it is lost, doubled
//! or out of place, whoever comes, goes and is slow meanwhile.
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::future::{Future as _, poll_fn};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::Poll;

use ipc_bridge::prelude::*;
use ipc_bridge::{Endpoint, Grants};
use serde::de::DeserializeOwned;
use tokio::task::yield_now;

use support::events::{Latest, Oldest, Strict, Waited};
use support::{everywhere, until, watched};

/// The fewest that are many.
const MANY: usize = 8;

/// So many events, and whoever may takes them in runs.
const SETTLED: u64 = 100;

/// Publishes an event, and tells of it at once.
#[handler("many:say")]
async fn say(publisher: Publisher, number: u64) {
    publisher.publish_and_wait(&Waited::sized(number, 0)).await.unwrap();
}

/// The same, in a task of its own.
#[handler("many:say_later")]
async fn say_later(publisher: Publisher, number: u64) {
    yield_now().await;
    publisher.publish_and_wait(&Waited::sized(number, 0)).await.unwrap();
}

async fn serve(place: &Endpoint) -> Server {
    let router = Router::new().handle::<say>().handle::<say_later>();
    let router = router.event::<Waited>().event::<Oldest>().event::<Latest>().event::<Strict>();
    Server::bind(place).serve(router).await.unwrap()
}

async fn subscribe<E: Event + DeserializeOwned>(place: &Endpoint) -> Subscription<E> {
    Client::connect(place).await.unwrap().subscribe::<E>().await.unwrap()
}

async fn subscribe_all<E: Event + DeserializeOwned>(place: &Endpoint) -> Vec<Subscription<E>> {
    let mut all = Vec::new();
    for _ in 0..MANY {
        all.push(subscribe(place).await);
    }
    all
}

async fn publish(server: &Server, numbers: std::ops::Range<u64>) {
    let publisher = server.publisher();
    for number in numbers {
        publisher.publish_and_wait(&Waited::sized(number, 50)).await.unwrap();
    }
}

/// Takes these events, and no others.
async fn take(events: &mut Subscription<Waited>, numbers: std::ops::Range<u64>) {
    for number in numbers {
        assert_eq!(events.next().await.unwrap().unwrap().number, number);
    }
}

async fn who_comes_while_others_take_gets_what_is_published_from_then_on(place: Endpoint) {
    let server = serve(&place).await;
    let mut all: Vec<_> = subscribe_all::<Waited>(&place).await.into_iter().map(|events| (events, 0)).collect();
    for round in 1..=10 {
        publish(&server, (round - 1) * SETTLED..round * SETTLED).await;
        all.push((subscribe(&place).await, round * SETTLED));
    }
    publish(&server, 10 * SETTLED..11 * SETTLED).await;
    for (events, first) in &mut all {
        take(events, *first..11 * SETTLED).await;
    }
}

async fn who_goes_takes_nothing_from_the_others(place: Endpoint) {
    let server = serve(&place).await;
    let mut staying = subscribe_all::<Waited>(&place).await;
    let publisher = server.publisher();
    let publishing = tokio::spawn(async move {
        for number in 0..5000 {
            publisher.publish_and_wait(&Waited::sized(number, 200)).await.unwrap();
            yield_now().await;
        }
    });
    let going = async {
        for taken in 0..30 {
            let client = Client::connect(&place).await.unwrap();
            let mut events = client.subscribe::<Waited>().await.unwrap();
            let mut last = None;
            for _ in 0..taken * 3 {
                // Where all has been published by now, nothing comes.
                let next = tokio::select! {
                    biased;
                    next = events.next() => next,
                    () = until(|| publishing.is_finished()) => break,
                };
                let number = next.unwrap().unwrap().number;
                assert!(last.is_none_or(|last| last + 1 == number), "{number} after {last:?}");
                last = Some(number);
            }
            // By turns it unsubscribes and keeps its connection, or goes with it.
            if taken % 2 == 0 {
                drop(client);
            }
            drop(events);
        }
    };
    let taking = async {
        for number in 0..5000 {
            for events in &mut staying {
                assert_eq!(events.next().await.unwrap().unwrap().number, number);
            }
        }
    };
    tokio::join!(going, taking);
    publishing.await.unwrap();
    until(|| server.publisher().subscribers::<Waited>() == MANY).await;
}

async fn a_publisher_waits_for_two_that_take_nothing(place: Endpoint) {
    let server = serve(&place).await;
    let mut all = subscribe_all::<Waited>(&place).await;
    let mut slow = all.split_off(MANY - 2);
    let published = Arc::new(AtomicU64::new(0));
    let (count, publisher) = (Arc::clone(&published), server.publisher());
    let publishing = tokio::spawn(async move {
        for number in 0..10_000 {
            publisher.publish_and_wait(&Waited::sized(number, 500)).await.unwrap();
            count.store(number + 1, Ordering::SeqCst);
        }
    });
    // The others take what they can get, until it is nothing more.
    let (mut taken, mut same, mut before) = (0, 0, 0);
    while same < 1000 {
        yield_now().await;
        let now = published.load(Ordering::SeqCst);
        while taken < now {
            for events in &mut all {
                take(events, taken..taken + 1).await;
            }
            taken += 1;
        }
        same = if now == before && now > 0 { same + 1 } else { 0 };
        before = now;
    }
    assert!(before < 5000, "{before} events were published to two who take none");
    let mut last = slow.pop().unwrap();
    take(&mut slow[0], 0..before).await;
    for _ in 0..1000 {
        yield_now().await;
    }
    assert!(published.load(Ordering::SeqCst) <= before + 1, "the other takes none yet");
    let others = async {
        for number in taken..10_000 {
            for events in &mut all {
                take(events, number..number + 1).await;
            }
        }
    };
    tokio::join!(take(&mut last, 0..10_000), take(&mut slow[0], before..10_000), others);
    publishing.await.unwrap();
}

async fn a_publisher_does_not_wait_for_those_that_die_while_it_waits(place: Endpoint) {
    let server = serve(&place).await;
    let mut all = subscribe_all::<Waited>(&place).await;
    let dying = all.split_off(MANY - 3);
    let publisher = server.publisher();
    let published = Arc::new(AtomicU64::new(0));
    let count = Arc::clone(&published);
    let publishing = tokio::spawn(async move {
        for number in 0..5000 {
            publisher.publish_and_wait(&Waited::sized(number, 500)).await.unwrap();
            count.store(number + 1, Ordering::SeqCst);
        }
    });
    let dies = async {
        for one in dying {
            let (mut same, mut before) = (0, 0);
            while same < 300 {
                yield_now().await;
                let now = published.load(Ordering::SeqCst);
                same = if now == before { same + 1 } else { 0 };
                before = now;
            }
            drop(one);
        }
    };
    let taking = async {
        for number in 0..5000 {
            for events in &mut all {
                take(events, number..number + 1).await;
            }
        }
    };
    tokio::join!(dies, taking);
    publishing.await.unwrap();
}

async fn who_is_slow_misses_the_oldest_and_nobody_else_misses_any(place: Endpoint) {
    const EVENTS: u64 = 20_000;
    let server = serve(&place).await;
    let mut all = subscribe_all::<Oldest>(&place).await;
    let mut slow = all.pop().unwrap();
    for number in 0..EVENTS {
        server.publish(&Oldest::sized(number, 100)).unwrap();
        if number % 50 == 49 {
            for events in &mut all {
                for expected in number - 49..=number {
                    assert_eq!(events.next().await.unwrap().unwrap().number, expected);
                }
            }
        }
    }
    // Every event is received or missed, in its place, and the last is received.
    let (mut next, mut missed) = (0, 0);
    while next < EVENTS {
        match slow.next().await.unwrap() {
            Ok(event) => {
                assert_eq!(event.number, next);
                next += 1;
            }
            Err(SubscriptionError::Missed(events)) => {
                missed += events;
                next += events;
            }
            Err(error) => panic!("{error}"),
        }
    }
    assert!(missed > EVENTS / 2, "{missed} of {EVENTS} were missed by one who took none");
}

async fn who_is_too_slow_is_ended_behind_what_was_kept(place: Endpoint) {
    let server = serve(&place).await;
    let mut all = subscribe_all::<Strict>(&place).await;
    let mut slow = all.pop().unwrap();
    let mut published = 0;
    while server.publisher().subscribers::<Strict>() == MANY {
        server.publish(&Strict::sized(published, 300)).unwrap();
        for events in &mut all {
            assert_eq!(events.next().await.unwrap().unwrap().number, published);
        }
        published += 1;
    }
    let mut taken = 0;
    let failure = loop {
        match slow.next().await.unwrap() {
            Ok(event) => {
                assert_eq!(event.number, taken);
                taken += 1;
            }
            Err(SubscriptionError::Ended(failure)) => break failure,
            Err(error) => panic!("{error}"),
        }
    };
    assert_eq!((failure.code(), taken), ("OVERLOADED", published - 1), "all but the one that was too much");
    server.publish(&Strict::sized(published, 0)).unwrap();
    assert_eq!(all[0].next().await.unwrap().unwrap().number, published);
}

async fn the_latest_arrives_at_all(place: Endpoint) {
    let server = serve(&place).await;
    let mut all = subscribe_all::<Latest>(&place).await;
    for number in 0..5000 {
        server.publish(&Latest::sized(number, 100)).unwrap();
    }
    for events in &mut all {
        let mut next = 0;
        while next < 5000 {
            match events.next().await.unwrap() {
                Ok(event) => {
                    assert_eq!(event.number, next);
                    next += 1;
                }
                Err(SubscriptionError::Missed(events)) => next += events,
                Err(error) => panic!("{error}"),
            }
        }
    }
}

async fn large_events_and_small_ones_keep_their_order(place: Endpoint) {
    let server = serve(&place).await;
    let mut all = subscribe_all::<Waited>(&place).await;
    let sizes = [10, 10, 100, 9000, 10, 70_000, 4000, 10, 200_000];
    let publisher = server.publisher();
    let publishing = tokio::spawn(async move {
        for number in 0..2000 {
            // Small ones for a while, then all sizes.
            let bytes = if number % 400 < 300 { 20 } else { sizes[number as usize % sizes.len()] };
            publisher.publish_and_wait(&Waited::sized(number, bytes)).await.unwrap();
        }
    });
    for number in 0..2000 {
        for events in &mut all {
            take(events, number..number + 1).await;
        }
    }
    publishing.await.unwrap();
}

async fn whoever_asked_for_more_than_one_event_is_told_which_it_is(place: Endpoint) {
    let server = serve(&place).await;
    let mut all = subscribe_all::<Waited>(&place).await;
    let mut any = Vec::new();
    for pattern in ["lag:w*", "lag:*", "*", "lag:w*"] {
        any.push(Client::connect(&place).await.unwrap().subscribe_any(pattern).await.unwrap());
    }
    publish(&server, 0..SETTLED).await;
    for number in 0..SETTLED {
        for events in &mut any {
            let event = events.next().await.unwrap().unwrap();
            assert_eq!((event.channel(), event.data().unwrap()["number"].as_u64()), ("lag:wait", Some(number)));
        }
    }
    for events in &mut all {
        take(events, 0..SETTLED).await;
    }
}

async fn what_a_handler_publishes_comes_before_its_answer(place: Endpoint) {
    let server = serve(&place).await;
    let client = Client::connect(&place).await.unwrap();
    let mut events = client.subscribe::<Waited>().await.unwrap();
    let _others = subscribe_all::<Waited>(&place).await;
    for number in 0..2 * SETTLED {
        if number % 2 == 0 {
            client.invoke(say { number }).await.unwrap();
        } else {
            client.invoke(say_later { number }).await.unwrap();
        }
        let mut next = std::pin::pin!(events.next());
        let next = poll_fn(|cx| Poll::Ready(next.as_mut().poll(cx))).await;
        let Poll::Ready(event) = next else { panic!("the event {number} is not here") };
        assert_eq!(event.unwrap().unwrap().number, number);
    }
    drop(server);
}

async fn what_was_published_before_the_end_arrives_before_it(place: Endpoint) {
    let server = serve(&place).await;
    let mut all = subscribe_all::<Waited>(&place).await;
    publish(&server, 0..SETTLED).await;
    for events in &mut all {
        take(events, 0..SETTLED).await;
    }
    // Nothing else runs between these two.
    publish(&server, SETTLED..SETTLED + 3).await;
    let mut ending = Box::pin(server.shutdown());
    assert!(poll_fn(|cx| Poll::Ready(ending.as_mut().poll(cx).is_pending())).await);
    let ending = tokio::spawn(ending);
    for events in &mut all {
        take(events, SETTLED..SETTLED + 3).await;
        let Some(Err(SubscriptionError::Ended(failure))) = events.next().await else { panic!("no end") };
        assert_eq!(failure.code(), "UNAVAILABLE");
    }
    drop(all);
    ending.await.unwrap();
}

async fn who_may_not_any_more_gets_nothing_of_what_comes_after(place: Endpoint) {
    let server = serve(&place).await;
    let mut all = subscribe_all::<Waited>(&place).await;
    publish(&server, 0..SETTLED).await;
    for events in &mut all {
        take(events, 0..SETTLED).await;
    }
    for peer in server.peers().into_iter().take(1) {
        peer.set_grants(Grants::none()).unwrap();
    }
    publish(&server, SETTLED..2 * SETTLED).await;
    let mut denied = 0;
    for events in &mut all {
        match events.next().await.unwrap() {
            Ok(event) => {
                assert_eq!(event.number, SETTLED);
                take(events, SETTLED + 1..2 * SETTLED).await;
            }
            Err(SubscriptionError::Ended(failure)) => {
                assert_eq!(failure.code(), "DENIED");
                denied += 1;
            }
            Err(error) => panic!("{error}"),
        }
    }
    assert_eq!(denied, 1);
}

everywhere! {
    who_comes_while_others_take_gets_what_is_published_from_then_on,
    who_goes_takes_nothing_from_the_others,
    a_publisher_waits_for_two_that_take_nothing,
    a_publisher_does_not_wait_for_those_that_die_while_it_waits,
    who_is_slow_misses_the_oldest_and_nobody_else_misses_any,
    who_is_too_slow_is_ended_behind_what_was_kept,
    the_latest_arrives_at_all,
    large_events_and_small_ones_keep_their_order,
    whoever_asked_for_more_than_one_event_is_told_which_it_is,
    what_a_handler_publishes_comes_before_its_answer,
    what_was_published_before_the_end_arrives_before_it,
    who_may_not_any_more_gets_nothing_of_what_comes_after,
}

/// Publishes so many of an event, and takes them on each of these connections.
async fn carry<E: Event + DeserializeOwned>(
    server: &Server,
    clients: &[Client],
    events: u64,
    of: fn(u64, String) -> E,
    number: fn(&E) -> u64,
) {
    let mut taking = Vec::new();
    for client in clients {
        let mut subscription = client.subscribe::<E>().await.unwrap();
        taking.push(tokio::spawn(async move {
            for expected in 0..events {
                assert_eq!(number(&subscription.next().await.unwrap().unwrap()), expected);
            }
        }));
    }
    let publisher = server.publisher();
    for number in 0..events {
        publisher.publish_and_wait(&of(number, "x".repeat(number as usize % 400))).await.unwrap();
    }
    for one in taking {
        one.await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_events_to_many_connections_at_once_lose_and_double_none() {
    macro_rules! waited {
        ($($name:ident $channel:literal),*) => {$(
            #[derive(Debug, serde::Serialize, serde::Deserialize, schemars::JsonSchema, Event)]
            #[event($channel, lag = "wait")]
            struct $name(u64, String);
        )*};
    }
    waited!(One "many:one", Two "many:two", Three "many:three", Four "many:four");
    watched(async {
        let place = support::At::Local.place();
        let router = Router::new().event::<One>().event::<Two>().event::<Three>().event::<Four>();
        let server = Server::bind(&place).serve(router).await.unwrap();
        let mut clients = Vec::new();
        for _ in 0..16 {
            clients.push(Client::connect(&place).await.unwrap());
        }
        tokio::join!(
            carry(&server, &clients, 3000, One, |event| event.0),
            carry(&server, &clients, 3000, Two, |event| event.0),
            carry(&server, &clients, 3000, Three, |event| event.0),
            carry(&server, &clients, 3000, Four, |event| event.0),
        );
    })
    .await;
}
