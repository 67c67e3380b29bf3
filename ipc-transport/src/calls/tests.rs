//! The table of calls, polled by hand.

use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Wake;

use super::*;

/// Counts how often it was woken.
#[derive(Default)]
struct Woken(AtomicUsize);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

impl Woken {
    fn times(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

/// Opens a call where there is room.
fn open(calls: &Calls) -> u32 {
    calls.try_open(Opens::Call(None)).expect("there is room").expect("the table is open").0
}

fn poll(calls: &Calls, id: u32, woken: &Arc<Woken>) -> Poll<Result<Vec<u8>, Arc<str>>> {
    let polled = calls.poll_answer(id, &mut Context::from_waker(&Waker::from(Arc::clone(woken))));
    polled.map_ok(|payload| payload.bytes().to_vec()).map_err(|error| match error {
        CallError::Gone(reason) => reason,
        other => panic!("{other:?}"),
    })
}

fn answer(calls: &Calls, id: u32, body: &[u8]) -> Result<(), UnknownCall> {
    calls.answer(id, Payload::lent(body, false))
}

#[test]
fn an_answer_reaches_its_caller_and_no_other() {
    let calls = Calls::new(4);
    let (one, other) = (open(&calls), open(&calls));
    let (woken_one, woken_other) = (Arc::new(Woken::default()), Arc::new(Woken::default()));
    assert!(poll(&calls, one, &woken_one).is_pending());
    assert!(poll(&calls, other, &woken_other).is_pending());
    answer(&calls, other, b"for the other").unwrap();
    assert_eq!((woken_one.times(), woken_other.times()), (0, 1));
    assert!(poll(&calls, one, &woken_one).is_pending());
    assert_eq!(poll(&calls, other, &woken_other), Poll::Ready(Ok(b"for the other".to_vec())));
}

#[test]
fn an_answer_may_come_before_its_caller_waits() {
    let calls = Calls::new(1);
    let id = open(&calls);
    answer(&calls, id, b"early").unwrap();
    assert_eq!(poll(&calls, id, &Arc::default()), Poll::Ready(Ok(b"early".to_vec())));
    assert!(calls.is_empty());
}

#[test]
fn the_caller_that_polled_last_is_woken() {
    let calls = Calls::new(1);
    let id = open(&calls);
    let (first, second) = (Arc::new(Woken::default()), Arc::new(Woken::default()));
    assert!(poll(&calls, id, &first).is_pending());
    assert!(poll(&calls, id, &second).is_pending());
    answer(&calls, id, b"").unwrap();
    assert_eq!((first.times(), second.times()), (0, 1));
}

#[test]
fn an_answer_to_an_unknown_id_is_refused() {
    let calls = Calls::new(4);
    let id = open(&calls);
    assert_eq!(answer(&calls, id + 1, b""), Err(UnknownCall(id + 1)));
    assert_eq!(answer(&calls, u32::MAX, b""), Err(UnknownCall(u32::MAX)));
    assert!(poll(&calls, id, &Arc::default()).is_pending());
}

#[test]
fn a_second_answer_is_refused_and_the_first_one_stays() {
    let calls = Calls::new(1);
    let id = open(&calls);
    answer(&calls, id, b"first").unwrap();
    assert_eq!(answer(&calls, id, b"second"), Err(UnknownCall(id)));
    assert_eq!(poll(&calls, id, &Arc::default()), Poll::Ready(Ok(b"first".to_vec())));
    assert_eq!(answer(&calls, id, b"third"), Err(UnknownCall(id)));
}

#[test]
fn an_abandoned_call_keeps_its_id_until_its_answer_is_there() {
    let calls = Calls::new(4);
    let id = open(&calls);
    calls.abandon(id, || true);
    assert!(!calls.is_empty(), "the answer is still to come");
    assert_ne!(open(&calls), id);
    answer(&calls, id, b"nobody wants the body").unwrap();
    assert_eq!(open(&calls), id);
}

#[test]
fn an_abandoned_call_of_which_the_peer_knows_nothing_frees_its_id_at_once() {
    let calls = Calls::new(4);
    let id = open(&calls);
    calls.abandon(id, || false);
    assert_eq!(open(&calls), id);
}

#[test]
fn an_answered_call_that_is_abandoned_is_not_cancelled() {
    let calls = Calls::new(4);
    let id = open(&calls);
    answer(&calls, id, b"").unwrap();
    calls.abandon(id, || panic!("there is nothing to cancel"));
    assert!(calls.is_empty());
}

#[test]
fn nothing_is_cancelled_on_a_connection_that_is_gone() {
    let calls = Calls::new(4);
    let id = open(&calls);
    calls.close("gone");
    calls.abandon(id, || panic!("nobody listens"));
    assert!(calls.is_empty());
}

#[test]
fn the_only_call_knows_that_it_is_alone() {
    let calls = Calls::new(4);
    let alone = || calls.try_open(Opens::Call(None)).unwrap().unwrap();
    assert!(alone().1);
    let (second, is_alone) = alone();
    assert!(!is_alone);
    calls.discard(second);
    calls.discard(0);
    assert!(alone().1);
}

#[test]
fn a_freed_place_wakes_one_who_waits_for_it() {
    let calls = Calls::new(1);
    let id = open(&calls);
    let mut waiting = by_hand(calls.open(Opens::Call(None)));
    assert!(waiting.poll().is_pending());
    answer(&calls, id, b"").unwrap();
    assert_eq!(waiting.woken.times(), 0, "the caller has not taken its answer");
    assert!(poll(&calls, id, &Arc::default()).is_ready());
    assert_eq!(waiting.woken.times(), 1);
    assert_eq!(waiting.poll(), Poll::Ready(Ok((id, true))));
}

#[test]
fn an_abandoned_call_makes_room_when_its_answer_is_there() {
    let calls = Calls::new(1);
    let id = open(&calls);
    let mut waiting = by_hand(calls.open(Opens::Call(None)));
    assert!(waiting.poll().is_pending());
    calls.abandon(id, || true);
    assert!(waiting.poll().is_pending(), "the peer still has the call in flight");
    answer(&calls, id, b"").unwrap();
    assert_eq!(waiting.poll(), Poll::Ready(Ok((id, true))));
}

#[test]
fn one_who_waits_and_is_dropped_takes_no_place() {
    let calls = Calls::new(1);
    let id = open(&calls);
    let mut dropped = by_hand(calls.open(Opens::Call(None)));
    let mut other = by_hand(calls.open(Opens::Call(None)));
    assert!(dropped.poll().is_pending());
    assert!(other.poll().is_pending());
    calls.discard(id);
    drop(dropped);
    assert_eq!(other.poll(), Poll::Ready(Ok((id, true))));
    calls.discard(id);
    assert!(calls.is_empty());
}

#[test]
fn every_one_who_waits_gets_a_place_in_the_end() {
    let calls = Calls::new(2);
    open(&calls);
    open(&calls);
    let mut waiting: Vec<_> = (0..10).map(|_| by_hand(calls.open(Opens::Call(None)))).collect();
    assert!(waiting.iter_mut().all(|task| task.poll().is_pending()));
    while !waiting.is_empty() {
        calls.discard(0);
        let woken = waiting.iter_mut().position(|task| task.woken.times() > 0 && task.poll().is_ready());
        waiting.swap_remove(woken.expect("a freed place is somebody's"));
    }
}

#[test]
fn closing_wakes_everybody_and_tells_why() {
    let calls = Calls::new(2);
    let (waiting, answered) = (open(&calls), open(&calls));
    answer(&calls, answered, b"in time").unwrap();
    let woken = Arc::new(Woken::default());
    assert!(poll(&calls, waiting, &woken).is_pending());
    let mut opening = by_hand(calls.open(Opens::Call(None)));
    assert!(opening.poll().is_pending());
    calls.close("the peer closed it");
    calls.close("a later reason");
    let reason: Arc<str> = "the peer closed it".into();
    assert!(woken.times() > 0 && opening.woken.times() > 0);
    assert_eq!(poll(&calls, waiting, &woken), Poll::Ready(Err(Arc::clone(&reason))));
    assert_eq!(opening.poll(), Poll::Ready(Err(Arc::clone(&reason))));
    assert_eq!(poll(&calls, answered, &woken), Poll::Ready(Ok(b"in time".to_vec())));
    assert!(calls.is_empty());
}

#[test]
fn closing_forgets_calls_that_nobody_waits_for() {
    let calls = Calls::new(2);
    let id = open(&calls);
    calls.abandon(id, || true);
    calls.close("gone");
    assert!(calls.is_empty());
}

#[test]
fn a_limit_of_none_lets_one_call_through() {
    open(&Calls::new(0));
}

/// A future that is polled by hand, and whether it was woken.
struct Task<F> {
    future: Pin<Box<F>>,
    woken: Arc<Woken>,
}

fn by_hand<F: Future>(future: F) -> Task<F> {
    Task { future: Box::pin(future), woken: Arc::default() }
}

impl<F: Future> Task<F> {
    fn poll(&mut self) -> Poll<F::Output> {
        self.future.as_mut().poll(&mut Context::from_waker(&Waker::from(Arc::clone(&self.woken))))
    }
}
