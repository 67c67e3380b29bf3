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
        assert!(end(&mut out, frame.kind, frame.id, started).is_none(), "the payload fits a frame");
        return out;
    }
    // A fragment alone does not tell where it stands, nor a payload where its attachments begin.
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
        if frame.flags == Flags::default() && frame.channel.is_empty() {
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
                    attachments: frame.flags.attachments,
                    payload: LargePayload::new(vec![0; message.total], 0, Vec::new()),
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

/// Writes a request with this JSON, and with this beside it.
fn written(out: &mut Frames, json: &[u8], attachments: &[&'static [u8]]) -> Option<Large> {
    let started = begin(&mut out.body.json, Kind::Request, 3, "data:fetch");
    out.body.json.extend_from_slice(json);
    out.body.attachments.extend(attachments.iter().map(|bytes| Bytes::from_static(bytes)));
    out.end(Kind::Request, 3, started)
}

/// All that has been written.
fn taken(mut frames: Frames) -> Vec<u8> {
    let mut out = Vec::new();
    let len = frames.len();
    frames.move_to(&mut out);
    assert_eq!(out.len(), len);
    assert_eq!((frames.is_empty(), frames.len()), (true, 0));
    out
}

/// What all parts of a payload carry together.
fn whole(payload: &LargePayload) -> Vec<u8> {
    payload.part(Part { start: 0, end: payload.len() }).flatten().copied().collect()
}

#[test]
fn a_payload_of_one_frame_is_ended_in_place_and_one_byte_more_is_taken_out() {
    for before in [&b""[..], b"frames"] {
        let mut out = Frames::of(before);
        assert!(written(&mut out, &[b'a'; FRAGMENT_BYTES], &[]).is_none());
        assert_eq!(decoded(&taken(out)[before.len()..]).unwrap().0.payload.len(), FRAGMENT_BYTES);

        let mut out = Frames::of(before);
        let large = written(&mut out, &[b'a'; FRAGMENT_BYTES + 1], &[]).expect("it is too large");
        assert_eq!((large.channel.as_slice(), large.attachments), (&b"data:fetch"[..], false));
        assert_eq!(whole(&large.payload), [b'a'; FRAGMENT_BYTES + 1]);
        assert_eq!(taken(out), before);
    }
}

#[test]
fn attachments_that_fit_stand_behind_the_json_and_their_table_before_it() {
    let mut out = Frames::of(b"frames");
    assert!(written(&mut out, b"[\"$0\",\"$1\"]", &[b"ab", b"c"]).is_none());
    let bytes = taken(out);
    let (frame, _) = decoded(&bytes[6..]).unwrap();
    assert!(frame.flags.attachments);
    assert_eq!(frame.payload, b"\x02\0\0\0\x02\0\0\0\x01\0\0\0[\"$0\",\"$1\"]abc");
}

#[test]
fn frames_with_and_without_attachments_are_taken_together_and_put_behind_others() {
    let plain: &[&'static [u8]] = &[];
    let all = [(&b"1"[..], plain), (b"\"$0\"", &[b"ab"]), (b"2", plain), (b"[\"$0\",\"$1\"]", &[b"", b"c"])];
    let alone = all.map(|(json, attachments)| {
        let mut out = Frames::default();
        assert!(written(&mut out, json, attachments).is_none());
        taken(out)
    });
    let (mut first, mut second) = (Frames::default(), Frames::default());
    for (place, (json, attachments)) in all.into_iter().enumerate() {
        let out = if place < 2 { &mut first } else { &mut second };
        assert!(written(out, json, attachments).is_none());
    }
    first.append(&mut second);
    assert_eq!((second.is_empty(), second.len()), (true, 0));
    assert_eq!(taken(first), alone.concat());
}

#[test]
fn small_attachments_are_not_copied_before_their_frame_is_queued() {
    static SMALL: [u8; COPIED_BYTES] = [b'x'; COPIED_BYTES];
    let (mut first, mut out) = (Frames::of(b"frames"), Frames::default());
    assert!(written(&mut out, b"\"$0\"", &[&SMALL]).is_none());
    first.append(&mut out);
    let lie: Vec<_> = first.beside().map(|bytes| bytes.as_ptr()).collect();
    assert_eq!(lie, [SMALL.as_ptr()]);
}

#[test]
fn a_frame_that_is_taken_back_leaves_those_before_it() {
    let mut out = Frames::default();
    assert!(written(&mut out, b"\"$0\"", &[b"ab"]).is_none());
    let len = out.len();
    let started = begin(&mut out.body.json, Kind::Item, 1, "");
    out.body.attachments.push(Bytes::from_static(b"never sent"));
    out.take_back(started);
    assert_eq!(out.len(), len);
    assert!(taken(out).ends_with(b"\"$0\"ab"));
}

#[test]
fn a_frame_of_which_only_payload_is_missing_is_told_from_others_at_every_byte() {
    for vector in vectors::frames() {
        let (bytes, payload) = (vector.bytes(), vector.payload());
        let prefix = bytes.len() - payload.len();
        // Every byte up to some way into the payload, and the last ones.
        for cut in (0..=bytes.len()).filter(|cut| *cut < prefix + 20 || bytes.len() - cut < 20) {
            let expected = (cut >= prefix && cut < bytes.len())
                .then(|| (Frame { payload: &payload[..cut - prefix], ..vector.frame(&payload) }, bytes.len() - cut));
            assert_eq!(begun(&bytes[..cut]), Ok(expected), "{} cut at {cut}", vector.name);
        }
    }
}

#[test]
fn large_attachments_are_sent_from_where_they_lie() {
    static LARGE: [u8; 2 * FRAGMENT_BYTES] = [b'x'; 2 * FRAGMENT_BYTES];
    let mut out = Frames::of(b"frames");
    let large = written(&mut out, b"\"$0\"", &[&LARGE, b"end"]).expect("it is too large");
    assert_eq!(taken(out), b"frames");
    assert!(large.attachments);
    let head = 12 + 4;
    assert_eq!(large.payload.len(), head + LARGE.len() + 3);
    let of = |part| large.payload.part(part).collect::<Vec<_>>();
    let first = Part::after(0, large.payload.len());
    let pieces = of(first);
    assert_eq!(pieces.len(), 2);
    assert_eq!(pieces[1].as_ptr(), LARGE.as_ptr());
    assert_eq!(pieces[1].len(), FRAGMENT_BYTES - head);
    let last = Part::after(2 * FRAGMENT_BYTES, large.payload.len());
    assert_eq!(of(last), [&LARGE[LARGE.len() - head..], b"end"]);
}

#[test]
fn attachments_that_are_sent_from_where_they_lie_may_fit_one_frame() {
    static MIDDLING: [u8; COPIED_BYTES + 1] = [b'x'; COPIED_BYTES + 1];
    let mut out = Frames::default();
    let large = written(&mut out, b"\"$0\"", &[&MIDDLING]).expect("it is better not copied");
    assert!(out.is_empty());
    let part = Part::after(0, large.payload.len());
    let pieces: Vec<&[u8]> = large.payload.part(part).collect();
    assert_eq!(pieces[1].as_ptr(), MIDDLING.as_ptr());
    let mut frame = Vec::new();
    fragment_prefix(&mut frame, &large, part);
    frame.extend(pieces.concat());
    let (decoded, taken) = decoded(&frame).unwrap();
    assert_eq!((decoded.flags.more, decoded.flags.continued, decoded.flags.attachments), (false, false, true));
    assert_eq!((decoded.channel, taken), (&b"data:fetch"[..], frame.len()));
    assert_eq!(decoded.payload, whole(&large.payload));
}

#[test]
fn a_shared_payload_is_written_as_one_that_is_not() {
    let pieces = [Bytes::from_static(b"[1,"), Bytes::from_static(b"2]")];
    let mut out = Vec::new();
    assert!(put_shared(&mut out, Kind::Event, 5, "status:changed", &pieces, false, false).is_none());
    let mut expected = Vec::new();
    let started = begin(&mut expected, Kind::Event, 5, "status:changed");
    expected.extend_from_slice(b"[1,2]");
    assert!(end(&mut expected, Kind::Event, 5, started).is_none());
    assert_eq!(out, expected);

    for (attachments, copied_again) in [(true, false), (false, true)] {
        assert!(put_shared(&mut out, Kind::Event, 5, "", &pieces, attachments, copied_again).is_none());
    }
    let by_itself = put_shared(&mut out, Kind::Event, 5, "", &pieces, true, true).expect("it would be copied twice");
    assert_eq!(by_itself.payload.part(Part::after(0, 5)).next().map(<[u8]>::as_ptr), Some(pieces[0].as_ptr()));

    let large = [Bytes::from(vec![1; FRAGMENT_BYTES]), Bytes::from_static(b"2")];
    let mut out = Vec::new();
    let large = put_shared(&mut out, Kind::Event, 5, "", &large, true, false).expect("it is too large");
    assert!(out.is_empty() && large.attachments);
    assert_eq!(large.payload.len(), FRAGMENT_BYTES + 1);
}
