//! The outbox over a pipe of a few bytes, polled by hand: what is on the wire, in which order, and who is woken.

mod cancelling;
mod wire;

use std::future::Future as _;
use std::pin::pin;

use ipc_core::envelope::FRAGMENT_BYTES;

use self::wire::{Wire, large, ping, ping_bytes};
use std::sync::Arc;

use super::writer::FRAGMENTS_PER_WRITE;
use super::*;

/// What is written of a large message before the next has its turn.
const TURN: usize = FRAGMENTS_PER_WRITE * FRAGMENT_BYTES;

/// More than anything that is queued here.
const WIDE: usize = 1 << 30;

fn noop() -> Context<'static> {
    Context::from_waker(Waker::noop())
}

#[test]
fn what_is_appended_leaves_in_its_order() {
    let mut wire = Wire::new(1 << 20, WIDE);
    for id in 0..3 {
        wire.outbox.push(Outgoing::Frames(&ping_bytes(id))).unwrap();
    }
    wire.outbox.flush();
    wire.drain();
    assert_eq!(wire.shown(), ["Ping 0", "Ping 1", "Ping 2"]);
}

#[test]
fn small_frames_pass_between_the_fragments_of_a_large_message() {
    let mut wire = Wire::new(1000, WIDE);
    wire.outbox.push(large(Kind::Response, 1, 3 * TURN)).unwrap();
    wire.outbox.flush();
    wire.outbox.push(Outgoing::Frames(&ping_bytes(2))).unwrap();
    wire.read(TURN + 1000);
    wire.outbox.push(Outgoing::Frames(&ping_bytes(3))).unwrap();
    wire.drain();
    assert_eq!(wire.shown(), ["Response 1 131072…", "Ping 2", "…Response 1 131072…", "Ping 3", "…Response 1 131072"]);
}

#[test]
fn large_messages_take_turns() {
    let mut wire = Wire::new(1000, WIDE);
    wire.outbox.push(large(Kind::Request, 1, 2 * TURN + 5)).unwrap();
    wire.outbox.push(large(Kind::Response, 1, TURN + 5)).unwrap();
    wire.outbox.flush();
    wire.drain();
    let expected = ["Request 1 131072…", "Response 1 131072…", "…Request 1 131072…", "…Response 1 5", "…Request 1 5"];
    assert_eq!(wire.shown(), expected);
    let whole: Vec<usize> = wire.messages().iter().map(|message| message.payload.len()).collect();
    assert_eq!(whole, [TURN + 5, 2 * TURN + 5]);
}

#[test]
fn several_messages_that_are_written_together_keep_their_order_behind_a_large_one() {
    let mut wire = Wire::new(1000, WIDE);
    let message = |kind, bytes| {
        let Outgoing::Large(large) = large(kind, 1, bytes) else { unreachable!("it is large") };
        large
    };
    let put = |out: &mut Vec<u8>, _| {
        frame::put(out, Kind::Event, 1, b"1");
        frame::put(out, Kind::Event, 1, b"2");
        Some(message(Kind::Event, TURN + 5))
    };
    for _ in 0..2 {
        wire.outbox.push_with(Lane::Answering(1), put).unwrap();
    }
    wire.outbox.flush();
    wire.drain();
    let together = ["Event 1 1", "Event 1 1", "Event 1 131072…", "…Event 1 5"];
    assert_eq!(wire.shown(), [together, together].concat());
}

#[test]
fn who_appends_learns_whether_it_must_be_told_of() {
    let wire = Wire::new(1 << 20, WIDE);
    let put = |bytes| {
        move |out: &mut Vec<u8>, _| {
            frame::put(out, Kind::Event, 1, &vec![0; bytes]);
            None
        }
    };
    let lane = Lane::Answering(1);
    assert_eq!(wire.outbox.push_with(lane, put(1)), Ok(Appended::Unattended), "nobody knows of the first");
    wire.outbox.send_soon();
    assert_eq!(wire.outbox.push_with(lane, put(1)), Ok(Appended::Attended), "the connection's own task does");
    assert_eq!(wire.outbox.push_with(lane, put(INLINE_BYTES)), Ok(Appended::Unattended), "so much is not left to it");
    wire.outbox.send_soon();
    assert!(wire.outbox.is_drained());
}

#[test]
fn a_promise_to_write_is_kept_when_the_future_is_dropped() {
    let mut wire = Wire::new(1000, WIDE);
    wire.outbox.push(Outgoing::Frames(&ping_bytes(1))).unwrap();
    let outbox = Arc::clone(&wire.outbox);
    {
        let mut sending = pin!(outbox.send(Urgency::Shared));
        assert!(sending.as_mut().poll(&mut noop()).is_pending());
        assert_eq!(wire.read(1000), 0, "others may append first");
    }
    assert!(wire.read(1000) > 0);
    assert_eq!(wire.shown(), ["Ping 1"]);
}

#[test]
fn who_is_about_to_send_writes_what_others_append_meanwhile_and_nobody_else_does() {
    let mut wire = Wire::new(1000, WIDE);
    let outbox = Arc::clone(&wire.outbox);
    outbox.push(Outgoing::Frames(&ping_bytes(1))).unwrap();
    let mut first = pin!(outbox.send(Urgency::Shared));
    assert!(first.as_mut().poll(&mut noop()).is_pending());
    outbox.push(Outgoing::Frames(&ping_bytes(2))).unwrap();
    let mut second = pin!(outbox.send(Urgency::Shared));
    assert!(second.as_mut().poll(&mut noop()).is_ready(), "it leaves it to the first");
    assert_eq!(wire.read(1000), 0);
    assert!(first.as_mut().poll(&mut noop()).is_ready());
    wire.read(1000);
    assert_eq!(wire.shown(), ["Ping 1", "Ping 2"]);
}

#[test]
fn who_sends_alone_writes_at_once() {
    let mut wire = Wire::new(1000, WIDE);
    wire.outbox.push(Outgoing::Frames(&ping_bytes(1))).unwrap();
    let outbox = Arc::clone(&wire.outbox);
    assert!(pin!(outbox.send(Urgency::Alone)).poll(&mut noop()).is_ready());
    wire.read(1000);
    assert_eq!(wire.shown(), ["Ping 1"]);
}

#[test]
fn a_peer_that_does_not_read_is_left_to_the_connections_own_task() {
    let wire = Wire::new(10, WIDE);
    wire.outbox.push(Outgoing::Frames(&ping_bytes(1))).unwrap();
    wire.outbox.flush();
    assert_eq!(wire.driver.times(), 1);
    wire.outbox.push(Outgoing::Frames(&ping_bytes(2))).unwrap();
    wire.outbox.flush();
    assert_eq!(wire.driver.times(), 1, "it waits already");
    assert!(!wire.outbox.is_drained());
}

#[test]
fn who_waits_for_room_is_woken_when_half_of_it_is_free() {
    let mut wire = Wire::new(10, 100);
    for id in 0..10 {
        wire.outbox.push(Outgoing::Frames(&ping_bytes(id))).unwrap();
    }
    assert!(wire.outbox.is_full());
    let outbox = Arc::clone(&wire.outbox);
    let woken = Arc::new(wire::Woken::default());
    let waker = Waker::from(Arc::clone(&woken));
    let mut room = pin!(outbox.room());
    assert!(room.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
    wire.outbox.flush();
    let told = wire.driver.times();
    wire.drain();
    assert_eq!(woken.times(), 1);
    assert!(wire.driver.times() > told, "the connection's own task may read again");
    assert!(room.poll(&mut Context::from_waker(&waker)).is_ready());
}

#[test]
fn as_much_may_be_queued_as_the_limit_says_and_one_byte_more_is_full() {
    let wire = Wire::new(10, ping_bytes(1).len());
    wire.outbox.push(Outgoing::Frames(&ping_bytes(1))).unwrap();
    assert!(!wire.outbox.is_full());
    wire.outbox.push(Outgoing::Frames(b"x")).unwrap();
    assert!(wire.outbox.is_full());
}

#[test]
fn a_large_message_counts_as_queued_until_it_is_written() {
    let mut wire = Wire::new(1000, TURN);
    wire.outbox.push(large(Kind::Response, 1, 3 * TURN)).unwrap();
    wire.outbox.flush();
    assert!(wire.outbox.is_full());
    wire.read(TURN + 5000);
    assert!(wire.outbox.is_full());
    wire.drain();
    assert!(!wire.outbox.is_full());
    assert_eq!(wire.outbox.queue().queued_bytes, 0);
}

#[test]
fn closing_drops_what_is_queued_and_wakes_everybody() {
    let mut wire = Wire::new(10, 10);
    wire.outbox.push(Outgoing::Frames(&ping_bytes(1))).unwrap();
    wire.outbox.push(large(Kind::Request, 1, 3 * TURN)).unwrap();
    wire.outbox.flush();
    let outbox = Arc::clone(&wire.outbox);
    let mut room = pin!(outbox.room());
    assert!(room.as_mut().poll(&mut noop()).is_pending());
    let told = wire.driver.times();
    wire.outbox.close();
    assert!(room.poll(&mut noop()).is_ready());
    assert!(wire.driver.times() > told);
    assert_eq!(wire.outbox.push(Outgoing::Frames(&ping_bytes(2))), Err(NotSent::Closed));
    assert!(wire.outbox.is_closed() && wire.outbox.is_drained() && !wire.outbox.is_full());
    wire.drain();
    assert!(wire.is_at_end(), "the writing side is dropped");
}

#[test]
fn a_peer_that_is_gone_closes_the_outbox() {
    let Wire { outbox, peer, driver, .. } = Wire::new(10, WIDE);
    drop(peer);
    outbox.push(Outgoing::Frames(&ping_bytes(1))).unwrap();
    outbox.flush();
    assert!(outbox.is_closed());
    assert!(driver.times() > 0);
}

#[test]
fn after_a_goodbye_responses_are_sent_and_requests_are_not() {
    let mut wire = Wire::new(1 << 20, WIDE);
    wire.outbox.push_goodbye(b"{}");
    wire.outbox.push_goodbye(b"{}");
    assert!(wire.outbox.is_leaving());
    assert_eq!(wire.outbox.push_request(1, Outgoing::Frames(&ping_bytes(1))), Err(NotSent::Leaving));
    wire.outbox.push(large(Kind::Response, 2, TURN + 1)).unwrap();
    wire.outbox.flush();
    wire.drain();
    assert_eq!(wire.shown(), ["Goodbye 0 2", "Response 2 131072…", "…Response 2 1"]);
}

#[test]
fn no_request_begins_behind_the_last_goodbye_and_answers_are_sent() {
    let mut wire = Wire::new(1000, WIDE);
    wire.outbox.push(large(Kind::Request, 1, TURN + 1)).unwrap();
    wire.outbox.flush();
    // The first has begun, and the others wait: for their turn, or for what is left of it.
    wire.outbox.push_request(2, large(Kind::Request, 2, TURN + 2)).unwrap();
    wire.outbox.push_request(1, Outgoing::Frames(&ping_bytes(1))).unwrap();
    wire.outbox.push(large(Kind::Response, 3, TURN + 3)).unwrap();
    wire.outbox.push_last(&mut Frames::of(&ping(0, b"last"))).unwrap();
    assert_eq!(wire.outbox.push_request(4, Outgoing::Frames(&ping_bytes(4))), Err(NotSent::Leaving));
    wire.drain();
    let shown = wire.shown();
    assert_eq!(shown, ["Request 1 131072…", "Ping 0 4", "Response 3 131072…", "…Request 1 1", "…Response 3 3"]);
    assert_eq!(wire.outbox.queue().queued_bytes, 0);
}

#[test]
fn nobody_who_writes_for_others_does_so_for_long() {
    let mut wire = Wire::new(1 << 24, WIDE);
    wire.outbox.push(large(Kind::Response, 1, 10 * TURN)).unwrap();
    wire.outbox.flush();
    assert_eq!(wire.driver.times(), 1, "the connection's own task goes on");
    assert!(wire.outbox.queue().queued_bytes >= (10 - usize::from(INLINE_BATCHES)) * TURN);
    wire.drain();
    assert_eq!(wire.messages().len(), 1);
}

#[test]
fn ping_is_what_the_wire_shows() {
    let mut wire = Wire::new(1 << 10, WIDE);
    wire.outbox.push(Outgoing::Frames(&ping(7, b"hello"))).unwrap();
    wire.outbox.flush();
    wire.drain();
    assert_eq!(wire.shown(), ["Ping 7 5"]);
}
