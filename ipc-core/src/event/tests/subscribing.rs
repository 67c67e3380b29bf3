//! Who gets which event.

use std::sync::atomic::{AtomicUsize, Ordering};

use serde::ser::Error as _;
use serde_json::json;

use super::*;
use crate::event::hub::PublishError;
use crate::event::local::{self, Bounds};
use crate::event::subscribe::SubscribeError;
use crate::event::subscription::{Subscription, SubscriptionError};
use crate::failure::code;
use crate::{Subscribe, SubscribeOptions};

#[tokio::test]
async fn everyone_who_subscribed_gets_an_event_that_is_published() {
    let router = router();
    let publisher = router.publisher();
    let mut one = soon(router.subscribe::<Said>()).await.expect("a subscription");
    let mut other = soon(router.subscribe::<Said>()).await.expect("a subscription");
    assert_eq!(publisher.subscribers::<Said>(), 2);
    publisher.publish(&said("hello")).expect("a declared event");
    assert_eq!(soon(one.next()).await, Some(Ok(said("hello"))));
    drop(one);
    assert_eq!(publisher.subscribers::<Said>(), 1);
    publisher.publish(&said("again")).expect("a declared event");
    assert_eq!(soon(other.next()).await, Some(Ok(said("hello"))));
    assert_eq!(soon(other.next()).await, Some(Ok(said("again"))));
}

#[tokio::test]
async fn a_new_subscriber_gets_the_retained_event_and_those_that_follow() {
    let router = router();
    let publisher = router.publisher();
    publisher.publish(&Status { online: false }).expect("a declared event");
    publisher.publish(&Status { online: true }).expect("a declared event");
    let mut status = soon(router.subscribe::<Status>()).await.expect("a subscription");
    publisher.publish(&Status { online: false }).expect("a declared event");
    assert_eq!(soon(status.next()).await, Some(Ok(Status { online: true })));
    assert_eq!(soon(status.next()).await, Some(Ok(Status { online: false })));
}

#[tokio::test]
async fn a_subscriber_to_one_key_gets_that_keys_events_alone() {
    let router = router();
    let publisher = router.publisher();
    for event in [progress(7, 1), progress(8, 2), progress(7, 3)] {
        publisher.publish(&event).expect("a declared event");
    }
    let mut of_seven = soon(router.subscribe::<Progress>().key(&7)).await.expect("a subscription");
    let mut of_all = soon(router.subscribe::<Progress>()).await.expect("a subscription");
    assert_eq!(publisher.subscribers::<Progress>(), 2);
    for event in [progress(9, 4), progress(7, 5)] {
        publisher.publish(&event).expect("a declared event");
    }
    assert_eq!(soon(of_seven.next()).await, Some(Ok(progress(7, 3))));
    assert_eq!(soon(of_seven.next()).await, Some(Ok(progress(7, 5))));
    for event in [progress(8, 2), progress(7, 3), progress(9, 4), progress(7, 5)] {
        assert_eq!(soon(of_all.next()).await, Some(Ok(event)));
    }
}

#[tokio::test]
async fn a_key_is_the_same_however_it_is_written() {
    let router = router();
    let key = Some(" 7.0 ".to_owned());
    let mut of_seven: Subscription<Progress> =
        soon(router.subscribe_with(SubscribeOptions { key })).await.expect("a subscription");
    router.publisher().publish(&progress(7, 1)).expect("a declared event");
    assert_eq!(soon(of_seven.next()).await, Some(Ok(progress(7, 1))));
}

#[tokio::test]
async fn a_pattern_subscribes_to_every_event_that_it_matches() {
    let router = router();
    let publisher = router.publisher();
    publisher.publish(&progress(7, 1)).expect("a declared event");
    publisher.publish(&Status { online: true }).expect("a declared event");
    publisher.publish(&progress(8, 2)).expect("a declared event");
    let mut all = soon(router.subscribe_any("*")).await.expect("a subscription");
    publisher.publish(&said("hello")).expect("a declared event");
    let mut events = Vec::new();
    for _ in 0..4 {
        let event = soon(all.next()).await.expect("an event").expect("an event");
        events.push((event.channel().to_owned(), event.data().expect("JSON")));
    }
    let expected = [
        ("job:progress", json!({"job": 7, "percent": 1})),
        ("status:changed", json!({"online": true})),
        ("job:progress", json!({"job": 8, "percent": 2})),
        ("chat:said", json!({"text": "hello"})),
    ];
    assert_eq!(events, expected.map(|(channel, data)| (channel.to_owned(), data)));
    let mut jobs = soon(router.subscribe_any("job:*")).await.expect("a subscription");
    let event = soon(jobs.next()).await.expect("an event").expect("an event");
    assert_eq!(event.read::<Progress>(), Some(Ok(progress(7, 1))));
    assert_eq!(event.read::<Status>(), None);
}

#[tokio::test]
async fn binary_data_arrives_as_it_was_sent() {
    let router = router();
    let mut pictures = soon(router.subscribe::<Picture>()).await.expect("a subscription");
    let mut any = soon(router.subscribe_any("screen:*")).await.expect("a subscription");
    let picture = Picture { name: "$7".to_owned(), data: vec![1, 2, 3].into() };
    router.publisher().publish(&picture).expect("a declared event");
    assert_eq!(soon(pictures.next()).await, Some(Ok(picture.clone())));
    let event = soon(any.next()).await.expect("an event").expect("an event");
    assert_eq!(event.read::<Picture>(), Some(Ok(picture)));
    assert_eq!(event.data().expect("JSON"), json!({"name": "$7", "data": "AQID"}));
    assert_eq!(event.json(), br#"{"name":"$7","data":"$0"}"#);
    assert_eq!(event.attachments().len(), 1);
}

#[tokio::test]
async fn what_cannot_be_subscribed_to_is_refused_for_a_reason() {
    let router = Router::new().event::<Progress>().event::<Said>();
    let refused = |options: SubscribeOptions| {
        let router = &router;
        async move {
            match soon(router.subscribe_with::<Said>(options)).await.expect_err("a refusal") {
                SubscribeError::Refused(failure) => failure,
                other => panic!("{other}"),
            }
        }
    };
    let failure = refused(SubscribeOptions { key: Some("7".to_owned()) }).await;
    assert_eq!(failure.code(), code::INVALID_INPUT);
    assert_eq!(failure.message(), "the event of `chat:said` has no key, and one was asked for");
    let said = soon(router.subscribe::<Status>()).await.expect_err("an event that is not declared");
    assert_eq!(said.to_string(), "UNKNOWN_CHANNEL: no event has the channel `status:changed`");
    for (pattern, code) in
        [("x:*", code::UNKNOWN_CHANNEL), ("x:y", code::UNKNOWN_CHANNEL), ("*:x", code::INVALID_INPUT)]
    {
        assert_eq!(soon(router.subscribe_any(pattern)).await.expect_err(pattern).code(), code);
    }
    let hub = router.hub();
    for (pattern, key, said) in [
        ("job:*", "7", "a key tells the events of one channel apart, and a `*` asks for several"),
        ("job:progress", "seven", "the key is no JSON: expected value at line 1 column 1"),
    ] {
        let failure = local::subscribe(hub, Bounds::default(), pattern, Some(key)).err().expect("a refusal");
        assert_eq!((failure.code(), failure.message()), (code::INVALID_INPUT, said));
    }
}

/// Counts how often it is written.
#[derive(Debug, JsonSchema)]
struct Counted;

static WRITTEN: AtomicUsize = AtomicUsize::new(0);

impl Serialize for Counted {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        WRITTEN.fetch_add(1, Ordering::Relaxed);
        serializer.serialize_unit()
    }
}

impl<'de> Deserialize<'de> for Counted {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        <()>::deserialize(deserializer).map(|()| Self)
    }
}

event!(Counted "test:counted", false, DropOldest);
impl NeverWaits for Counted {}
impl Check for Counted {}

#[tokio::test]
async fn an_event_is_encoded_once_for_all_and_not_at_all_for_nobody() {
    let router = Router::new().event::<Counted>();
    let publisher = router.publisher();
    publisher.publish(&Counted).expect("a declared event");
    assert_eq!(WRITTEN.load(Ordering::Relaxed), 0);
    let mut subscriptions = Vec::new();
    for _ in 0..3 {
        subscriptions.push(soon(router.subscribe::<Counted>()).await.expect("a subscription"));
    }
    publisher.publish(&Counted).expect("a declared event");
    for subscription in &mut subscriptions {
        assert!(matches!(soon(subscription.next()).await, Some(Ok(Counted))));
    }
    assert_eq!(WRITTEN.load(Ordering::Relaxed), 1);
}

/// What no JSON can say.
#[derive(JsonSchema)]
struct Unwritable;

impl Serialize for Unwritable {
    fn serialize<S: serde::Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
        Err(S::Error::custom("out of words"))
    }
}

event!(Unwritable "test:unwritable", true, DropOldest);
impl NeverWaits for Unwritable {}
impl Check for Unwritable {}

#[test]
fn an_event_that_cannot_be_published_says_why() {
    let publisher = Router::new().event::<Unwritable>().publisher();
    let error = publisher.publish(&Unwritable).expect_err("no JSON");
    assert_eq!(error.to_string(), "the event of `test:unwritable` cannot be written as JSON: out of words");
    let error = publisher.publish(&said("hello")).expect_err("an event that is not declared");
    assert!(matches!(error, PublishError::NotDeclared { channel: "chat:said", .. }));
    let message = error.to_string();
    assert!(message.ends_with("add it with `.event::<Said>()`"), "{message}");
}

#[tokio::test]
async fn subscriptions_end_with_the_router_and_its_publishers() {
    let router = router();
    let publisher = router.publisher();
    let mut saids = soon(router.subscribe::<Said>()).await.expect("a subscription");
    drop(router);
    publisher.publish(&said("still here")).expect("a declared event");
    drop(publisher);
    assert_eq!(soon(saids.next()).await, Some(Ok(said("still here"))));
    let gone = SubscriptionError::Disconnected("the router is gone".to_owned());
    assert_eq!(soon(saids.next()).await, Some(Err(gone)));
    assert_eq!(soon(saids.next()).await, None);
}

#[tokio::test]
async fn a_subscription_can_be_waited_for_in_another_task() {
    let router = Arc::new(router());
    let mut saids = soon(router.subscribe::<Said>()).await.expect("a subscription");
    let waiting = tokio::spawn(async move { saids.next().await });
    let by_arc = tokio::spawn({
        let router = Arc::clone(&router);
        async move { router.subscribe_with::<Said>(SubscribeOptions::default()).await.map(drop) }
    });
    soon(by_arc).await.expect("no panic").expect("a subscription");
    router.publisher().publish(&said("hello")).expect("a declared event");
    assert_eq!(soon(waiting).await.expect("no panic"), Some(Ok(said("hello"))));
}
