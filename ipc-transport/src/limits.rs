//! What one connection, and one server, may use.

use std::time::Duration;

/// The bounds of a connection and of a server. Each is a number that one can reason about; none is "unlimited".
///
/// ```
/// use ipc_transport::Limits;
///
/// let limits = Limits::default().message_bytes(1024 * 1024).in_flight(64);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub struct Limits {
    pub(crate) message_bytes: u32,
    pub(crate) in_flight: u32,
    pub(crate) stream_bytes: u32,
    pub(crate) subscriptions: usize,
    pub(crate) queued_events: usize,
    pub(crate) buffered_bytes: usize,
    pub(crate) connections: usize,
    pub(crate) handshake: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            message_bytes: 16 * 1024 * 1024,
            in_flight: 4096,
            stream_bytes: 256 * 1024,
            subscriptions: 1024,
            queued_events: 1024,
            buffered_bytes: 64 * 1024 * 1024,
            connections: 1024,
            handshake: Duration::from_secs(5),
        }
    }
}

impl Limits {
    /// The most bytes that the body of a request or a response may have. Default: 16 MiB, which holds a large picture
    /// and keeps one call from taking the memory of the process.
    pub const fn message_bytes(mut self, bytes: u32) -> Self {
        self.message_bytes = bytes;
        self
    }

    /// The most calls of one connection that may wait for an answer, streams and a client's subscriptions among them. A
    /// client waits before it makes another; a server answers `OVERLOADED`. Default: 4096.
    pub const fn in_flight(mut self, calls: u32) -> Self {
        self.in_flight = calls;
        self
    }

    /// The bytes of one stream, or of one subscription's events, that may be on their way to this side and wait here to be
    /// taken; one item more, whatever its size. A sender stops there until some have been taken. At least 1. Default:
    /// 256 KiB, what a Unix socket buffers, so that a reader that keeps up never stops its sender.
    pub const fn stream_bytes(mut self, bytes: u32) -> Self {
        self.stream_bytes = if bytes == 0 { 1 } else { bytes };
        self
    }

    /// The most subscriptions of one connection that this side sends events to; one more is answered `OVERLOADED`.
    /// Default: 1024.
    pub const fn subscriptions(mut self, subscriptions: usize) -> Self {
        self.subscriptions = subscriptions;
        self
    }

    /// The most events that wait at this side for one subscriber which takes none, of
    /// [`stream_bytes`](Self::stream_bytes) at most; what becomes of one more, the event's `lag` says. At least 1.
    /// Default: 1024.
    pub const fn queued_events(mut self, events: usize) -> Self {
        self.queued_events = if events == 0 { 1 } else { events };
        self
    }

    /// The most bytes that one connection may hold in each direction: received and not yet whole, or written by
    /// handlers and not yet taken by the peer. One message of the largest size always fits. Default: 64 MiB.
    pub const fn buffered_bytes(mut self, bytes: usize) -> Self {
        self.buffered_bytes = bytes;
        self
    }

    /// The most connections that a server has at one time; one more is told so and let go. Default: 1024, the
    /// descriptors that a process may usually have.
    pub const fn connections(mut self, connections: usize) -> Self {
        self.connections = connections;
        self
    }

    /// The time that a peer has to say hello. Default: 5 seconds, much more than a process needs that is there.
    pub const fn handshake(mut self, time: Duration) -> Self {
        self.handshake = time;
        self
    }

    /// The bytes that may be buffered, which one message of the largest size always fits.
    pub(crate) fn buffered(&self) -> usize {
        self.buffered_bytes.max(self.message_bytes as usize)
    }
}
