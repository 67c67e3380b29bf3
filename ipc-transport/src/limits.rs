//! What one connection, and one server, may use.

use std::sync::{Arc, LazyLock};
use std::time::Duration;

/// The bounds of a connection and of a server. Each is a number that one can reason about.
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
    pub(crate) streams: usize,
    pub(crate) stream_bytes: u32,
    pub(crate) subscriptions: usize,
    pub(crate) queued_events: usize,
    pub(crate) buffered_bytes: usize,
    pub(crate) connections: usize,
    pub(crate) connections_per_user: usize,
    pub(crate) handshake: Duration,
    pub(crate) stalled: Duration,
    pub(crate) idle: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            message_bytes: 16 * 1024 * 1024,
            in_flight: 4096,
            streams: 256,
            stream_bytes: 256 * 1024,
            subscriptions: 1024,
            queued_events: 1024,
            buffered_bytes: 64 * 1024 * 1024,
            connections: 1024,
            connections_per_user: 512,
            handshake: Duration::from_secs(5),
            stalled: Duration::from_secs(60),
            idle: Duration::MAX,
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

    /// The most calls of one connection that this side answers with a stream, or takes one for, at one time; one more is
    /// answered `OVERLOADED`. Default: 256, which may have 64 MiB on their way, each [`stream_bytes`](Self::stream_bytes):
    /// as much as a connection buffers.
    pub const fn streams(mut self, streams: usize) -> Self {
        self.streams = streams;
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
    /// handlers and not yet taken by the peer. One message of the largest size always fits. Requests that are handled beside
    /// the connection's task, as those from 256 KiB on are, may have as many bytes at one time. Default: 64 MiB.
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

    /// The most of these connections that processes of one user have, where the transport tells the user; one more is told
    /// so and let go. Default: 512, half of all, so that no user keeps out the others that a server lets in.
    pub const fn connections_per_user(mut self, connections: usize) -> Self {
        self.connections_per_user = connections;
        self
    }

    /// The time that a peer has to say hello. Default: 5 seconds, much more than a process needs that is there.
    pub const fn handshake(mut self, time: Duration) -> Self {
        self.handshake = time;
        self
    }

    /// The time for which a peer may take nothing of what it is sent, or leave a message that it has begun where it is: then
    /// its connection ends. It is noticed within twice this time. Default: a minute, more than a busy machine keeps a
    /// process waiting; a process that a debugger holds longer loses its connection.
    pub const fn stalled(mut self, time: Duration) -> Self {
        self.stalled = time;
        self
    }

    /// The time for which nothing may be in flight on a connection, no call, no stream and no subscription: then this side
    /// lets it go with a goodbye. It is noticed within twice this time. Default: none ([`Duration::MAX`]), as a window waits
    /// for its user as long as it is open, the operating system tells when a process is gone, and a connection that rests
    /// holds about 2 KiB at each end.
    pub const fn idle(mut self, time: Duration) -> Self {
        self.idle = time;
        self
    }

    /// The same, to be kept by each connection that has them. The default ones are there once.
    pub(crate) fn shared(self) -> Arc<Self> {
        static DEFAULT: LazyLock<Arc<Limits>> = LazyLock::new(Arc::default);
        if self == **DEFAULT { Arc::clone(&DEFAULT) } else { Arc::new(self) }
    }

    /// The bytes that may be buffered, which one message of the largest size always fits.
    pub(crate) fn buffered(&self) -> usize {
        self.buffered_bytes.max(self.message_bytes as usize)
    }
}
