//! What is delivered, what is missed, and in which order.

use super::*;
use crate::body::Body;

/// The event that was published as this number: its JSON is the number, and as many spaces as it needs.
fn event(number: usize, lag: Lag, key: Option<&str>, bytes: usize) -> Arc<PublishedEvent> {
    let json = format!("{number:<bytes$}").into_bytes();
    let body = Body { json, attachments: vec![] };
    Arc::new(PublishedEvent::of_body("test:event", key.map(str::to_owned), lag, body).expect("a small event"))
}

fn small(number: usize, lag: Lag) -> Arc<PublishedEvent> {
    event(number, lag, None, 10)
}

fn number(event: &PublishedEvent) -> usize {
    std::str::from_utf8(event.json()).expect("text").trim_end().parse().expect("a number")
}

/// Takes everything: events by their numbers, and what was missed as `-3`.
fn drain(queue: &mut LagQueue) -> Vec<i64> {
    let next = |delivery| match delivery {
        Delivery::Missed(events) => -i64::try_from(events).expect("a small number"),
        Delivery::Event(event) => i64::try_from(number(&event)).expect("a small number"),
    };
    std::iter::from_fn(|| queue.pop().map(next)).collect()
}

fn filled(lag: Lag, count: usize) -> LagQueue {
    let mut queue = LagQueue::new(3, 1000);
    for number in 1..=count {
        assert_eq!(queue.push(&small(number, lag)), Pushed::Queued);
    }
    queue
}

#[test]
fn events_are_delivered_in_the_order_in_which_they_were_published() {
    let mut queue = LagQueue::new(10, 1000);
    for (number, lag) in (1..).zip([Lag::Disconnect, Lag::KeepLatest, Lag::DropOldest, Lag::Wait, Lag::DropOldest]) {
        assert_eq!(queue.push(&small(number, lag)), Pushed::Queued);
    }
    assert!(!queue.is_empty());
    assert_eq!(drain(&mut queue), [1, 2, 3, 4, 5]);
    assert!(queue.is_empty());
}

#[test]
fn an_event_that_waits_is_refused_by_a_full_queue_and_taken_when_there_is_room() {
    let mut queue = filled(Lag::Wait, 3);
    assert_eq!(queue.push(&small(4, Lag::Wait)), Pushed::Full);
    assert!(matches!(queue.pop(), Some(Delivery::Event(_))));
    assert!(queue.has_room(&small(4, Lag::Wait)));
    assert_eq!(queue.push(&small(4, Lag::Wait)), Pushed::Queued);
    assert_eq!(drain(&mut queue), [2, 3, 4]);
}

#[test]
fn the_oldest_are_dropped_and_counted() {
    assert_eq!(drain(&mut filled(Lag::DropOldest, 5)), [-2, 3, 4, 5]);
}

#[test]
fn only_the_latest_is_kept_and_those_in_between_are_counted() {
    assert_eq!(drain(&mut filled(Lag::KeepLatest, 5)), [-4, 5]);
}

#[test]
fn the_latest_of_each_key_is_kept_in_the_order_of_its_publication() {
    let mut queue = LagQueue::new(10, 1000);
    for (number, key) in (1..).zip(["a", "b", "a", "c", "b"]) {
        assert_eq!(queue.push(&event(number, Lag::KeepLatest, Some(key), 10)), Pushed::Queued);
    }
    assert_eq!(drain(&mut queue), [-2, 3, 4, 5]);
}

#[test]
fn more_keys_than_the_queue_holds_drop_the_oldest_key() {
    let mut queue = LagQueue::new(2, 1000);
    for (number, key) in (1..).zip(["a", "b", "c"]) {
        assert_eq!(queue.push(&event(number, Lag::KeepLatest, Some(key), 10)), Pushed::Queued);
    }
    assert_eq!(drain(&mut queue), [-1, 2, 3]);
}

#[test]
fn an_event_that_must_not_be_missed_ends_the_subscription_behind_what_waits() {
    let mut queue = filled(Lag::Disconnect, 3);
    assert_eq!(queue.push(&small(4, Lag::Disconnect)), Pushed::Disconnect);
    assert_eq!(drain(&mut queue), [1, 2, 3]);
}

#[test]
fn what_may_be_missed_makes_no_room_at_the_cost_of_what_may_not() {
    let mut queue = filled(Lag::Wait, 3);
    assert_eq!(queue.push(&small(4, Lag::DropOldest)), Pushed::Queued);
    assert_eq!(queue.push(&small(5, Lag::KeepLatest)), Pushed::Queued);
    assert_eq!(drain(&mut queue), [-2, 1, 2, 3]);
}

#[test]
fn what_may_be_dropped_makes_room_for_the_latest() {
    let mut queue = filled(Lag::DropOldest, 3);
    assert_eq!(queue.push(&small(4, Lag::KeepLatest)), Pushed::Queued);
    assert_eq!(drain(&mut queue), [-1, 2, 3, 4]);
}

#[test]
fn an_event_that_does_not_fit_anyway_drops_nothing() {
    let mut queue = LagQueue::new(3, 30);
    assert_eq!(queue.push(&event(1, Lag::Wait, None, 15)), Pushed::Queued);
    assert_eq!(queue.push(&event(2, Lag::DropOldest, None, 10)), Pushed::Queued);
    assert_eq!(queue.push(&event(3, Lag::DropOldest, None, 20)), Pushed::Queued);
    assert_eq!(drain(&mut queue), [-1, 1, 2]);
}

#[test]
fn one_event_always_fits() {
    for lag in [Lag::Wait, Lag::DropOldest, Lag::KeepLatest, Lag::Disconnect] {
        let mut queue = LagQueue::new(0, 0);
        assert_eq!(queue.push(&small(1, lag)), Pushed::Queued);
        assert_eq!(drain(&mut queue), [1], "{lag:?}");
    }
}

#[test]
fn bytes_are_a_bound_too() {
    let mut queue = LagQueue::new(100, 25);
    for number in 1..=4 {
        assert_eq!(queue.push(&small(number, Lag::DropOldest)), Pushed::Queued);
    }
    assert_eq!(drain(&mut queue), [-2, 3, 4]);
}

#[test]
fn what_was_retained_comes_first_and_takes_no_room() {
    let mut queue = LagQueue::new(2, 1000);
    queue.begin((1..=5).map(|number| small(number, Lag::Wait)).collect());
    assert!(!queue.is_empty());
    for number in 6..=8 {
        assert_eq!(queue.push(&small(number, Lag::DropOldest)), Pushed::Queued);
    }
    assert_eq!(drain(&mut queue), [1, 2, 3, 4, 5, -1, 7, 8]);
}

#[test]
fn what_is_missed_without_being_pushed_is_told_too() {
    let mut queue = filled(Lag::Wait, 1);
    queue.miss();
    assert_eq!(drain(&mut queue), [-1, 1]);
}

/// Everything that can be done with a queue in the step of this number: push an event, or take one.
fn steps(place: usize) -> Vec<Option<Arc<PublishedEvent>>> {
    vec![
        Some(event(place, Lag::Wait, None, 10)),
        Some(event(place, Lag::Disconnect, None, 10)),
        Some(event(place, Lag::DropOldest, None, 10)),
        Some(event(place, Lag::DropOldest, None, 25)),
        Some(event(place, Lag::KeepLatest, Some("a"), 10)),
        Some(event(place, Lag::KeepLatest, Some("b"), 10)),
        Some(event(place, Lag::KeepLatest, Some("a"), 40)),
        None,
    ]
}

/// A queue, and what must come of it.
struct Checked {
    queue: LagQueue,
    pushed: u64,
    missed: u64,
    delivered: Vec<usize>,
    /// Those that must not be missed.
    owed: Vec<usize>,
}

impl Checked {
    fn take(&mut self, delivery: &Delivery) {
        match delivery {
            Delivery::Missed(events) => self.missed += events,
            Delivery::Event(event) => self.delivered.push(number(event)),
        }
    }

    /// Pushes an event, or takes one.
    fn step(&mut self, event: Option<&Arc<PublishedEvent>>) {
        let Some(event) = event else {
            if let Some(delivery) = self.queue.pop() {
                self.take(&delivery);
            }
            return;
        };
        let (before, had_room) = (self.queue.events, self.queue.has_room(event));
        let pushed = self.queue.push(event);
        let expected = match event.lag() {
            Lag::Wait if !had_room => Pushed::Full,
            Lag::Disconnect if !had_room => Pushed::Disconnect,
            _ => Pushed::Queued,
        };
        assert_eq!(pushed, expected);
        if pushed != Pushed::Queued {
            assert_eq!(self.queue.events, before);
            return;
        }
        self.pushed += 1;
        if matches!(event.lag(), Lag::Wait | Lag::Disconnect) {
            self.owed.push(number(event));
        }
    }

    /// What the queue counts is what it holds, and no more than it may.
    fn check_bounds(&self) {
        let LagQueue { kept, droppable, latest, places, events, bytes, .. } = &self.queue;
        let all = || kept.iter().chain(droppable).map(|(_, event)| event).chain(latest.values());
        assert_eq!(*events, all().count());
        assert_eq!(*bytes, all().map(|event| event.payload_bytes()).sum::<usize>());
        assert_eq!(self.queue.droppable_bytes, droppable.iter().map(|(_, event)| event.payload_bytes()).sum::<usize>());
        assert_eq!(self.queue.latest_bytes, latest.values().map(|event| event.payload_bytes()).sum::<usize>());
        assert_eq!(places.len(), latest.len());
        assert!(*events <= 3);
        assert!(*bytes <= 35 || *events == 1);
    }

    fn finish(mut self) {
        while let Some(delivery) = self.queue.pop() {
            self.take(&delivery);
        }
        assert_eq!(self.missed + self.delivered.len() as u64, self.pushed);
        assert!(self.delivered.is_sorted());
        assert!(self.owed.iter().all(|owed| self.delivered.contains(owed)));
        assert!(self.queue.is_empty());
        self.check_bounds();
    }
}

#[test]
fn whatever_is_pushed_is_delivered_or_missed_and_never_more_waits_than_may() {
    for length in 1..=6 {
        let steps: Vec<_> = (0..length).map(steps).collect();
        for sequence in 0..steps.iter().map(Vec::len).product() {
            let queue = LagQueue::new(3, 35);
            let mut checked = Checked { queue, pushed: 0, missed: 0, delivered: vec![], owed: vec![] };
            let mut rest: usize = sequence;
            for choices in &steps {
                checked.step(choices[rest % choices.len()].as_ref());
                rest /= choices.len();
            }
            // Every beginning of this sequence is one of the shorter ones.
            checked.check_bounds();
            checked.finish();
        }
    }
}

#[test]
fn what_is_withdrawn_is_gone_and_its_room_is_free() {
    let other = |number: usize, lag| {
        let body = Body { json: format!("{number:<10}").into_bytes(), attachments: vec![] };
        Arc::new(PublishedEvent::of_body("test:other", None, lag, body).expect("a small event"))
    };
    for lag in [Lag::Wait, Lag::DropOldest, Lag::KeepLatest, Lag::Disconnect] {
        let mut queue = LagQueue::new(4, 1000);
        queue.begin(vec![small(0, lag), other(1, lag)]);
        for event in [small(2, lag), other(3, lag)] {
            assert_eq!(queue.push(&event), Pushed::Queued, "{lag:?}");
        }
        queue.withdraw(&["test:event"]);
        for number in [4, 5, 6] {
            let more = other(number, Lag::DropOldest);
            assert!(queue.has_room(&more), "{lag:?}: {number}");
            assert_eq!(queue.push(&more), Pushed::Queued);
        }
        assert!(!queue.has_room(&other(7, lag)), "{lag:?}");
        // Nothing is told to have been missed: it is not the subscriber's any more.
        assert_eq!(drain(&mut queue), [1, 3, 4, 5, 6], "{lag:?}");
        assert!(queue.is_empty(), "{lag:?}");
    }
}
