//! Messages from fragments: the vectors, the limits, and what is refused.

use ipc_core::envelope::Flags;

use super::*;
use crate::vectors;

const LIMITS: AssemblyLimits = AssemblyLimits { message_bytes: 100, buffered_bytes: 250, messages: 3 };

/// Far more than any vector needs.
const WIDE: AssemblyLimits = AssemblyLimits { message_bytes: 1 << 30, buffered_bytes: 1 << 40, messages: 1 << 10 };

fn first(id: u32, total: u32, payload: &[u8]) -> Frame<'_> {
    let flags = Flags { more: true, ..Flags::default() };
    Frame { kind: Kind::Request, flags, id, channel: b"a:b", deadline: None, total: Some(total), payload }
}

fn next(id: u32, payload: &[u8]) -> Frame<'_> {
    let flags = Flags { more: true, continued: true, ..Flags::default() };
    Frame { kind: Kind::Request, flags, id, channel: b"", deadline: None, total: None, payload }
}

fn last(id: u32, payload: &[u8]) -> Frame<'_> {
    Frame { flags: Flags { continued: true, ..Flags::default() }, ..next(id, payload) }
}

fn reason(error: FragmentError) -> &'static str {
    match error {
        FragmentError::Unknown { .. } => "unknown_fragment",
        FragmentError::Twice { .. } => "begun_twice",
        FragmentError::Length { .. } => "length",
        FragmentError::TooMany(_) => "too_many",
    }
}

#[test]
fn every_sequence_of_the_vectors_comes_to_its_messages() {
    for sequence in vectors::sequences() {
        let mut assembly = Assembly::new(WIDE);
        let mut messages = Vec::new();
        for vector in sequence.frames.iter().map(|name| vectors::frame(name)) {
            match assembly.take(&vector.frame(&vector.payload())).expect(&sequence.name) {
                Assembled::Partly => {}
                Assembled::Whole(message) => messages.push(message),
                other => panic!("{}: {other:?}", sequence.name),
            }
        }
        let expected = sequence.messages.iter().map(|message| Message {
            kind: vectors::kind(&message.kind),
            id: message.id,
            channel: message.channel.clone().unwrap_or_default().into_bytes(),
            deadline: None,
            attachments: message.attachments,
            payload: message.payload.bytes(),
        });
        // When a deadline is depends on the time of reading; the tests of whole calls look at it.
        messages.iter_mut().for_each(|message| message.deadline = None);
        assert_eq!(messages, expected.collect::<Vec<_>>(), "{}", sequence.name);
        assert!(assembly.is_empty(), "{}", sequence.name);
    }
}

#[test]
fn every_refused_sequence_is_refused_at_its_last_frame() {
    for sequence in vectors::refused().sequences {
        let mut assembly = Assembly::new(WIDE);
        let frames: Vec<_> = sequence.frames.iter().map(|name| vectors::frame(name)).collect();
        let (refused, taken) = frames.split_last().unwrap();
        for vector in taken {
            assembly.take(&vector.frame(&vector.payload())).expect(&sequence.name);
        }
        let error = assembly.take(&refused.frame(&refused.payload())).expect_err(&sequence.name);
        assert_eq!(reason(error), sequence.reason, "{}", sequence.name);
    }
}

#[test]
fn a_message_that_is_too_large_is_refused_when_its_last_fragment_has_passed() {
    let mut assembly = Assembly::new(LIMITS);
    assert_eq!(assembly.take(&first(1, 101, &[0; 50])), Ok(Assembled::Partly));
    assert_eq!(assembly.take(&next(1, &[0; 50])), Ok(Assembled::Partly));
    assert_eq!(assembly.take(&last(1, &[0; 1])), Ok(Assembled::TooLarge { total: 101 }));
    assert!(assembly.is_empty());
}

#[test]
fn a_message_of_exactly_the_limit_is_taken() {
    let mut assembly = Assembly::new(LIMITS);
    assembly.take(&first(1, 100, &[7; 99])).unwrap();
    let Ok(Assembled::Whole(message)) = assembly.take(&last(1, &[7; 1])) else { panic!("it fits") };
    assert_eq!(message.payload, [7; 100]);
}

#[test]
fn what_is_refused_is_not_kept() {
    let mut assembly = Assembly::new(AssemblyLimits { message_bytes: 1 << 20, ..LIMITS });
    assembly.take(&first(1, 1 << 30, &[0; 65536])).unwrap();
    assert!(matches!(assembly.partial[0].payload, Payload::TooLarge));
    assembly.take(&first(2, 1 << 20, &[0; 65536])).unwrap();
    assert!(matches!(assembly.partial[1].payload, Payload::Overloaded));
}

#[test]
fn a_message_for_which_there_is_no_room_is_refused_and_the_others_arrive() {
    let mut assembly = Assembly::new(LIMITS);
    assembly.take(&first(1, 100, b"a")).unwrap();
    assembly.take(&first(2, 100, b"b")).unwrap();
    // 250 bytes may be buffered, and 200 are announced.
    assembly.take(&first(3, 51, b"c")).unwrap();
    assert_eq!(assembly.take(&last(3, &[0; 50])), Ok(Assembled::Overloaded { total: 51 }));
    assert!(matches!(assembly.take(&last(1, &[0; 99])), Ok(Assembled::Whole(_))));
    assembly.take(&first(4, 51, b"d")).unwrap();
    assert!(matches!(assembly.take(&last(4, &[0; 50])), Ok(Assembled::Whole(_))), "there is room again");
}

#[test]
fn more_messages_than_may_be_are_refused_and_many_more_end_the_connection() {
    let mut assembly = Assembly::new(LIMITS);
    for id in 0..6 {
        assembly.take(&first(id, 10, b"")).unwrap();
    }
    assert_eq!(assembly.take(&first(6, 10, b"")), Err(FragmentError::TooMany(6)));
    assert_eq!(assembly.take(&last(5, &[0; 10])), Ok(Assembled::Overloaded { total: 10 }));
    assert!(matches!(assembly.take(&last(0, &[0; 10])), Ok(Assembled::Whole(_))));
}

#[test]
fn an_announcement_takes_no_memory() {
    let mut assembly = Assembly::new(WIDE);
    assembly.take(&first(1, 1 << 30, b"")).unwrap();
    let capacity = |assembly: &Assembly| match &assembly.partial[0].payload {
        Payload::Kept(payload) => payload.capacity(),
        other => panic!("{other:?}"),
    };
    assert_eq!(capacity(&assembly), 0);
    for fragments in 1..=64 {
        assembly.take(&next(1, &[0; 65536])).unwrap();
        let bound = (4 * fragments * 65536).max(FIRST_ROOM_BYTES);
        assert!(capacity(&assembly) <= bound, "{} bytes after {fragments} fragments", capacity(&assembly));
    }
}

#[test]
fn a_message_takes_no_more_memory_than_it_has_bytes() {
    let mut assembly = Assembly::new(WIDE);
    assembly.take(&first(1, 200_000, &[0; 65536])).unwrap();
    assembly.take(&next(1, &[0; 65536])).unwrap();
    assembly.take(&next(1, &[0; 65536])).unwrap();
    let Ok(Assembled::Whole(message)) = assembly.take(&last(1, &[0; 3392])) else { panic!("it is whole") };
    assert_eq!((message.payload.len(), message.payload.capacity()), (200_000, 200_000));
}

#[test]
fn what_is_forgotten_makes_room_and_may_begin_again() {
    let mut assembly = Assembly::new(LIMITS);
    assembly.take(&first(1, 100, b"a")).unwrap();
    assembly.take(&first(2, 100, b"b")).unwrap();
    assert!(!assembly.forget(Kind::Response, 1), "a response of that id is another message");
    assert!(assembly.forget(Kind::Request, 1));
    assert!(!assembly.forget(Kind::Request, 1));
    assert_eq!(
        assembly.take(&next(1, b"more")),
        Err(FragmentError::Unknown { kind: Kind::Request, id: 1 }),
        "no fragment follows a cancel"
    );
    assembly.take(&first(1, 3, b"a")).unwrap();
    assert!(matches!(assembly.take(&last(1, b"bc")), Ok(Assembled::Whole(_))));
}

#[test]
fn a_refused_message_may_be_forgotten_too() {
    let mut assembly = Assembly::new(LIMITS);
    assembly.take(&first(1, 1000, b"a")).unwrap();
    assert!(assembly.forget(Kind::Request, 1));
    assert!(assembly.is_empty());
}

#[test]
fn a_table_of_attachments_may_be_announced_by_any_fragment() {
    for flagged in 0..2 {
        let mut assembly = Assembly::new(LIMITS);
        let mut frames = [first(1, 3, b"a"), last(1, b"bc")];
        frames[flagged].flags.attachments = true;
        assert_eq!(assembly.take(&frames[0]), Ok(Assembled::Partly));
        let Ok(Assembled::Whole(message)) = assembly.take(&frames[1]) else { panic!("it is whole") };
        assert!(message.attachments);
    }
}
