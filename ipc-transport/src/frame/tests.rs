//! Frames against the vectors, and against bytes that are no frames.

use super::*;
use crate::vectors::{self, FrameVector, Random};

fn decoded(bytes: &[u8]) -> Option<(Frame<'_>, usize)> {
    decode(bytes).expect("the bytes break no rule")
}

/// The name that the vectors have for an error.
fn reason(error: FrameError) -> &'static str {
    match error {
        FrameError::Header(HeaderError::Kind(_)) => "unknown_kind",
        FrameError::Header(HeaderError::Flags(_)) => "unknown_flag",
        FrameError::Header(HeaderError::Flagged { .. }) => "flags_not_allowed",
        FrameError::Header(HeaderError::Channel { .. }) => "channel",
        FrameError::Header(HeaderError::Deadline { .. }) => "deadline",
        FrameError::Header(HeaderError::Short { .. }) => "short",
        FrameError::Header(_) => "an error that the vectors do not know",
        FrameError::TooLarge(_) => "too_large",
        FrameError::Payload(_) => "payload_too_large",
        FrameError::Hello => "second_hello",
    }
}

/// What this crate writes for a vector: by the function that the product uses for such a frame.
fn encoded(vector: &FrameVector, payload: &[u8]) -> Vec<u8> {
    let frame = vector.frame(payload);
    let mut out = Vec::new();
    if frame.flags == Flags::default() {
        let started = begin(&mut out, frame.kind, 0, vector.channel());
        out.extend_from_slice(payload);
        set_id(&mut out, started, frame.id);
        finish(&mut out, started).expect("the payload fits a frame");
        return out;
    }
    // Deadlines and attachments are not written yet, and a fragment alone does not tell where it stands.
    let channel_bytes = u16::try_from(frame.channel.len()).unwrap();
    let header = Header { length: 0, kind: frame.kind, flags: frame.flags, channel_bytes, id: frame.id };
    let length = u32::try_from(header.prefix_bytes() + payload.len()).unwrap();
    out.extend_from_slice(&Header { length, ..header }.encode());
    out.extend_from_slice(frame.channel);
    let numbers = [frame.deadline, frame.total];
    out.extend(numbers.into_iter().flatten().flat_map(u32::to_le_bytes));
    out.extend_from_slice(payload);
    out
}

#[test]
fn every_vector_is_decoded() {
    for vector in vectors::frames() {
        let (bytes, payload) = (vector.bytes(), vector.payload());
        assert_eq!(decoded(&bytes), Some((vector.frame(&payload), bytes.len())), "{}", vector.name);
    }
}

#[test]
fn every_vector_is_encoded() {
    for vector in vectors::frames() {
        assert_eq!(encoded(&vector, &vector.payload()), vector.bytes(), "{}", vector.name);
    }
}

#[test]
fn frames_without_a_channel_are_put_as_the_vectors_say() {
    for vector in vectors::frames() {
        let payload = vector.payload();
        let frame = vector.frame(&payload);
        if frame.flags == Flags::default() && !frame.kind.has_channel() {
            let mut out = b"before".to_vec();
            put(&mut out, frame.kind, frame.id, &payload);
            assert_eq!(out.strip_prefix(b"before"), Some(vector.bytes().as_slice()), "{}", vector.name);
        }
    }
}

#[test]
fn fragments_are_written_as_the_vectors_say() {
    for sequence in vectors::sequences() {
        for message in &sequence.messages {
            let mut sent = 0;
            for vector in sequence.frames.iter().map(|name| vectors::frame(name)) {
                let payload = vector.payload();
                let frame = vector.frame(&payload);
                let ours = frame.kind == vectors::kind(&message.kind) && frame.id == message.id;
                if !ours || payload.is_empty() {
                    continue;
                }
                let part = Part { start: sent % message.total, end: sent % message.total + payload.len() };
                sent += payload.len();
                let large = Large {
                    kind: frame.kind,
                    id: frame.id,
                    channel: message.channel.clone().unwrap_or_default().into_bytes(),
                    deadline: frame.deadline,
                    payload: LargePayload { bytes: vec![0; message.total], start: 0 },
                };
                let mut out = Vec::new();
                fragment_prefix(&mut out, &large, part);
                out.extend_from_slice(&payload);
                assert_eq!(out, vector.bytes(), "{} of {}", vector.name, sequence.name);
            }
        }
    }
}

#[test]
fn a_payload_is_cut_into_full_fragments_and_a_rest() {
    let total = 2 * FRAGMENT_BYTES + 1;
    let mut parts = Vec::new();
    while parts.last().is_none_or(|last: &Part| last.end < total) {
        parts.push(Part::after(parts.last().map_or(0, |last| last.end), total));
    }
    let lengths: Vec<usize> = parts.iter().map(|part| part.end - part.start).collect();
    assert_eq!(lengths, [FRAGMENT_BYTES, FRAGMENT_BYTES, 1]);
}

#[test]
fn every_cut_of_a_frame_waits_for_more() {
    for vector in vectors::frames() {
        let bytes = vector.bytes();
        for cut in 0..bytes.len() {
            assert_eq!(decode(&bytes[..cut]), Ok(None), "{} cut at {cut}", vector.name);
        }
    }
}

#[test]
fn a_frame_leaves_alone_what_follows_it() {
    let (ping, request) = (vectors::frame("ping"), vectors::frame("request"));
    let both = [ping.bytes(), request.bytes()].concat();
    let (first, taken) = decoded(&both).unwrap();
    assert_eq!(first, ping.frame(&ping.payload()));
    assert_eq!(decoded(&both[taken..]).unwrap().0, request.frame(&request.payload()));
}

#[test]
fn every_refused_vector_is_refused_for_its_reason() {
    for vector in vectors::refused().frames {
        let error = decode(&vector.bytes.bytes()).expect_err(&vector.name);
        assert_eq!(reason(error), vector.reason, "{}", vector.name);
    }
}

#[test]
fn a_frame_is_refused_by_its_header_alone() {
    for vector in vectors::refused().frames {
        let bytes = vector.bytes.bytes();
        assert_eq!(decode(&bytes[..HEADER_BYTES - 1]), Ok(None), "{}", vector.name);
        assert!(decode(&bytes[..HEADER_BYTES]).is_err(), "{} waits for more", vector.name);
    }
}

#[test]
fn random_bytes_never_panic() {
    let mut random = Random::new(1);
    for _ in 0..300_000 {
        let count = random.below(64);
        let mut bytes = random.bytes(count);
        // Most random lengths are over the limit: small ones reach what lies behind.
        if random.below(4) > 0 && bytes.len() > 4 {
            let length = random.below(bytes.len() + 8) as u32;
            bytes[..4].copy_from_slice(&length.to_le_bytes());
            bytes[4] = random.below(16) as u8;
        }
        if let Ok(Some((frame, taken))) = decode(&bytes) {
            assert!(taken <= bytes.len() && frame.payload.len() <= taken);
        }
    }
}

#[test]
fn mutated_vectors_never_panic_and_take_no_more_than_is_there() {
    let vectors: Vec<Vec<u8>> =
        vectors::frames().iter().map(FrameVector::bytes).filter(|bytes| bytes.len() < 1024).collect();
    let mut random = Random::new(2);
    for round in 0..200_000 {
        let mut bytes = vectors[round % vectors.len()].clone();
        for _ in 0..=random.below(3) {
            let place = random.below(bytes.len().min(32));
            bytes[place] = random.next() as u8;
        }
        bytes.truncate(bytes.len() - random.below(bytes.len().min(4)));
        if let Ok(Some((frame, taken))) = decode(&bytes) {
            assert!(taken <= bytes.len() && frame.payload.len() <= FRAGMENT_BYTES);
        }
    }
}

#[test]
fn a_payload_of_one_frame_is_finished_in_place_and_one_byte_more_is_not() {
    let mut out = Vec::new();
    let started = begin(&mut out, Kind::Request, 3, "data:fetch");
    out.resize(out.len() + FRAGMENT_BYTES, b'a');
    assert_eq!(finish(&mut out, started), Ok(()));
    out.push(b'a');
    assert_eq!(finish(&mut out, started), Err(FRAGMENT_BYTES + 1));
}

#[test]
fn a_large_payload_is_taken_out_from_behind_other_frames() {
    for before in [&b""[..], b"frames"] {
        let mut out = before.to_vec();
        let started = begin(&mut out, Kind::Request, 3, "data:fetch");
        out.extend_from_slice(b"the payload");
        let (channel, payload) = started.take_payload(&mut out);
        assert_eq!((channel.as_slice(), payload.len()), (&b"data:fetch"[..], 11));
        assert_eq!(payload.part(Part { start: 4, end: 11 }, 0), b"payload");
        assert_eq!(payload.part(Part { start: 4, end: 11 }, 3), b"load");
        assert_eq!(out, before);
    }
}
