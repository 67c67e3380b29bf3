//! What many who publish at once come to.

use super::*;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_subscribers_see_the_events_of_a_channel_in_one_order() {
    const EACH: usize = 100;
    let router = router();
    let mut one = soon(router.subscribe::<Said>()).await.expect("a subscription");
    let mut other = soon(router.subscribe::<Said>()).await.expect("a subscription");
    let publish = |name: &'static str| {
        let publisher = router.publisher();
        tokio::task::spawn_blocking(move || {
            for number in 0..EACH {
                publisher.publish(&said(&format!("{name} {number}"))).expect("a declared event");
            }
        })
    };
    let (first, second) = (publish("first"), publish("second"));
    soon(first).await.expect("no panic");
    soon(second).await.expect("no panic");
    let mut seen = Vec::new();
    for _ in 0..2 * EACH {
        let event = soon(one.next()).await.expect("an event").expect("an event");
        assert_eq!(soon(other.next()).await, Some(Ok(event.clone())));
        seen.push(event.text);
    }
    for name in ["first", "second"] {
        let of_name: Vec<_> = seen.iter().filter(|text| text.starts_with(name)).cloned().collect();
        let in_order: Vec<_> = (0..EACH).map(|number| format!("{name} {number}")).collect();
        assert_eq!(of_name, in_order);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_subscription_that_begins_while_events_are_published_loses_and_doubles_none() {
    const JOBS: u64 = 1000;
    let router = router().event_queue(2000, usize::MAX);
    let publisher = router.publisher();
    let publishing = tokio::task::spawn_blocking(move || {
        for job in 0..JOBS {
            publisher.publish(&progress(job, 1)).expect("a declared event");
        }
    });
    let mut subscriptions = Vec::new();
    while !publishing.is_finished() && subscriptions.len() < 50 {
        subscriptions.push(soon(router.subscribe::<Progress>()).await.expect("a subscription"));
    }
    soon(publishing).await.expect("no panic");
    for mut subscription in subscriptions {
        for job in 0..JOBS {
            assert_eq!(soon(subscription.next()).await, Some(Ok(progress(job, 1))));
        }
    }
}
