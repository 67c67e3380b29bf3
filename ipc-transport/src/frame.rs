//! Frames: an envelope's bytes, one at a time. Pure: no socket, no runtime.

mod written;

use bytes::Bytes;
use ipc_core::channel::MAX_CHANNEL_BYTES;
use ipc_core::envelope::{FRAGMENT_BYTES, Flags, HEADER_BYTES, Header, HeaderError, Kind, MAGIC, PROTOCOL_VERSION};

pub(crate) use self::written::Frames;

/// The most bytes that a frame may have after its header: a full fragment behind the longest prefix.
pub(crate) const MAX_FRAME_BYTES: usize = FRAGMENT_BYTES + MAX_CHANNEL_BYTES + 8;

/// The most bytes of attachments that are copied behind their JSON when their frame is queued: about what a system call
/// of their own costs.
const COPIED_BYTES: usize = 16 * 1024;

/// Where the flags stand in a header.
const FLAGS_AT: usize = 5;

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

impl Frame<'_> {
    /// Whether it is a part of a message.
    pub(crate) fn is_fragment(&self) -> bool {
        self.flags.more || self.flags.continued
    }
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
    let Some((header, rest)) = split_header(bytes)? else { return Ok(None) };
    let length = header.length as usize;
    let Some((frame, _)) = rest.split_at_checked(length) else { return Ok(None) };
    Ok(Some((split_frame(header, frame)?, HEADER_BYTES + length)))
}

/// Reads the frame that `bytes` are the beginning of, where no more than bytes of its payload are missing, and tells how
/// many are.
pub(crate) fn begun(bytes: &[u8]) -> Result<Option<(Frame<'_>, usize)>, FrameError> {
    let Some((header, rest)) = split_header(bytes)? else { return Ok(None) };
    let missing = (header.length as usize).saturating_sub(rest.len());
    if missing == 0 || rest.len() < header.prefix_bytes() {
        return Ok(None);
    }
    Ok(Some((split_frame(header, rest)?, missing)))
}

/// The channel name and the payload of the first of `frames`, which are items as they arrived, whole and looked at, and what
/// follows it.
#[inline]
pub(crate) fn split_item(frames: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let ([l0, l1, l2, l3, _, _, c0, c1, ..], rest) = frames.split_first_chunk::<HEADER_BYTES>()?;
    let (frame, rest) = rest.split_at_checked(u32::from_le_bytes([*l0, *l1, *l2, *l3]) as usize)?;
    let (channel, payload) = frame.split_at_checked(u16::from_le_bytes([*c0, *c1]).into())?;
    Some((channel, payload, rest))
}

fn split_header(bytes: &[u8]) -> Result<Option<(Header, &[u8])>, FrameError> {
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
    Ok(Some((header, rest)))
}

/// Takes apart what follows a header.
fn split_frame(header: Header, frame: &[u8]) -> Result<Frame<'_>, FrameError> {
    let short = FrameError::Header(HeaderError::Short { length: header.length, needed: header.prefix_bytes() });
    let (channel, rest) = frame.split_at_checked(usize::from(header.channel_bytes)).ok_or(short)?;
    let (deadline, rest) = take_u32(rest, header.flags.deadline).ok_or(short)?;
    let (total, payload) = take_u32(rest, header.has_total()).ok_or(short)?;
    Ok(Frame { kind: header.kind, flags: header.flags, id: header.id, channel, deadline, total, payload })
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
    channel_bytes: usize,
    payload: usize,
    deadline: Option<u32>,
}

/// Begins a frame whose payload is written behind it next.
pub(crate) fn begin(out: &mut Vec<u8>, kind: Kind, id: u32, channel: &str) -> Started {
    begin_within(out, kind, id, channel, None)
}

/// Begins a frame with a deadline, the milliseconds that remain.
pub(crate) fn begin_within(out: &mut Vec<u8>, kind: Kind, id: u32, channel: &str, deadline: Option<u32>) -> Started {
    let header = out.len();
    let channel_bytes = u16::try_from(channel.len()).expect("the router and the macros let no long channel name pass");
    let flags = Flags { deadline: deadline.is_some(), ..Flags::default() };
    out.extend_from_slice(&Header { length: 0, kind, flags, channel_bytes, id }.encode());
    out.extend_from_slice(channel.as_bytes());
    if let Some(deadline) = deadline {
        out.extend_from_slice(&deadline.to_le_bytes());
    }
    Started { header, channel_bytes: channel.len(), payload: out.len(), deadline }
}

/// Ends a frame whose JSON has been written and that has nothing beside it: fills in its length. Where it is too large for
/// one frame it is taken back out of `out`, and answered: it travels in fragments instead.
pub(crate) fn end(out: &mut Vec<u8>, kind: Kind, id: u32, started: Started) -> Option<Large> {
    if started.payload_bytes(out) <= FRAGMENT_BYTES {
        finish(out, started, 0);
        return None;
    }
    Some(take_large(out, kind, id, started, Vec::new()))
}

/// Takes a frame back out of `out`, to be sent by itself.
fn take_large(out: &mut Vec<u8>, kind: Kind, id: u32, started: Started, attachments: Vec<Bytes>) -> Large {
    let channel = started.header + HEADER_BYTES..started.header + HEADER_BYTES + started.channel_bytes;
    let channel = out.get(channel).unwrap_or_default().to_vec();
    let attached = !attachments.is_empty();
    let payload = if started.header == 0 && started.payload_bytes(out) > COPIED_BYTES {
        // Nothing else stands in `out`, so the payload need not be copied.
        LargePayload::new(std::mem::take(out), started.payload, attachments)
    } else {
        LargePayload::new(out.split_off(started.payload), 0, attachments)
    };
    out.truncate(started.header);
    Large { kind, id, channel, deadline: started.deadline, attachments: attached, payload }
}

/// Fills in the length of a frame that fits, and ends with so many bytes more than have been written.
fn finish(out: &mut [u8], started: Started, beside: usize) {
    let length = out.len() - started.header - HEADER_BYTES + beside;
    put_u32(out, started.header, u32::try_from(length).expect("a frame has less than 4 GiB"));
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

    /// Takes the frame back out of `out`, and answers what was written of its payload.
    pub(crate) fn take_payload(self, out: &mut Vec<u8>) -> Vec<u8> {
        let payload = out.split_off(self.payload);
        out.truncate(self.header);
        payload
    }

    /// Takes the frame back out of `out`.
    pub(crate) fn take_back(self, out: &mut Vec<u8>) {
        out.truncate(self.header);
    }
}

/// A message that is sent by itself: in fragments, where it is larger than one.
#[derive(Debug)]
pub(crate) struct Large {
    pub(crate) kind: Kind,
    pub(crate) id: u32,
    pub(crate) channel: Vec<u8>,
    /// The milliseconds that remained when the message was queued.
    pub(crate) deadline: Option<u32>,
    /// Whether the payload begins with a table of attachments.
    pub(crate) attachments: bool,
    pub(crate) payload: LargePayload,
}

/// A payload that is sent from where it was written: its JSON, and the attachments where they lie.
#[derive(Debug)]
pub(crate) struct LargePayload {
    head: Vec<u8>,
    start: usize,
    rest: Vec<Bytes>,
    len: usize,
}

impl LargePayload {
    /// The bytes of `head` from `start` on, and the rest behind them.
    pub(crate) fn new(head: Vec<u8>, start: usize, rest: Vec<Bytes>) -> Self {
        let len = head.len() - start + rest.iter().map(Bytes::len).sum::<usize>();
        Self { head, start, rest, len }
    }

    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// What one fragment carries, piece by piece.
    pub(crate) fn part(&self, part: Part) -> impl Iterator<Item = &[u8]> {
        let head = self.head.get(self.start..).unwrap_or_default();
        let mut before = 0;
        std::iter::once(head).chain(self.rest.iter().map(AsRef::as_ref)).filter_map(move |piece: &[u8]| {
            let first = part.start.max(before) - before;
            let last = part.end.min(before + piece.len()).saturating_sub(before);
            before += piece.len();
            piece.get(first..last).filter(|piece| !piece.is_empty())
        })
    }
}

/// Appends a frame whose payload is there already and fits one frame.
pub(crate) fn put(out: &mut Vec<u8>, kind: Kind, id: u32, payload: &[u8]) {
    let started = begin(out, kind, id, "");
    out.extend_from_slice(payload);
    debug_assert!(payload.len() <= FRAGMENT_BYTES, "only small payloads are put");
    finish(out, started, 0);
}

/// Appends a message whose payload others send too, or answers it where it travels in fragments; and where it has
/// attachments and `out` is to be copied once more.
pub(crate) fn put_shared(
    out: &mut Vec<u8>,
    kind: Kind,
    id: u32,
    channel: &str,
    payload: &[Bytes],
    attachments: bool,
    copied_again: bool,
) -> Option<Large> {
    let size: usize = payload.iter().map(Bytes::len).sum();
    if size > FRAGMENT_BYTES || (attachments && copied_again) {
        let payload = LargePayload::new(Vec::new(), 0, payload.to_vec());
        return Some(Large { kind, id, channel: channel.into(), deadline: None, attachments, payload });
    }
    let flags = Flags { attachments, ..Flags::default() };
    let length = u32::try_from(channel.len() + size).expect("a fragment has at most 64 KiB");
    let channel_bytes = u16::try_from(channel.len()).expect("a channel name has at most 128 bytes");
    out.extend_from_slice(&Header { length, kind, flags, channel_bytes, id }.encode());
    out.extend_from_slice(channel.as_bytes());
    for piece in payload {
        out.extend_from_slice(piece);
    }
    None
}

/// Appends whole frames, which get this id.
pub(crate) fn put_run<'a>(out: &mut Vec<u8>, id: u32, frames: impl Iterator<Item = &'a [u8]>) {
    let before = out.len();
    for frames in frames {
        out.extend_from_slice(frames);
    }
    let mut rest = out.get_mut(before..).unwrap_or_default();
    while let Some((header, after)) = rest.split_first_chunk_mut::<HEADER_BYTES>() {
        let [l0, l1, l2, l3, .., i0, i1, i2, i3] = header;
        let length = u32::from_le_bytes([*l0, *l1, *l2, *l3]);
        [*i0, *i1, *i2, *i3] = id.to_le_bytes();
        rest = after.get_mut(length as usize..).unwrap_or_default();
    }
}

/// Appends the hello frame.
pub(crate) fn put_hello(out: &mut Vec<u8>, body: &[u8]) {
    let length = u32::try_from(body.len()).expect("a hello has a few hundred bytes");
    let header =
        Header { length, kind: Kind::Hello, flags: Flags::default(), channel_bytes: PROTOCOL_VERSION, id: MAGIC };
    out.extend_from_slice(&header.encode());
    out.extend_from_slice(body);
}

/// What stands before one fragment of `message`: at most header, channel name, deadline and total.
pub(crate) fn fragment_prefix(out: &mut Vec<u8>, message: &Large, part: Part) {
    let &Large { kind, id, ref channel, deadline, attachments, ref payload } = message;
    let (first, total) = (part.start == 0, payload.len());
    let deadline = deadline.filter(|_| first);
    let flags = Flags {
        more: part.end < total,
        continued: !first,
        deadline: deadline.is_some(),
        attachments: attachments && first,
    };
    let channel = if first { channel.as_slice() } else { &[] };
    let channel_bytes = u16::try_from(channel.len()).expect("a channel name has at most 128 bytes");
    let mut header = Header { length: 0, kind, flags, channel_bytes, id };
    let length = header.prefix_bytes() + (part.end - part.start);
    header.length = u32::try_from(length).expect("a fragment has at most 64 KiB");
    out.extend_from_slice(&header.encode());
    out.extend_from_slice(channel);
    if let Some(deadline) = deadline {
        out.extend_from_slice(&deadline.to_le_bytes());
    }
    if header.has_total() {
        let total = u32::try_from(total).expect("a message has less than 4 GiB, as its limit is a u32");
        out.extend_from_slice(&total.to_le_bytes());
    }
}

/// The bytes of a payload that one fragment carries.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
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
