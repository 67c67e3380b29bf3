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
    assert_eq!(assembly.take(&last(1, &[0; 1])), Ok(Assembled::TooLarge { kind: Kind::Request, id: 1, total: 101 }));
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
    assert_eq!(assembly.take(&last(3, &[0; 50])), Ok(Assembled::Overloaded { kind: Kind::Request, id: 3, total: 51 }));
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
    assert_eq!(assembly.take(&last(5, &[0; 10])), Ok(Assembled::Overloaded { kind: Kind::Request, id: 5, total: 10 }));
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
        let bound = ROOM * fragments * 65536;
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

/// Takes a frame byte by byte, as `room` or what was read lets it.
fn crept(assembly: &mut Assembly, frame: Frame<'_>, into_room: bool) -> Assembled {
    let (now, later) = frame.payload.split_at(1);
    assembly.begin(&Frame { payload: now, ..frame }, later.len()).expect("it may begin");
    for (place, byte) in later.iter().enumerate() {
        let left = later.len() - place;
        let mut read = std::slice::from_ref(byte);
        if let Some(mut room) = assembly.room().filter(|_| into_room) {
            assert_eq!(room.remaining_mut(), left);
            room.put_u8(*byte);
            assembly.note_arrived(1);
            read = &[];
        }
        let came_to = assembly.go_on(&mut read);
        assert!(read.is_empty());
        if left == 1 {
            return came_to.expect("it is whole");
        }
        assert_eq!(came_to, None, "{left} bytes are missing");
    }
    unreachable!("the payload has at least two bytes")
}

#[test]
fn a_frame_that_comes_byte_by_byte_comes_to_what_it_comes_to_at_once() {
    let (text, rest) = (b"the first of two", b" parts");
    let total = u32::try_from(text.len() + rest.len()).unwrap();
    for into_room in [false, true] {
        let mut assembly = Assembly::new(LIMITS);
        assert_eq!(crept(&mut assembly, first(1, total, text), into_room), Assembled::Partly);
        let Assembled::Whole(message) = crept(&mut assembly, last(1, rest), into_room) else { panic!("it is whole") };
        assert_eq!(message.payload, b"the first of two parts");
        let whole = Frame { flags: Flags { attachments: true, ..Flags::default() }, total: None, ..first(2, 0, text) };
        let Assembled::Whole(message) = crept(&mut assembly, whole, into_room) else { panic!("it is whole") };
        assert_eq!((message.id, message.channel.as_slice(), message.attachments), (2, &b"a:b"[..], true));
        assert_eq!(message.payload, text);
        assert!(assembly.is_empty());
    }
}

#[test]
fn what_is_refused_has_no_room_and_takes_its_own_bytes_alone() {
    let mut assembly = Assembly::new(LIMITS);
    assembly.begin(&first(1, 200, b"a"), 99).unwrap();
    assert!(assembly.room().is_none());
    let mut read = &[b'x'; 120][..];
    assert_eq!(assembly.go_on(&mut read), Some(Assembled::Partly));
    assert_eq!(read.len(), 21);
    assert_eq!(assembly.go_on(&mut read), None, "no frame has begun");
    assert_eq!(read.len(), 21);
}

#[test]
fn a_fragment_of_too_many_bytes_is_refused_before_they_have_come() {
    let mut assembly = Assembly::new(LIMITS);
    let refused = assembly.begin(&first(1, 10, b"a"), 10);
    assert_eq!(refused, Err(FragmentError::Length { kind: Kind::Request, id: 1, total: 10 }));
}
