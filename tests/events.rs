//! Events: who gets which, in which order, and what a new subscriber finds.
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::sync::Arc;
use std::task::{self, Waker};

use ipc_bridge::prelude::*;
use ipc_bridge::{Endpoint, Limits, PublishError, SubscribeError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::task::JoinSet;

use support::{everywhere, until};

/// The backend went on or off line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Event)]
#[event("status:changed", retain)]
struct StatusChanged {
    online: bool,
}

/// How far a job has come.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Event)]
#[event("job:progress", retain, key = "job")]
struct Progress {
    job: String,
    percent: u8,
}

/// What somebody says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, garde::Validate, Event)]
#[event("chat:said", lag = "wait")]
struct Said {
    #[garde(length(min = 1))]
    text: String,
}

/// A picture of the screen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Event)]
#[event("screen:taken")]
struct Taken {
    name: String,
    picture: Bytes,
}

/// An event that nobody declares.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Event)]
#[event("job:forgotten")]
struct Forgotten {}

/// Publishes through its context.
#[handler("job:run")]
async fn run(cx: Context, job: String) -> Result<(), std::convert::Infallible> {
    for percent in [0, 50, 100] {
        cx.publish(&Progress { job: job.clone(), percent }).unwrap();
    }
    Ok(())
}

fn router() -> Router {
    Router::new().event::<StatusChanged>().event::<Progress>().event::<Taken>().shared_event::<Said>().handle::<run>()
}

async fn serve(place: &Endpoint) -> (Server, Client) {
    (Server::bind(place).serve(router()).await.unwrap(), Client::connect(place).await.unwrap())
}

fn progress(job: &str, percent: u8) -> Progress {
    Progress { job: job.to_owned(), percent }
}

async fn next<E: Event + serde::de::DeserializeOwned>(events: &mut Subscription<E>) -> E {
    events.next().await.unwrap().unwrap()
}

async fn everybody_gets_what_is_published_after_they_subscribed(place: Endpoint) {
    let (server, client) = serve(&place).await;
    let other = Client::connect(&place).await.unwrap();
    let mut subscriptions = Vec::new();
    for client in [&client, &client, &other] {
        subscriptions.push(client.subscribe::<Taken>().await.unwrap());
    }
    for size in [0, 10, 100_000, 20, 70_000] {
        let taken = Taken { name: size.to_string(), picture: vec![7; size].into() };
        server.publish(&taken).unwrap();
        for events in &mut subscriptions {
            assert_eq!(next(events).await, taken);
        }
    }
}

async fn a_new_subscriber_gets_the_last_value_at_once(place: Endpoint) {
    let (server, client) = serve(&place).await;
    server.publish(&StatusChanged { online: false }).unwrap();
    server.publish(&StatusChanged { online: true }).unwrap();
    let mut events = client.subscribe::<StatusChanged>().await.unwrap();
    assert_eq!(next(&mut events).await, StatusChanged { online: true });
    server.publish(&StatusChanged { online: false }).unwrap();
    assert_eq!(next(&mut events).await, StatusChanged { online: false });
}

async fn a_subscriber_of_one_key_gets_no_others(place: Endpoint) {
    let (server, client) = serve(&place).await;
    server.publish(&progress("a", 1)).unwrap();
    server.publish(&progress("b", 2)).unwrap();
    server.publish(&progress("a", 3)).unwrap();
    let mut of_a = client.subscribe::<Progress>().key("a").await.unwrap();
    let mut all = client.subscribe::<Progress>().await.unwrap();
    assert_eq!(next(&mut of_a).await, progress("a", 3));
    // What is retained comes in the order in which it changed last.
    assert_eq!(next(&mut all).await, progress("b", 2));
    assert_eq!(next(&mut all).await, progress("a", 3));
    server.publish(&progress("b", 4)).unwrap();
    server.publish(&progress("a", 5)).unwrap();
    assert_eq!(next(&mut of_a).await, progress("a", 5));
    assert_eq!(next(&mut all).await, progress("b", 4));
    assert_eq!(next(&mut all).await, progress("a", 5));
}

async fn what_is_taken_back_reaches_no_new_subscriber(place: Endpoint) {
    let (server, client) = serve(&place).await;
    let publisher = server.publisher();
    for job in ["a", "b", "c"] {
        publisher.publish(&progress(job, 9)).unwrap();
    }
    publisher.retract_key::<Progress>(&"b".to_owned()).unwrap();
    let mut events = client.subscribe::<Progress>().await.unwrap();
    assert_eq!(next(&mut events).await, progress("a", 9));
    assert_eq!(next(&mut events).await, progress("c", 9));
    publisher.retract::<Progress>().unwrap();
    let mut events = client.subscribe::<Progress>().await.unwrap();
    publisher.publish(&progress("d", 1)).unwrap();
    assert_eq!(next(&mut events).await, progress("d", 1));
}

async fn a_handler_publishes_through_its_context(place: Endpoint) {
    let (_server, client) = serve(&place).await;
    let mut events = client.subscribe::<Progress>().key("x").await.unwrap();
    client.invoke(run { job: "y".to_owned() }).await.unwrap();
    client.invoke(run { job: "x".to_owned() }).await.unwrap();
    for percent in [0, 50, 100] {
        assert_eq!(next(&mut events).await, progress("x", percent));
    }
}

async fn a_client_publishes_where_it_may(place: Endpoint) {
    let (server, client) = serve(&place).await;
    let other = Client::connect(&place).await.unwrap();
    let mut heard = other.subscribe::<Said>().await.unwrap();
    let mut here = router_of(&server).await;
    let said = |text: &str| Said { text: text.to_owned() };
    client.publish(&said("hello")).await.unwrap();
    assert_eq!(next(&mut heard).await, said("hello"));
    assert_eq!(next(&mut here).await, said("hello"));

    let invalid = client.publish(&said("")).await.unwrap_err();
    assert_eq!(invalid.code(), Some("INVALID_INPUT"));
    let denied = client.publish(&StatusChanged { online: false }).await.unwrap_err();
    assert_eq!(denied.code(), Some("DENIED"));
    let unknown = client.publish(&Forgotten {}).await.unwrap_err();
    assert_eq!(unknown.code(), Some("UNKNOWN_CHANNEL"));
    client.publish(&said("still here")).await.unwrap();
    assert_eq!(next(&mut heard).await, said("still here"));
}

/// A subscription in the server's own process.
async fn router_of(server: &Server) -> Subscription<Said> {
    server.router().subscribe::<Said>().await.unwrap()
}

async fn what_one_client_publishes_keeps_its_order_however_many_are_on_their_way(place: Endpoint) {
    let (_server, client) = serve(&place).await;
    let mut heard = client.subscribe::<Said>().await.unwrap();
    let mut publishing = JoinSet::new();
    let (count, client) = (2000, Arc::new(client));
    // They are begun one after the other, and awaited side by side: more than the subscriber has room for.
    let mut calls = Vec::new();
    for number in 0..count {
        let client = Arc::clone(&client);
        let mut call = Box::pin(async move {
            let text = format!("{number:0>300}");
            client.publish(&Said { text }).await
        });
        assert!(call.as_mut().poll(&mut task::Context::from_waker(Waker::noop())).is_pending());
        calls.push(call);
    }
    for call in calls {
        publishing.spawn(call);
    }
    for number in 0..count {
        assert_eq!(next(&mut heard).await.text, format!("{number:0>300}"));
    }
    while let Some(published) = publishing.join_next().await {
        published.unwrap().unwrap();
    }
}

async fn a_tool_sees_all_events_whose_channels_begin_alike(place: Endpoint) {
    let (server, client) = serve(&place).await;
    server.publish(&progress("a", 1)).unwrap();
    let mut jobs = client.subscribe_any("job:*").await.unwrap();
    let mut all = client.subscribe_any("*").await.unwrap();
    server.publish(&StatusChanged { online: true }).unwrap();
    server.publish(&progress("b", 2)).unwrap();
    server.publish(&Taken { name: "one".to_owned(), picture: vec![1, 2, 255].into() }).unwrap();
    for expected in [json!({"job": "a", "percent": 1}), json!({"job": "b", "percent": 2})] {
        let event = jobs.next().await.unwrap().unwrap();
        assert_eq!((event.channel(), event.data().unwrap()), ("job:progress", expected));
    }
    let mut channels = Vec::new();
    for _ in 0..4 {
        let event = all.next().await.unwrap().unwrap();
        channels.push(event.channel().to_owned());
        if let Some(taken) = event.read::<Taken>() {
            assert_eq!(*taken.unwrap().picture, [1, 2, 255]);
            assert_eq!(event.data().unwrap(), json!({"name": "one", "picture": "AQL/"}));
        }
    }
    assert_eq!(channels, ["job:progress", "status:changed", "job:progress", "screen:taken"]);
    for pattern in ["nothing:*", "job:forgotten"] {
        let refused = client.subscribe_any(pattern).await.unwrap_err();
        assert_eq!(refused.code(), "UNKNOWN_CHANNEL", "{pattern}");
    }
    assert_eq!(client.subscribe_any("").await.unwrap_err().code(), "INVALID_INPUT");
}

async fn a_server_subscribes_to_what_its_client_publishes(place: Endpoint) {
    let server = Server::bind(&place).serve(Router::new()).await.unwrap();
    let router = Router::new().event::<StatusChanged>();
    let publisher = router.publisher();
    publisher.publish(&StatusChanged { online: true }).unwrap();
    let _client = Client::builder().router(router).connect(&place).await.unwrap();
    until(|| !server.peers().is_empty()).await;
    let peer = server.peers().pop().unwrap();
    let mut events = peer.subscribe::<StatusChanged>().await.unwrap();
    assert_eq!(next(&mut events).await, StatusChanged { online: true });
    publisher.publish(&StatusChanged { online: false }).unwrap();
    assert_eq!(next(&mut events).await, StatusChanged { online: false });
    let refused = peer.subscribe::<Said>().await.unwrap_err();
    assert!(matches!(refused, SubscribeError::Refused(_)), "{refused}");
}

async fn a_dropped_subscription_is_ended_at_the_publisher(place: Endpoint) {
    let limits = Limits::default().in_flight(4).subscriptions(4);
    let server = Server::bind(&place).limits(limits).serve(router()).await.unwrap();
    let client = Client::connect(&place).await.unwrap();
    // More often than there are places.
    for _ in 0..20 {
        let events = client.subscribe::<Taken>().await.unwrap();
        assert!(server.publisher().subscribers::<Taken>() > 0);
        drop(events);
        until(|| server.publisher().subscribers::<Taken>() == 0).await;
    }
}

async fn more_subscriptions_than_may_be_are_refused(place: Endpoint) {
    let server = Server::bind(&place).limits(Limits::default().subscriptions(2)).serve(router()).await.unwrap();
    let client = Client::connect(&place).await.unwrap();
    let mut kept = vec![client.subscribe::<Taken>().await.unwrap(), client.subscribe::<Taken>().await.unwrap()];
    assert_eq!(client.subscribe::<Taken>().await.unwrap_err().code(), "OVERLOADED");
    kept.pop();
    until(|| server.publisher().subscribers::<Taken>() == 1).await;
    kept.push(client.subscribe::<Taken>().await.unwrap());
}

everywhere! {
    everybody_gets_what_is_published_after_they_subscribed,
    a_new_subscriber_gets_the_last_value_at_once,
    a_subscriber_of_one_key_gets_no_others,
    what_is_taken_back_reaches_no_new_subscriber,
    a_handler_publishes_through_its_context,
    a_client_publishes_where_it_may,
    what_one_client_publishes_keeps_its_order_however_many_are_on_their_way,
    a_tool_sees_all_events_whose_channels_begin_alike,
    a_server_subscribes_to_what_its_client_publishes,
    a_dropped_subscription_is_ended_at_the_publisher,
    more_subscriptions_than_may_be_are_refused,
}

#[tokio::test]
async fn an_event_that_is_not_declared_is_not_published() {
    let server = Server::bind(support::At::Memory.place()).serve(router()).await.unwrap();
    let error = server.publish(&Forgotten {}).unwrap_err();
    assert!(matches!(error, PublishError::NotDeclared { channel: "job:forgotten", .. }), "{error}");
}
