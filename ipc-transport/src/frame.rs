//! Frames: an envelope's bytes, one at a time. Pure: no socket, no runtime.

use ipc_core::channel::MAX_CHANNEL_BYTES;
use ipc_core::envelope::{FRAGMENT_BYTES, Flags, HEADER_BYTES, Header, HeaderError, Kind, MAGIC, PROTOCOL_VERSION};

/// The most bytes that a frame may have after its header: a full fragment behind the longest prefix.
pub(crate) const MAX_FRAME_BYTES: usize = FRAGMENT_BYTES + MAX_CHANNEL_BYTES + 8;

/// One frame, read in place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Frame<'a> {
    pub(crate) kind: Kind,
    pub(crate) flags: Flags,
    pub(crate) id: u32,
    pub(crate) channel: &'a [u8],
    pub(crate) deadline: Option<u32>,
    /// The bytes of the whole message, in the first of several fragments.
    pub(crate) total: Option<u32>,
    pub(crate) payload: &'a [u8],
}

/// Why bytes are no frame. The connection cannot go on after that: where the next frame begins is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum FrameError {
    #[error(transparent)]
    Header(#[from] HeaderError),
    #[error("a frame of {0} bytes is larger than a frame may be ({MAX_FRAME_BYTES} bytes)")]
    TooLarge(u32),
    #[error("a payload of {0} bytes does not fit one frame ({FRAGMENT_BYTES} bytes)")]
    Payload(usize),
    #[error("a second hello")]
    Hello,
}

/// Reads the frame at the beginning of `bytes`, and tells the bytes it takes; `None` while it is not whole. A frame
/// that is too large is refused as soon as its header is there.
pub(crate) fn decode(bytes: &[u8]) -> Result<Option<(Frame<'_>, usize)>, FrameError> {
    let Some((header, rest)) = bytes.split_first_chunk::<HEADER_BYTES>() else { return Ok(None) };
    let header = Header::decode(*header)?;
    let length = header.length as usize;
    if length > MAX_FRAME_BYTES {
        return Err(FrameError::TooLarge(header.length));
    }
    if header.kind == Kind::Hello {
        return Err(FrameError::Hello);
    }
    let payload = length.saturating_sub(header.prefix_bytes());
    if payload > FRAGMENT_BYTES {
        return Err(FrameError::Payload(payload));
    }
    let Some((frame, _)) = rest.split_at_checked(length) else { return Ok(None) };
    let short = FrameError::Header(HeaderError::Short { length: header.length, needed: header.prefix_bytes() });
    let (channel, rest) = frame.split_at_checked(usize::from(header.channel_bytes)).ok_or(short)?;
    let (deadline, rest) = take_u32(rest, header.flags.deadline).ok_or(short)?;
    let (total, payload) = take_u32(rest, header.has_total()).ok_or(short)?;
    let frame = Frame { kind: header.kind, flags: header.flags, id: header.id, channel, deadline, total, payload };
    Ok(Some((frame, HEADER_BYTES + length)))
}

fn take_u32(bytes: &[u8], there: bool) -> Option<(Option<u32>, &[u8])> {
    if !there {
        return Some((None, bytes));
    }
    let (number, rest) = bytes.split_first_chunk::<4>()?;
    Some((Some(u32::from_le_bytes(*number)), rest))
}

/// Where a frame that is being written began, so that its length can be filled in.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Started {
    header: usize,
    payload: usize,
}

/// Begins a frame whose payload is written behind it next.
pub(crate) fn begin(out: &mut Vec<u8>, kind: Kind, id: u32, channel: &str) -> Started {
    let header = out.len();
    let channel_bytes = u16::try_from(channel.len()).expect("the router and the macros let no long channel name pass");
    out.extend_from_slice(&Header { length: 0, kind, flags: Flags::default(), channel_bytes, id }.encode());
    out.extend_from_slice(channel.as_bytes());
    Started { header, payload: out.len() }
}

/// Fills in the length of a frame whose payload has been written. Answers the payload's bytes where they are too many
/// for one frame: the frame is not valid then, and travels in fragments instead.
pub(crate) fn finish(out: &mut [u8], started: Started) -> Result<(), usize> {
    let payload = out.len() - started.payload;
    if payload > FRAGMENT_BYTES {
        return Err(payload);
    }
    let length = u32::try_from(out.len() - started.header - HEADER_BYTES).expect("a frame has less than 4 GiB");
    put_u32(out, started.header, length);
    Ok(())
}

/// Fills in the id of a frame.
pub(crate) fn set_id(out: &mut [u8], started: Started, id: u32) {
    put_u32(out, started.header + 8, id);
}

fn put_u32(out: &mut [u8], at: usize, number: u32) {
    if let Some(place) = out.get_mut(at..at + 4) {
        place.copy_from_slice(&number.to_le_bytes());
    }
}

impl Started {
    /// The bytes of the payload that has been written.
    pub(crate) fn payload_bytes(self, out: &[u8]) -> usize {
        out.len().saturating_sub(self.payload)
    }

    /// Takes the frame back out of `out`: its channel name and its payload. For a payload that travels in fragments.
    pub(crate) fn take_payload(self, out: &mut Vec<u8>) -> (Vec<u8>, LargePayload) {
        let channel = out.get(self.header + HEADER_BYTES..self.payload).unwrap_or_default().to_vec();
        let payload = if self.header == 0 {
            // Nothing else stands in `out`, so the payload need not be copied.
            LargePayload { bytes: std::mem::take(out), start: self.payload }
        } else {
            LargePayload { bytes: out.split_off(self.payload), start: 0 }
        };
        out.truncate(self.header);
        (channel, payload)
    }

    /// Takes the frame back out of `out`.
    pub(crate) fn take_back(self, out: &mut Vec<u8>) {
        out.truncate(self.header);
    }
}

/// A payload that is too large for one frame, where it was written.
#[derive(Debug)]
pub(crate) struct LargePayload {
    bytes: Vec<u8>,
    start: usize,
}

impl LargePayload {
    pub(crate) fn len(&self) -> usize {
        self.bytes.len() - self.start
    }

    /// What one fragment carries, without its first `skipped` bytes.
    pub(crate) fn part(&self, part: Part, skipped: usize) -> &[u8] {
        self.bytes.get(self.start + part.start + skipped..self.start + part.end).unwrap_or_default()
    }
}

/// Appends a frame whose payload is there already and fits one frame.
pub(crate) fn put(out: &mut Vec<u8>, kind: Kind, id: u32, payload: &[u8]) {
    let started = begin(out, kind, id, "");
    out.extend_from_slice(payload);
    let fits = finish(out, started);
    debug_assert!(fits.is_ok(), "only small payloads are put");
}

/// Appends the hello frame.
pub(crate) fn put_hello(out: &mut Vec<u8>, body: &[u8]) {
    let length = u32::try_from(body.len()).expect("a hello has a few hundred bytes");
    let header =
        Header { length, kind: Kind::Hello, flags: Flags::default(), channel_bytes: PROTOCOL_VERSION, id: MAGIC };
    out.extend_from_slice(&header.encode());
    out.extend_from_slice(body);
}

/// What stands before one fragment of a message: at most header, channel name and total.
pub(crate) fn fragment_prefix(out: &mut Vec<u8>, kind: Kind, id: u32, channel: &[u8], total: usize, part: Part) {
    let first = part.start == 0;
    let flags = Flags { more: part.end < total, continued: !first, ..Flags::default() };
    let channel = if first { channel } else { &[] };
    let channel_bytes = u16::try_from(channel.len()).expect("a channel name has at most 128 bytes");
    let mut header = Header { length: 0, kind, flags, channel_bytes, id };
    let length = header.prefix_bytes() + (part.end - part.start);
    header.length = u32::try_from(length).expect("a fragment has at most 64 KiB");
    out.extend_from_slice(&header.encode());
    out.extend_from_slice(channel);
    if header.has_total() {
        let total = u32::try_from(total).expect("a message has less than 4 GiB, as its limit is a u32");
        out.extend_from_slice(&total.to_le_bytes());
    }
}

/// The bytes of a payload that one fragment carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Part {
    pub(crate) start: usize,
    pub(crate) end: usize,
}

impl Part {
    /// The part that follows the first `sent` bytes of `total`.
    pub(crate) fn after(sent: usize, total: usize) -> Self {
        Self { start: sent, end: total.min(sent + FRAGMENT_BYTES) }
    }
}

#[cfg(test)]
mod tests;
