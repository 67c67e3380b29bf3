//! Frames one after the other, and the messages that their fragments come to.

use std::collections::BTreeMap;

use bytes::Bytes;
use ipc_core::envelope::{FRAGMENT_BYTES, HEADER_BYTES, Header, Kind};

use crate::assembly::{Assembled, Assembly, AssemblyLimits};
use crate::frame::{
    Frame, Large, LargePayload, MAX_FRAME_BYTES, Part, begin_within, begun, decode, end, fragment_prefix, put_shared,
};

/// Limits that a few kilobytes reach.
const LIMITS: AssemblyLimits = AssemblyLimits { message_bytes: 100_000, buffered_bytes: 150_000, messages: 3 };

/// A message whose fragments are written as the product does is at most this large here.
const MOST_WRITTEN_BYTES: usize = 1 << 20;

/// The fragments of a message as they came: what was announced, and what arrived.
type Arriving = BTreeMap<(u8, u32), (usize, Vec<u8>)>;

/// A frame takes no more than is there, is written back byte for byte, and is none while its last byte is missing. A
/// message has the bytes of its fragments, and no more than a message may have.
pub fn frame(data: &[u8]) {
    let mut rest = data;
    let (mut assembly, mut in_pieces) = (Assembly::new(LIMITS), Assembly::new(LIMITS));
    let mut arriving = Arriving::new();
    let mut fits_together = true;
    while let Ok(Some((frame, taken))) = decode(rest) {
        assert!((HEADER_BYTES..=HEADER_BYTES + MAX_FRAME_BYTES).contains(&taken) && taken <= rest.len());
        assert_eq!(decode(&rest[..taken]), Ok(Some((frame, taken))));
        assert_eq!(decode(&rest[..taken - 1]), Ok(None));
        assert_eq!(by_hand(&frame), &rest[..taken]);
        if let Some(written) = as_the_product_writes(&frame) {
            assert_eq!(written, &rest[..taken]);
        }
        if fits_together && frame.is_fragment() {
            fits_together = assemble(&mut assembly, &mut arriving, &frame);
        }
        if fits_together {
            arrive_in_pieces(&mut in_pieces, &frame, &rest[..taken]);
            assert_eq!(in_pieces.is_empty(), assembly.is_empty());
        }
        rest = &rest[taken..];
    }
    // Where the bytes are none by their header, more of them change nothing.
    if let Err(error) = decode(rest) {
        assert_eq!(decode(&rest[..HEADER_BYTES]), Err(error));
    }
}

/// The bytes of a frame by the tables of the protocol.
fn by_hand(frame: &Frame<'_>) -> Vec<u8> {
    let mut rest = frame.channel.to_vec();
    for number in [frame.deadline, frame.total].into_iter().flatten() {
        rest.extend_from_slice(&number.to_le_bytes());
    }
    rest.extend_from_slice(frame.payload);
    let header = Header {
        length: u32::try_from(rest.len()).unwrap(),
        kind: frame.kind,
        flags: frame.flags,
        channel_bytes: u16::try_from(frame.channel.len()).unwrap(),
        id: frame.id,
    };
    [&header.encode()[..], &rest].concat()
}

/// The bytes of a frame by what this side writes with, where it writes such frames.
fn as_the_product_writes(frame: &Frame<'_>) -> Option<Vec<u8>> {
    let &Frame { kind, flags, id, deadline, payload, .. } = frame;
    let channel = std::str::from_utf8(frame.channel).ok()?;
    let mut out = Vec::new();
    match (flags.continued, frame.total) {
        (false, None) if !flags.attachments => {
            let started = begin_within(&mut out, kind, id, channel, deadline);
            out.extend_from_slice(payload);
            assert!(end(&mut out, kind, id, started).is_none());
        }
        (false, None) if deadline.is_none() => {
            let payload = Bytes::copy_from_slice(payload);
            assert!(put_shared(&mut out, kind, id, channel, &[payload], true, false).is_none());
        }
        (false, None) => return None,
        (continued, total) => {
            let before = if continued { FRAGMENT_BYTES } else { 0 };
            let rest = if continued && flags.more { 1 } else { 0 };
            let total = total.map_or(before + payload.len() + rest, |total| total as usize);
            let part = Part { start: before, end: before + payload.len() };
            // A first fragment that holds more than all is a breach, and one of a later flag is never written.
            if total > MOST_WRITTEN_BYTES || part.end > total || (!continued && part.end == total) {
                return None;
            }
            if continued && flags.attachments {
                return None;
            }
            let payload = LargePayload::new(vec![0; total], 0, Vec::new());
            let channel = frame.channel.to_vec();
            let large = Large { kind, id, channel, deadline, attachments: flags.attachments, payload };
            fragment_prefix(&mut out, &large, part);
            out.extend_from_slice(frame.payload);
        }
    }
    Some(out)
}

/// Has a frame arrive in three pieces, where bytes of the payload alone may be missing.
fn arrive_in_pieces(assembly: &mut Assembly, frame: &Frame<'_>, bytes: &[u8]) {
    // Anywhere, and in another place for every frame.
    let cut = bytes.iter().fold(0_usize, |sum, byte| sum.wrapping_mul(31) + usize::from(*byte)) % bytes.len();
    let (now, later) = bytes.split_at(cut);
    let Some((begun, missing)) = begun(now).unwrap() else {
        if frame.is_fragment() {
            assembly.take(frame).unwrap();
        }
        return;
    };
    assert_eq!(missing, later.len());
    assert!(frame.payload.starts_with(begun.payload));
    assert_eq!(Frame { payload: frame.payload, ..begun }, *frame);
    assembly.begin(&begun, missing).unwrap();
    let (mut second, mut third) = later.split_at(later.len() / 2);
    let assembled = assembly.go_on(&mut second).or_else(|| assembly.go_on(&mut third));
    assert!(second.is_empty() && third.is_empty());
    match assembled.expect("nothing of the frame is missing") {
        Assembled::Whole(message) if !frame.is_fragment() => {
            assert_eq!((message.kind, message.id, &*message.channel), (frame.kind, frame.id, frame.channel));
            assert_eq!(message.deadline.is_some(), frame.deadline.is_some());
            assert_eq!((message.attachments, &*message.payload), (frame.flags.attachments, frame.payload));
        }
        Assembled::Whole(message) => assert!(message.payload.ends_with(frame.payload)),
        _ => assert!(frame.is_fragment()),
    }
}

/// Takes a fragment, and says whether the next may follow it.
fn assemble(assembly: &mut Assembly, arriving: &mut Arriving, frame: &Frame<'_>) -> bool {
    let key = (frame.kind as u8, frame.id);
    let Ok(assembled) = assembly.take(frame) else { return false };
    assert_ne!(frame.kind, Kind::Hello);
    let (total, arrived) = arriving.entry(key).or_insert_with(|| (frame.total.unwrap() as usize, Vec::new()));
    arrived.extend_from_slice(frame.payload);
    let announced = *total;
    match assembled {
        Assembled::Partly => {
            assert!(frame.flags.more && arrived.len() <= announced);
            return true;
        }
        Assembled::Whole(message) => {
            assert!(announced <= LIMITS.message_bytes as usize);
            assert_eq!((message.kind, message.id), (frame.kind, frame.id));
            assert_eq!(&message.payload, arrived);
        }
        Assembled::TooLarge { kind, id, total } => {
            assert_eq!((kind, id, total), (frame.kind, frame.id, announced));
            assert!(total > LIMITS.message_bytes as usize);
        }
        Assembled::Overloaded { kind, id, total } => {
            assert_eq!((kind, id, total), (frame.kind, frame.id, announced));
        }
    }
    assert_eq!(arrived.len(), announced);
    arriving.remove(&key);
    assert_eq!(assembly.is_empty(), arriving.is_empty());
    true
}
