//! The other end of an outbox.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use ipc_core::envelope::Kind;
use tokio::io::{AsyncRead as _, DuplexStream, ReadBuf, duplex};

use super::TURN;
use crate::assembly::{Assembled, Assembly, AssemblyLimits, Message};
use crate::frame::{self, Frame, Large, LargePayload};
use crate::outbox::{Outbox, Outgoing};

/// Counts how often it was woken.
#[derive(Debug, Default)]
pub(super) struct Woken(AtomicUsize);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

impl Woken {
    pub(super) fn times(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

/// A frame as bytes.
pub(super) fn ping(id: u32, payload: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    frame::put(&mut bytes, Kind::Ping, id, payload);
    bytes
}

pub(super) fn ping_bytes(id: u32) -> Vec<u8> {
    ping(id, b"")
}

/// A message of `bytes` bytes, each the number of its place.
pub(super) fn large(kind: Kind, id: u32, bytes: usize) -> Outgoing<'static> {
    let channel = if kind.has_channel() { "a:b" } else { "" };
    let mut buffer = Vec::new();
    let started = frame::begin(&mut buffer, kind, id, channel);
    buffer.extend((0..bytes).map(|place| place as u8));
    let payload = LargePayload::new(started.take_payload(&mut buffer), 0, Vec::new());
    Outgoing::Large(Large { kind, id, channel: channel.into(), deadline: None, attachments: false, payload })
}

/// An outbox, its peer, and what the peer has read.
pub(super) struct Wire {
    pub(super) outbox: Arc<Outbox>,
    pub(super) peer: DuplexStream,
    pub(super) driver: Arc<Woken>,
    read: Vec<u8>,
    at_end: bool,
}

impl Wire {
    /// An outbox that queues `limit` bytes, and a pipe that holds `pipe`.
    pub(super) fn new(pipe: usize, limit: usize) -> Self {
        let (ours, peer) = duplex(pipe);
        let outbox = Arc::new(Outbox::new(crate::half::WriteHalf::of(ours), limit));
        let driver = Arc::new(Woken::default());
        outbox.set_driver(&Waker::from(Arc::clone(&driver)));
        Self { outbox, peer, driver, read: Vec::new(), at_end: false }
    }

    /// Reads at most `bytes`, while the connection's own task writes; answers how many there were.
    pub(super) fn read(&mut self, bytes: usize) -> usize {
        let waker = Waker::from(Arc::clone(&self.driver));
        let before = self.read.len();
        let mut buffer = vec![0; 4096];
        while self.read.len() - before < bytes {
            let left = bytes - (self.read.len() - before);
            let mut part = ReadBuf::new(&mut buffer[..left.min(4096)]);
            match Pin::new(&mut self.peer).poll_read(&mut Context::from_waker(Waker::noop()), &mut part) {
                Poll::Pending => return self.read.len() - before,
                Poll::Ready(read) => read.unwrap(),
            }
            if part.filled().is_empty() {
                self.at_end = true;
                break;
            }
            self.read.extend_from_slice(part.filled());
            // The task is woken when there is room in the pipe, and not before; where nobody waits, this does nothing
            // but write what was appended since, which `flush` would do too.
            if self.driver.times() > 0 {
                let flushed = self.outbox.poll_flush(&mut Context::from_waker(&waker), &mut { u16::MAX });
                assert!(!matches!(flushed, Poll::Ready(Err(_))), "{flushed:?}");
            }
        }
        self.read.len() - before
    }

    /// Reads until nothing more comes.
    pub(super) fn drain(&mut self) {
        let mut waker = Context::from_waker(Waker::noop());
        while self.outbox.poll_flush(&mut waker, &mut { u16::MAX }).is_pending() || self.read(1 << 20) > 0 {
            if self.at_end {
                return;
            }
            self.read(1 << 20);
        }
    }

    pub(super) fn is_at_end(&self) -> bool {
        self.at_end
    }

    /// The frames that have been read whole. What has been read must begin with frames, and nothing else.
    pub(super) fn frames(&self) -> Vec<Frame<'_>> {
        let mut rest = self.read.as_slice();
        let mut frames = Vec::new();
        while let Some((frame, taken)) = frame::decode(rest).expect("what is on the wire is frames") {
            rest = &rest[taken..];
            frames.push(frame);
        }
        frames
    }

    /// The frames in words: `…Request 1 131072…` is a turn of a request in its midst, which is a write's worth of fragments.
    pub(super) fn shown(&self) -> Vec<String> {
        let mut turns: Vec<(Frame<'_>, usize)> = Vec::new();
        for frame in self.frames() {
            match turns.last_mut() {
                Some((turn, bytes)) if frame.flags.continued && turn.flags.more && *bytes < TURN => {
                    assert_eq!((turn.kind, turn.id), (frame.kind, frame.id), "something passed between its fragments");
                    turn.flags.more = frame.flags.more;
                    *bytes += frame.payload.len();
                }
                _ => turns.push((frame, frame.payload.len())),
            }
        }
        let shown = turns.iter().map(|(Frame { kind, id, flags, .. }, bytes)| {
            let bytes = if *bytes == 0 { String::new() } else { format!(" {bytes}") };
            let dots = |there: bool| if there { "…" } else { "" };
            format!("{}{kind:?} {id}{bytes}{}", dots(flags.continued), dots(flags.more))
        });
        shown.collect()
    }

    /// The messages that have arrived in fragments, as a peer takes them: it forgets what is cancelled, and takes no
    /// fragment of it afterwards.
    pub(super) fn messages(&self) -> Vec<Message> {
        let limits = AssemblyLimits { message_bytes: 1 << 30, buffered_bytes: 1 << 40, messages: 100 };
        let mut assembly = Assembly::new(limits);
        let mut messages = Vec::new();
        for frame in self.frames() {
            if frame.kind == Kind::Cancel {
                assembly.forget(Kind::Request, frame.id);
            }
            if !frame.flags.more && !frame.flags.continued {
                continue;
            }
            match assembly.take(&frame).expect("the fragments are in order") {
                Assembled::Partly => {}
                Assembled::Whole(message) => messages.push(message),
                refused => panic!("{refused:?}"),
            }
        }
        assert!(assembly.is_empty(), "a message was left half-sent");
        for message in &messages {
            let places = message.payload.iter().enumerate().all(|(place, byte)| *byte == place as u8);
            assert!(places, "the bytes of {:?} {} are in disorder", message.kind, message.id);
        }
        messages
    }
}
