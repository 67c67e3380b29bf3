//! The writing side of a transport, with what it is about to write.

use std::collections::VecDeque;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::AsyncWrite;

use super::Lane;
use crate::buffer;
use crate::frame::{self, Frames, Large, Part};

/// The writing side of a transport.
pub(crate) type WriteHalf = Box<dyn AsyncWrite + Send + Unpin>;

/// The pieces that one system call takes: the frames, and fragments that may be made of several attachments.
const MOST_PIECES: usize = 16;

/// The fragments of a large message that are written together. Fewer wake the reader more often. With more, a socket is full
/// before it has taken all, and its writer is woken only when three quarters have been read: both sides wait in turn then.
pub(super) const FRAGMENTS_PER_WRITE: usize = 2;

/// A large message on its way.
pub(super) struct Sending {
    pub(super) message: Large,
    pub(super) sent: usize,
    /// What comes after it in its lane, in this order.
    pub(super) behind: VecDeque<Behind>,
}

impl Sending {
    pub(super) fn lane(&self) -> Lane {
        Lane::of(self.message.kind, self.message.id)
    }
}

/// What waits until a large message of its lane has been sent; a call may begin with it.
pub(super) enum Behind {
    Frames { frames: Frames, opens: bool },
    Large { message: Large, opens: bool },
}

impl Behind {
    /// What it counts for in the queue.
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Frames { frames, .. } => frames.len(),
            Self::Large { message, .. } => message.payload.len(),
        }
    }

    pub(super) fn opens(&self) -> bool {
        let (Self::Frames { opens, .. } | Self::Large { opens, .. }) = self;
        *opens
    }
}

/// Writes one batch after the other: whole frames, then some fragments of a large message, in one system call. Fragments
/// are written from where the message lies.
pub(super) struct Writer {
    io: WriteHalf,
    /// Frames, and behind them the prefixes of the fragments.
    frames: Vec<u8>,
    fragments: Option<Fragments>,
    written: usize,
    /// The bytes that the peer has taken, of all batches.
    pub(super) taken: u64,
}

/// The next fragments of a large message.
struct Fragments {
    sending: Box<Sending>,
    /// What they carry, and where their prefixes end among the frames.
    parts: [Part; FRAGMENTS_PER_WRITE],
    prefix_ends: [usize; FRAGMENTS_PER_WRITE],
    /// Where the last of them ends in the message.
    end: usize,
}

impl Fragments {
    /// The next fragments of a message, whose prefixes are put behind the frames.
    fn next(sending: Box<Sending>, frames: &mut Vec<u8>) -> Self {
        let total = sending.message.payload.len();
        let mut end = sending.sent;
        let mut parts = [Part { start: total, end: total }; FRAGMENTS_PER_WRITE];
        let mut prefix_ends = [0; FRAGMENTS_PER_WRITE];
        for (index, (part, prefix_end)) in parts.iter_mut().zip(&mut prefix_ends).enumerate() {
            if index == 0 || end < total {
                *part = Part::after(end, total);
                frame::fragment_prefix(frames, &sending.message, *part);
                end = part.end;
            }
            *prefix_end = frames.len();
        }
        Self { sending, parts, prefix_ends, end }
    }

    /// The pieces of a batch in their order: the frames with the first prefix, and after each prefix what it is of.
    fn pieces<'a>(&'a self, frames: &'a [u8]) -> impl Iterator<Item = &'a [u8]> {
        let starts = std::iter::once(0).chain(self.prefix_ends);
        starts.zip(self.prefix_ends).zip(self.parts).flat_map(move |((start, end), part)| {
            let prefix = frames.get(start..end).unwrap_or_default();
            std::iter::once(prefix).chain(self.sending.message.payload.part(part))
        })
    }
}

impl Writer {
    pub(super) fn new(io: WriteHalf) -> Self {
        Self { io, frames: Vec::new(), fragments: None, written: 0, taken: 0 }
    }

    /// Takes what is written next. The batch before must have been settled.
    pub(super) fn load(&mut self, frames: &mut Vec<u8>, large: Option<Box<Sending>>) {
        std::mem::swap(&mut self.frames, frames);
        self.fragments = large.map(|sending| Fragments::next(sending, &mut self.frames));
    }

    /// Writes the batch.
    pub(super) fn poll_write(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        loop {
            let Self { io, frames, fragments, written, .. } = self;
            let io = Pin::new(io);
            let wrote = match fragments {
                None => match frames.get(*written..) {
                    None | Some([]) => return Poll::Ready(Ok(())),
                    Some(unwritten) => ready!(io.poll_write(cx, unwritten))?,
                },
                Some(fragments) => {
                    let mut pieces = [IoSlice::new(&[]); MOST_PIECES];
                    let mut skipped = *written;
                    let unwritten = fragments.pieces(frames).filter_map(|piece| {
                        let left = piece.get(skipped..).filter(|left| !left.is_empty());
                        skipped = skipped.saturating_sub(piece.len());
                        left
                    });
                    let mut count = 0;
                    for (place, piece) in pieces.iter_mut().zip(unwritten) {
                        *place = IoSlice::new(piece);
                        count += 1;
                    }
                    match pieces.get(..count).unwrap_or_default() {
                        [] => return Poll::Ready(Ok(())),
                        pieces => ready!(io.poll_write_vectored(cx, pieces))?,
                    }
                }
            };
            if wrote == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.written += wrote;
            self.taken = self.taken.wrapping_add(wrote as u64);
        }
    }

    /// Ends a batch that has been written: answers its bytes without prefixes of fragments, and the large message
    /// of which fragments were among it.
    pub(super) fn settle(&mut self, frame_bytes: usize) -> (usize, Option<Box<Sending>>) {
        self.frames.clear();
        self.written = 0;
        let Some(Fragments { mut sending, end, .. }) = self.fragments.take() else { return (frame_bytes, None) };
        let bytes = frame_bytes + end - sending.sent;
        sending.sent = end;
        (bytes, Some(sending))
    }

    /// Gives the buffer back, as nothing is to be written.
    pub(super) fn rest(&mut self) {
        buffer::give_back(std::mem::take(&mut self.frames));
    }
}
