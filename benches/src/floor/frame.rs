//! The frame: a header of 12 bytes, little-endian, the channel's name where something is asked for, the body.
//!
//! | bytes | what |
//! | --- | --- |
//! | 0–3 | the length of all that follows the header |
//! | 4 | the kind: 5 a request, 6 a response, 11 a subscription, 13 an event |
//! | 5 | flags, 0 |
//! | 6–7 | the length of the channel's name |
//! | 8–11 | the call's id, or the subscription's |

use anyhow::{Context, Result, ensure};
use serde::Serialize;

pub(super) const REQUEST: u8 = 5;
pub(super) const RESPONSE: u8 = 6;
pub(super) const SUBSCRIBE: u8 = 11;
pub(super) const EVENT: u8 = 13;

const HEADER: usize = 12;

/// What a peer may announce; checked before anything is kept for it.
const LARGEST: usize = 65 << 20;

pub(super) struct Frame<'a> {
    pub(super) kind: u8,
    pub(super) call: u32,
    pub(super) channel: &'a [u8],
    pub(super) body: &'a [u8],
    /// Of the whole frame.
    pub(super) length: usize,
}

/// Appends a frame. The body is written in place; its length is filled in afterwards.
pub(super) fn append(out: &mut Vec<u8>, kind: u8, call: u32, channel: &str, body: &impl Serialize) -> Result<()> {
    let start = out.len();
    let [low, high] = u16::try_from(channel.len())?.to_le_bytes();
    out.extend_from_slice(&[0, 0, 0, 0, kind, 0, low, high]);
    out.extend_from_slice(&call.to_le_bytes());
    out.extend_from_slice(channel.as_bytes());
    serde_json::to_writer(&mut *out, body)?;
    let length = u32::try_from(out.len() - start - HEADER)?;
    out.get_mut(start..start + 4).context("the header was written above")?.copy_from_slice(&length.to_le_bytes());
    Ok(())
}

/// Appends a frame whose body is bytes, which go as they are.
pub(super) fn append_bytes(out: &mut Vec<u8>, kind: u8, call: u32, channel: &str, body: &[u8]) -> Result<()> {
    let [low, high] = u16::try_from(channel.len())?.to_le_bytes();
    out.reserve(HEADER + channel.len() + body.len());
    out.extend_from_slice(&u32::try_from(channel.len() + body.len())?.to_le_bytes());
    out.extend_from_slice(&[kind, 0, low, high]);
    out.extend_from_slice(&call.to_le_bytes());
    out.extend_from_slice(channel.as_bytes());
    out.extend_from_slice(body);
    Ok(())
}

/// Fills in the call's id, which is chosen after the frame was encoded.
pub(super) fn set_call(frame: &mut [u8], call: u32) {
    if let Some(field) = frame.get_mut(8..HEADER) {
        field.copy_from_slice(&call.to_le_bytes());
    }
}

/// What the bytes begin with.
pub(super) enum Front<'a> {
    /// A whole frame.
    Frame(Frame<'a>),
    /// A part of a frame; it needs a buffer of at least so many bytes.
    Part(usize),
}

pub(super) fn front(bytes: &[u8]) -> Result<Front<'_>> {
    let Some((header, rest)) = bytes.split_first_chunk::<HEADER>() else { return Ok(Front::Part(HEADER)) };
    let [l0, l1, l2, l3, kind, _flags, c0, c1, i0, i1, i2, i3] = *header;
    let length = u32::from_le_bytes([l0, l1, l2, l3]) as usize;
    ensure!(length <= LARGEST, "a frame of {length} bytes");
    let Some(content) = rest.get(..length) else { return Ok(Front::Part(HEADER + length)) };
    let channel = usize::from(u16::from_le_bytes([c0, c1]));
    let (channel, body) = content.split_at_checked(channel).context("a channel longer than its frame")?;
    let call = u32::from_le_bytes([i0, i1, i2, i3]);
    Ok(Front::Frame(Frame { kind, call, channel, body, length: HEADER + length }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_is_read_as_it_was_written_and_not_before_it_is_whole() {
        let mut bytes = Vec::new();
        append(&mut bytes, REQUEST, 0, "bench:echo", &"text").expect("a text is always JSON");
        set_call(&mut bytes, 0x0403_0201);
        assert_eq!(bytes, b"\x10\0\0\0\x05\0\x0a\0\x01\x02\x03\x04bench:echo\"text\"");
        for cut in 0..bytes.len() {
            let part = front(bytes.get(..cut).expect("within the frame")).expect("nothing is wrong so far");
            let needed = if cut < HEADER { HEADER } else { bytes.len() };
            assert!(matches!(part, Front::Part(bytes) if bytes == needed));
        }
        let Ok(Front::Frame(frame)) = front(&bytes) else { unreachable!("the frame is whole") };
        assert_eq!((frame.kind, frame.call, frame.length), (REQUEST, 0x0403_0201, bytes.len()));
        assert_eq!((frame.channel, frame.body), (&b"bench:echo"[..], &b"\"text\""[..]));
    }

    #[test]
    fn bytes_are_framed_as_json_is() {
        let (mut json, mut bytes) = (Vec::new(), Vec::new());
        append(&mut json, REQUEST, 7, "bench:echo", &"text").expect("a text is always JSON");
        append_bytes(&mut bytes, REQUEST, 7, "bench:echo", b"\"text\"").expect("a few bytes");
        assert_eq!(bytes, json);
    }

    #[test]
    fn an_absurd_length_is_refused_before_it_is_waited_for() {
        assert!(front(&[0xff; HEADER]).is_err());
    }
}
