//! Subscribers that are too slow.

use std::future::poll_fn;
use std::task::Poll;

use super::*;
use crate::event::subscription::{Subscription, SubscriptionError};
use crate::failure::code;

/// As many events as wait for a subscriber, published at once.
async fn fill(router: &Router) {
    let publisher = router.publisher();
    for number in numbers(0) {
        soon(publisher.publish_and_wait(&Line { number })).await.expect("a declared event");
    }
}

fn numbers(from: u32) -> std::ops::Range<u32> {
    from..from + u32::try_from(MAX_EVENTS).expect("a small number")
}

async fn take(lines: &mut Subscription<Line>, numbers: std::ops::Range<u32>) {
    for number in numbers {
        assert_eq!(soon(lines.next()).await, Some(Ok(Line { number })));
    }
}

#[tokio::test]
async fn a_publisher_waits_for_each_subscriber_that_has_no_room() {
    let router = router();
    let mut quick = soon(router.subscribe::<Line>()).await.expect("a subscription");
    let mut slow = soon(router.subscribe::<Line>()).await.expect("a subscription");
    fill(&router).await;
    take(&mut quick, numbers(0)).await;
    let publisher = router.publisher();
    let line = Line { number: u32::MAX };
    let mut publishing = Box::pin(publisher.publish_and_wait(&line));
    assert!(poll_fn(|cx| Poll::Ready(publishing.as_mut().poll(cx).is_pending())).await, "there is no room");
    // The quick one has it already.
    assert_eq!(soon(quick.next()).await, Some(Ok(line.clone())));
    take(&mut slow, 0..1).await;
    soon(publishing).await.expect("a declared event");
    take(&mut slow, 1..numbers(0).end).await;
    assert_eq!(soon(slow.next()).await, Some(Ok(line.clone())));
}

#[tokio::test]
async fn publishers_that_wait_take_turns_in_the_order_in_which_they_came() {
    let router = router();
    let mut lines = soon(router.subscribe::<Line>()).await.expect("a subscription");
    fill(&router).await;
    let mut publishing = Vec::new();
    for number in numbers(numbers(0).end) {
        let publisher = router.publisher();
        let mut future = Box::pin(async move { publisher.publish_and_wait(&Line { number }).await });
        assert!(poll_fn(|cx| Poll::Ready(future.as_mut().poll(cx).is_pending())).await);
        publishing.push(future);
    }
    // Those that came last are polled first.
    let publishing: Vec<_> = publishing.into_iter().rev().map(tokio::spawn).collect();
    take(&mut lines, numbers(0)).await;
    take(&mut lines, numbers(numbers(0).end)).await;
    for task in publishing {
        soon(task).await.expect("no panic").expect("a declared event");
    }
}

#[tokio::test]
async fn an_event_that_was_given_up_is_missed_by_those_that_had_no_room() {
    let router = router();
    let mut lines = soon(router.subscribe::<Line>()).await.expect("a subscription");
    fill(&router).await;
    let publisher = router.publisher();
    let line = Line { number: 0 };
    let mut publishing = Box::pin(publisher.publish_and_wait(&line));
    assert!(poll_fn(|cx| Poll::Ready(publishing.as_mut().poll(cx).is_pending())).await);
    drop(publishing);
    assert_eq!(soon(lines.next()).await, Some(Err(SubscriptionError::Missed(1))));
    take(&mut lines, numbers(0)).await;
}

#[tokio::test]
async fn nobody_waits_for_a_subscriber_that_is_gone() {
    let router = router();
    let lines = soon(router.subscribe::<Line>()).await.expect("a subscription");
    fill(&router).await;
    let publisher = router.publisher();
    let line = Line { number: 0 };
    let mut publishing = Box::pin(publisher.publish_and_wait(&line));
    assert!(poll_fn(|cx| Poll::Ready(publishing.as_mut().poll(cx).is_pending())).await);
    drop(lines);
    soon(publishing).await.expect("a declared event");
}

#[tokio::test]
async fn a_subscription_that_must_not_miss_anything_ends_when_it_is_overloaded() {
    let router = router();
    let publisher = router.publisher();
    let mut saids = soon(router.subscribe::<Said>()).await.expect("a subscription");
    for _ in 0..=MAX_EVENTS {
        publisher.publish(&said("hello")).expect("a declared event");
    }
    assert_eq!(publisher.subscribers::<Said>(), 0);
    for _ in 0..MAX_EVENTS {
        assert_eq!(soon(saids.next()).await, Some(Ok(said("hello"))));
    }
    let Some(Err(SubscriptionError::Ended(failure))) = soon(saids.next()).await else { panic!("no end") };
    assert_eq!(failure.code(), code::OVERLOADED);
    assert_eq!(failure.message(), "the events of `chat:said` came faster than they were taken");
    assert_eq!(soon(saids.next()).await, None);
}

#[tokio::test]
async fn a_subscriber_learns_how_many_it_missed() {
    let router = router();
    let publisher = router.publisher();
    let mut all = soon(router.subscribe::<Progress>()).await.expect("a subscription");
    for percent in 0..=100 {
        publisher.publish(&progress(7, percent)).expect("a declared event");
    }
    assert_eq!(soon(all.next()).await, Some(Err(SubscriptionError::Missed(100))));
    assert_eq!(soon(all.next()).await, Some(Ok(progress(7, 100))));
}

#[tokio::test]
async fn all_that_is_retained_is_received_however_much_it_is() {
    let router = router();
    let publisher = router.publisher();
    let jobs = || 0..u64::try_from(2 * MAX_EVENTS).expect("a small number");
    for job in jobs() {
        publisher.publish(&progress(job, 1)).expect("a declared event");
    }
    let mut all = soon(router.subscribe::<Progress>()).await.expect("a subscription");
    for job in jobs() {
        assert_eq!(soon(all.next()).await, Some(Ok(progress(job, 1))));
    }
}
