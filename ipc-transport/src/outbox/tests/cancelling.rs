//! Requests that are cancelled before, while and after they are sent.

use super::wire::{Wire, large, ping_bytes};
use super::*;
use crate::vectors::Random;

#[test]
fn a_request_that_has_not_begun_is_taken_back_and_the_peer_learns_nothing() {
    let mut wire = Wire::new(1000, WIDE);
    wire.outbox.push(large(Kind::Request, 1, 3 * TURN)).unwrap();
    assert!(!wire.outbox.cancel_request(1), "no answer will come");
    wire.outbox.flush();
    wire.drain();
    assert!(wire.shown().is_empty());
    assert_eq!(wire.outbox.queue().queued_bytes, 0);
}

#[test]
fn a_request_that_was_sent_whole_is_cancelled_behind_it() {
    let mut wire = Wire::new(1 << 20, WIDE);
    wire.outbox.push(large(Kind::Request, 1, TURN + 1)).unwrap();
    wire.outbox.flush();
    assert!(wire.outbox.cancel_request(1), "the peer will answer");
    wire.outbox.flush();
    wire.drain();
    assert_eq!(wire.shown(), ["Request 1 131072…", "…Request 1 1", "Cancel 1"]);
}

#[test]
fn the_fragment_that_is_being_written_is_the_last_before_the_cancel() {
    let mut wire = Wire::new(1000, WIDE);
    wire.outbox.push(large(Kind::Request, 1, 5 * TURN)).unwrap();
    wire.outbox.flush();
    assert!(wire.outbox.cancel_request(1));
    wire.drain();
    assert_eq!(wire.shown(), ["Request 1 131072…", "Cancel 1"]);
    assert_eq!(wire.outbox.queue().queued_bytes, 0);
}

#[test]
fn a_request_that_waits_for_its_turn_is_cancelled_in_its_midst() {
    let mut wire = Wire::new(1000, WIDE);
    wire.outbox.push(large(Kind::Request, 1, 5 * TURN)).unwrap();
    wire.outbox.push(large(Kind::Response, 9, 2 * TURN)).unwrap();
    wire.outbox.flush();
    // The response's first fragment is being written now.
    wire.read(TURN + 2000);
    assert!(wire.outbox.cancel_request(1));
    wire.drain();
    assert_eq!(wire.shown(), ["Request 1 131072…", "Response 9 131072…", "Cancel 1", "…Response 9 131072"]);
}

#[test]
fn a_cancelled_request_stays_cancelled_when_others_are_cancelled_too() {
    let mut wire = Wire::new(1000, WIDE);
    wire.outbox.push(large(Kind::Request, 1, 5 * TURN)).unwrap();
    wire.outbox.flush();
    assert!(wire.outbox.cancel_request(1));
    assert!(wire.outbox.cancel_request(2));
    wire.drain();
    assert_eq!(wire.shown(), ["Request 1 131072…", "Cancel 1", "Cancel 2"]);
    assert!(wire.messages().is_empty());
}

#[test]
fn another_request_goes_on_when_a_small_one_is_cancelled() {
    let mut wire = Wire::new(1000, WIDE);
    wire.outbox.push(large(Kind::Request, 1, 2 * TURN)).unwrap();
    wire.outbox.flush();
    assert!(wire.outbox.cancel_request(2));
    wire.drain();
    assert_eq!(wire.shown(), ["Request 1 131072…", "Cancel 2", "…Request 1 131072"]);
}

#[test]
fn a_response_of_the_same_id_is_another_message_and_goes_on() {
    let mut wire = Wire::new(1000, WIDE);
    wire.outbox.push(large(Kind::Response, 1, 2 * TURN)).unwrap();
    wire.outbox.flush();
    assert!(wire.outbox.cancel_request(1));
    wire.drain();
    assert_eq!(wire.shown(), ["Response 1 131072…", "Cancel 1", "…Response 1 131072"]);
}

#[test]
fn a_notification_has_no_call_and_goes_on() {
    let mut wire = Wire::new(1000, WIDE);
    let notification = |bytes| large(Kind::Notification, 0, bytes);
    wire.outbox.push_notification(notification(2 * TURN)).unwrap();
    wire.outbox.push_notification(notification(TURN + 1)).unwrap();
    wire.outbox.flush();
    assert!(wire.outbox.cancel_request(0));
    wire.read(TURN + 2000);
    assert!(wire.outbox.cancel_request(0));
    wire.drain();
    let first = ["Notification 0 131072…", "Cancel 0", "…Notification 0 131072"];
    let second = ["Cancel 0", "Notification 0 131072…", "…Notification 0 1"];
    assert_eq!(wire.shown(), [first, second].concat());
    assert_eq!(wire.messages().len(), 2);
}

#[test]
fn a_cancel_does_not_outlive_its_request() {
    let mut wire = Wire::new(1000, WIDE);
    wire.outbox.push(Outgoing::Frames(&ping_bytes(1))).unwrap();
    wire.outbox.flush();
    assert!(wire.outbox.cancel_request(1));
    // The id is free again as soon as the peer has answered.
    wire.outbox.push(large(Kind::Request, 1, 2 * TURN)).unwrap();
    wire.drain();
    assert_eq!(wire.shown(), ["Ping 1", "Cancel 1", "Request 1 131072…", "…Request 1 131072"]);
}

#[test]
fn nothing_is_cancelled_on_a_closed_connection() {
    let wire = Wire::new(1000, WIDE);
    wire.outbox.close();
    assert!(!wire.outbox.cancel_request(1));
}

#[test]
fn wherever_a_request_is_cancelled_the_wire_stays_readable() {
    for step in 0..120 {
        let mut wire = Wire::new(700, WIDE);
        wire.outbox.push(large(Kind::Request, 1, 3 * TURN + 17)).unwrap();
        wire.outbox.push(large(Kind::Response, 1, TURN + 1)).unwrap();
        wire.outbox.push(large(Kind::Request, 2, TURN + 2)).unwrap();
        wire.outbox.flush();
        wire.read(step * 3001);
        let answered = wire.outbox.cancel_request(1);
        wire.drain();
        let frames = wire.frames();
        let cancelled = frames.iter().position(|frame| frame.kind == Kind::Cancel);
        assert_eq!(cancelled.is_some(), answered, "step {step}");
        let after = &frames[cancelled.unwrap_or(0)..];
        assert!(!after.iter().any(|frame| frame.kind == Kind::Request && frame.id == 1), "step {step}");
        let whole = wire.messages();
        assert!(whole.iter().any(|message| message.kind == Kind::Response), "step {step}");
        assert!(whole.iter().any(|message| message.id == 2), "step {step}");
        assert_eq!(wire.outbox.queue().queued_bytes, 0, "step {step}");
    }
}

#[test]
fn whatever_is_sent_and_cancelled_the_wire_stays_readable() {
    for seed in 0..60 {
        let mut random = Random::new(seed);
        let mut wire = Wire::new(1 + random.below(100_000), WIDE);
        let mut next = 0;
        for _ in 0..40 {
            match random.below(5) {
                0 => {
                    let bytes = TURN + 1 + random.below(3 * TURN);
                    wire.outbox.push(large(Kind::Request, next, bytes)).unwrap();
                    next += 1;
                }
                1 => wire.outbox.push(Outgoing::Frames(&ping_bytes(next))).unwrap(),
                2 if next > 0 => {
                    // Each request is cancelled at most once, as its caller goes only once.
                    next -= 1;
                    wire.outbox.cancel_request(next);
                    next += 1000;
                }
                3 => {
                    wire.read(random.below(200_000));
                }
                _ => wire.outbox.flush(),
            }
        }
        wire.outbox.flush();
        wire.drain();
        wire.messages();
        assert_eq!(wire.outbox.queue().queued_bytes, 0, "seed {seed}");
        assert!(wire.outbox.is_drained(), "seed {seed}");
    }
}
