//! Every header there can be, and some that there cannot.

use super::*;

fn every_flags() -> impl Iterator<Item = Flags> {
    (0..16).map(|byte| Flags::from_byte(byte).expect("the four lowest bits have a meaning"))
}

/// A header of this kind that announces a channel where it must, and has room for all that it announces.
fn header(kind: Kind, flags: Flags) -> Header {
    let channel_bytes = if kind.has_channel() && !flags.continued { 10 } else { 0 };
    Header { length: 1000, kind, flags, channel_bytes, id: 0x0403_0201 }
}

fn may_have_deadline(kind: Kind, flags: Flags) -> bool {
    kind == Kind::Request && !flags.continued
}

/// The flags that a frame of this kind may have.
fn flags_of(kind: Kind) -> impl Iterator<Item = Flags> {
    every_flags().filter(move |flags| {
        (kind.has_flags() || *flags == Flags::default()) && (!flags.deadline || may_have_deadline(kind, *flags))
    })
}

#[test]
fn every_header_is_decoded_as_it_was_encoded() {
    for kind in Kind::ALL.into_iter().filter(|kind| *kind != Kind::Hello) {
        for flags in flags_of(kind) {
            let header = header(kind, flags);
            assert_eq!(Header::decode(header.encode()), Ok(header));
        }
    }
}

#[test]
fn a_deadline_stands_in_the_first_frame_of_a_request_and_nowhere_else() {
    for kind in Kind::ALL.into_iter().filter(|kind| kind.has_flags()) {
        for flags in every_flags().filter(|flags| flags.deadline && !may_have_deadline(kind, *flags)) {
            assert_eq!(Header::decode(header(kind, flags).encode()), Err(HeaderError::Deadline { kind }), "{flags:?}");
        }
    }
}

#[test]
fn a_channel_name_over_the_limit_is_refused() {
    for (bytes, fits) in [(128, true), (129, false), (u16::MAX, false)] {
        let header = Header { length: 70_000, channel_bytes: bytes, ..header(Kind::Request, Flags::default()) };
        assert_eq!(Header::decode(header.encode()).is_ok(), fits, "{bytes}");
    }
}

#[test]
fn the_bytes_of_a_header_have_their_places() {
    let flags = Flags { more: true, deadline: true, ..Flags::default() };
    let header = Header { length: 0x0d0c_0b0a, kind: Kind::Request, flags, channel_bytes: 0x0201, id: 0x0807_0605 };
    assert_eq!(header.encode(), [0x0a, 0x0b, 0x0c, 0x0d, 5, 5, 1, 2, 5, 6, 7, 8]);
}

#[test]
fn a_hello_holds_its_version_where_others_hold_the_bytes_of_their_channel() {
    let hello = Header { length: 0, kind: Kind::Hello, flags: Flags::default(), channel_bytes: 1, id: MAGIC };
    assert_eq!(hello.encode(), *b"\0\0\0\0\x01\0\x01\0IPCB");
    assert_eq!(Header::decode(hello.encode()), Ok(hello));
    assert_eq!(hello.prefix_bytes(), 0);
}

#[test]
fn every_kind_has_its_number() {
    for (index, kind) in Kind::ALL.into_iter().enumerate() {
        assert_eq!(kind as usize, index + 1);
    }
    for byte in [0].into_iter().chain(15..=u8::MAX) {
        let bytes = [0, 0, 0, 0, byte, 0, 0, 0, 0, 0, 0, 0];
        assert_eq!(Header::decode(bytes), Err(HeaderError::Kind(byte)));
    }
}

#[test]
fn a_bit_that_means_nothing_is_refused_beside_any_that_do() {
    for byte in 0x10..=u8::MAX {
        let bytes = [200, 0, 0, 0, Kind::Response as u8, byte, 0, 0, 0, 0, 0, 0];
        assert_eq!(Header::decode(bytes), Err(HeaderError::Flags(byte)));
    }
}

#[test]
fn the_kinds_that_steer_a_connection_have_no_flags() {
    for kind in Kind::ALL.into_iter().filter(|kind| *kind != Kind::Hello && !kind.has_flags()) {
        for flags in every_flags().filter(|flags| *flags != Flags::default()) {
            let refused = Header::decode(header(kind, flags).encode());
            assert_eq!(refused, Err(HeaderError::Flagged { kind, flags: flags.to_byte() }));
        }
    }
}

#[test]
fn the_prefix_counts_channel_deadline_and_total() {
    for (flags, expected) in every_flags().zip([10, 14, 0, 0, 14, 18, 4, 4].repeat(2)) {
        assert_eq!(header(Kind::Request, flags).prefix_bytes(), expected, "{flags:?}");
    }
}

#[test]
fn a_frame_that_has_no_room_for_its_prefix_is_refused() {
    let flags = Flags { more: true, deadline: true, ..Flags::default() };
    let fits = Header { length: 18, ..header(Kind::Request, flags) };
    assert_eq!(Header::decode(fits.encode()), Ok(fits));
    let short = Header { length: 17, ..fits };
    assert_eq!(Header::decode(short.encode()), Err(HeaderError::Short { length: 17, needed: 18 }));
}

#[test]
fn a_channel_stands_in_the_first_frame_of_those_kinds_that_have_one_and_nowhere_else() {
    for kind in Kind::ALL.into_iter().filter(|kind| *kind != Kind::Hello) {
        for flags in every_flags().filter(|flags| kind.has_flags() || *flags == Flags::default()) {
            let right = header(kind, flags);
            // An event may name its channel, and need not.
            if kind == Kind::Event && !flags.continued {
                continue;
            }
            let bytes = if right.channel_bytes == 0 { 1 } else { 0 };
            let wrong = Header { channel_bytes: bytes, ..right };
            assert_eq!(Header::decode(wrong.encode()), Err(HeaderError::Channel { kind, bytes }), "{flags:?}");
        }
    }
}
