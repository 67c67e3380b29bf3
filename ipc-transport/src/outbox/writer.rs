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

/// The pieces that one system call takes: the frames, and a fragment that is made of several attachments.
const MOST_PIECES: usize = 16;

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

/// Writes one batch after the other: whole frames, then one fragment of a large message, in one system call. The
/// fragment is written from where the message lies.
pub(super) struct Writer {
    io: WriteHalf,
    /// Frames, and the prefix of the fragment.
    frames: Vec<u8>,
    fragment: Option<(Box<Sending>, Part)>,
    written: usize,
    /// The bytes that the peer has taken, of all batches.
    pub(super) taken: u64,
}

impl Writer {
    pub(super) fn new(io: WriteHalf) -> Self {
        Self { io, frames: Vec::new(), fragment: None, written: 0, taken: 0 }
    }

    /// Takes what is written next. The batch before must have been settled.
    pub(super) fn load(&mut self, frames: &mut Vec<u8>, large: Option<Box<Sending>>) {
        std::mem::swap(&mut self.frames, frames);
        self.fragment = large.map(|sending| {
            let part = Part::after(sending.sent, sending.message.payload.len());
            frame::fragment_prefix(&mut self.frames, &sending.message, part);
            (sending, part)
        });
    }

    /// Writes the batch.
    pub(super) fn poll_write(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        loop {
            let Self { io, frames, fragment, written, .. } = self;
            let mut pieces = [IoSlice::new(&[]); MOST_PIECES];
            let unwritten = frames.get(*written..).filter(|frames| !frames.is_empty());
            let skipped = written.saturating_sub(frames.len());
            let fragment = fragment.iter().flat_map(|(sending, part)| sending.message.payload.part(*part, skipped));
            let mut count = 0;
            for (place, piece) in pieces.iter_mut().zip(unwritten.into_iter().chain(fragment)) {
                *place = IoSlice::new(piece);
                count += 1;
            }
            let io = Pin::new(io);
            let wrote = match pieces.get(..count).unwrap_or_default() {
                [] => return Poll::Ready(Ok(())),
                [one] => ready!(io.poll_write(cx, one))?,
                many => ready!(io.poll_write_vectored(cx, many))?,
            };
            if wrote == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.written += wrote;
            self.taken = self.taken.wrapping_add(wrote as u64);
        }
    }

    /// Ends a batch that has been written: answers its bytes without prefixes of fragments, and the large message
    /// of which a fragment was among it.
    pub(super) fn settle(&mut self, frame_bytes: usize) -> (usize, Option<Box<Sending>>) {
        self.frames.clear();
        self.written = 0;
        let Some((mut sending, part)) = self.fragment.take() else { return (frame_bytes, None) };
        let bytes = frame_bytes + part.end - part.start;
        sending.sent = part.end;
        (bytes, Some(sending))
    }

    /// Gives the buffer back, as nothing is to be written.
    pub(super) fn rest(&mut self) {
        buffer::give_back(std::mem::take(&mut self.frames));
    }
}
