//! The writing side of a transport, with what it is about to write.

use std::collections::VecDeque;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::AsyncWrite;

use super::Lane;
use crate::buffer;
use crate::frame::{self, Frames, Large, Part};
use crate::half::WriteHalf;

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
    /// Those of its fragments that are being written.
    next: Fragments,
}

/// Some fragments of a large message.
#[derive(Clone, Copy, Default)]
struct Fragments {
    /// What they carry, and where their prefixes end among the frames.
    parts: [Part; FRAGMENTS_PER_WRITE],
    prefix_ends: [usize; FRAGMENTS_PER_WRITE],
    /// Where the last of them ends in the message.
    end: usize,
}

impl Sending {
    /// A message of which nothing has been sent.
    pub(super) fn new(message: Large, behind: VecDeque<Behind>) -> Self {
        Self { message, sent: 0, behind, next: Fragments::default() }
    }

    pub(super) fn lane(&self) -> Lane {
        Lane::of(self.message.kind, self.message.id)
    }

    /// Goes on to the next fragments, whose prefixes are put behind the frames.
    fn load(&mut self, frames: &mut Vec<u8>) {
        let total = self.message.payload.len();
        let mut end = self.sent;
        let mut parts = [Part { start: total, end: total }; FRAGMENTS_PER_WRITE];
        let mut prefix_ends = [0; FRAGMENTS_PER_WRITE];
        for (index, (part, prefix_end)) in parts.iter_mut().zip(&mut prefix_ends).enumerate() {
            if index == 0 || end < total {
                *part = Part::after(end, total);
                frame::fragment_prefix(frames, &self.message, *part);
                end = part.end;
            }
            *prefix_end = frames.len();
        }
        self.next = Fragments { parts, prefix_ends, end };
    }

    /// The pieces of a batch in their order: the frames with the first prefix, and after each prefix what it is of.
    fn pieces<'a>(&'a self, frames: &'a [u8]) -> impl Iterator<Item = &'a [u8]> {
        let Fragments { parts, prefix_ends, .. } = self.next;
        let starts = std::iter::once(0).chain(prefix_ends);
        starts.zip(prefix_ends).zip(parts).flat_map(move |((start, end), part)| {
            let prefix = frames.get(start..end).unwrap_or_default();
            std::iter::once(prefix).chain(self.message.payload.part(part))
        })
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
    /// The large message whose fragments they are.
    sending: Option<Box<Sending>>,
    written: usize,
    /// The bytes that the peer has taken, of all batches.
    pub(super) taken: u64,
}

impl Writer {
    pub(super) fn new(io: WriteHalf) -> Self {
        Self { io, frames: Vec::new(), sending: None, written: 0, taken: 0 }
    }

    /// Takes what is written next. The batch before must have been settled.
    pub(super) fn load(&mut self, frames: &mut Vec<u8>, mut large: Option<Box<Sending>>) {
        std::mem::swap(&mut self.frames, frames);
        if let Some(sending) = &mut large {
            sending.load(&mut self.frames);
        }
        self.sending = large;
    }

    /// Writes the batch.
    pub(super) fn poll_write(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        loop {
            let Self { io, frames, sending, written, .. } = self;
            let io = Pin::new(io);
            let wrote = match sending {
                None => match frames.get(*written..) {
                    None | Some([]) => return Poll::Ready(Ok(())),
                    Some(unwritten) => ready!(io.poll_write(cx, unwritten))?,
                },
                Some(sending) => {
                    let mut pieces = [IoSlice::new(&[]); MOST_PIECES];
                    let mut skipped = *written;
                    let unwritten = sending.pieces(frames).filter_map(|piece| {
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
        let Some(mut sending) = self.sending.take() else { return (frame_bytes, None) };
        let bytes = frame_bytes + sending.next.end - sending.sent;
        sending.sent = sending.next.end;
        (bytes, Some(sending))
    }

    /// Gives the buffer back, as nothing is to be written.
    pub(super) fn rest(&mut self) {
        buffer::give_back(std::mem::take(&mut self.frames));
    }
}
