//! The writing side of a transport, with what it is about to write.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::AsyncWrite;

use crate::buffer;
use crate::frame::{self, Large, Part};

/// The writing side of a transport.
pub(crate) type WriteHalf = Box<dyn AsyncWrite + Send + Unpin>;

/// A large message on its way.
pub(super) struct Sending {
    pub(super) message: Large,
    pub(super) sent: usize,
}

/// Writes one batch after the other: whole frames, then one fragment of a large message, in one system call. The
/// fragment is written from where the message lies.
pub(super) struct Writer {
    io: WriteHalf,
    /// Frames, and the prefix of the fragment.
    frames: Vec<u8>,
    fragment: Option<(Sending, Part)>,
    written: usize,
}

impl Writer {
    pub(super) fn new(io: WriteHalf) -> Self {
        Self { io, frames: Vec::new(), fragment: None, written: 0 }
    }

    /// Takes what is written next. The batch before must have been settled.
    pub(super) fn load(&mut self, frames: &mut Vec<u8>, large: Option<Sending>) {
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
            let Self { io, frames, fragment, written } = self;
            let fragment = unwritten(fragment.as_ref(), written.saturating_sub(frames.len()));
            let frames = frames.get(*written..).unwrap_or_default();
            let io = Pin::new(io);
            let wrote = match (frames.is_empty(), fragment.is_empty()) {
                (true, true) => return Poll::Ready(Ok(())),
                (false, true) => ready!(io.poll_write(cx, frames))?,
                (true, false) => ready!(io.poll_write(cx, fragment))?,
                (false, false) => {
                    let both = [IoSlice::new(frames), IoSlice::new(fragment)];
                    ready!(io.poll_write_vectored(cx, &both))?
                }
            };
            if wrote == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.written += wrote;
        }
    }

    /// Ends a batch that has been written: answers its bytes without prefixes of fragments, and the large message
    /// of which more is to be sent.
    pub(super) fn settle(&mut self, frame_bytes: usize) -> (usize, Option<Sending>) {
        self.frames.clear();
        self.written = 0;
        let Some((mut sending, part)) = self.fragment.take() else { return (frame_bytes, None) };
        let bytes = frame_bytes + part.end - part.start;
        sending.sent = part.end;
        let rest = (sending.sent < sending.message.payload.len()).then_some(sending);
        (bytes, rest)
    }

    /// Gives the buffer back, as nothing is to be written.
    pub(super) fn rest(&mut self) {
        buffer::give_back(std::mem::take(&mut self.frames));
    }
}

/// What of a fragment has not been written.
fn unwritten(fragment: Option<&(Sending, Part)>, written: usize) -> &[u8] {
    let Some((sending, part)) = fragment else { return &[] };
    sending.message.payload.part(*part, written)
}
