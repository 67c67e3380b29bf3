//! The header that every frame begins with.
//!
//! A frame is a header of [`HEADER_BYTES`] bytes, what the header announces (channel name, deadline, total), and a
//! payload. `PROTOCOL.md` shows every frame in full; this file is the only place that knows the header's bytes.

pub mod attachments;

use crate::channel::MAX_CHANNEL_BYTES;

/// The bytes of a frame's fixed header.
pub const HEADER_BYTES: usize = 12;

/// The most payload bytes that one frame carries: a larger payload travels in fragments, between which other frames
/// pass. 64 KiB is about a quarter of what a Unix socket buffers, so a fragment never holds up a small call for long.
pub const FRAGMENT_BYTES: usize = 64 * 1024;

/// The major version of the protocol. Peers of different major versions do not talk.
pub const PROTOCOL_VERSION: u16 = 1;

/// The id of a hello frame: `IPCB` in ASCII, so that a peer of this protocol is known by its first twelve bytes.
pub const MAGIC: u32 = u32::from_le_bytes(*b"IPCB");

/// Set in the id of an item, an end and a credit that belong to the stream which a caller sends beside its request; not
/// set in those of what the caller receives. So the id of a call, and of a subscription, is below it.
pub const UPSTREAM: u32 = 1 << 31;

/// What a frame is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Kind {
    /// The first frame of each side: version, limits, instance, fingerprint.
    Hello = 1,
    /// The sender makes no more requests; it closes when what is in flight has been answered.
    Goodbye = 2,
    /// Asks for a pong.
    Ping = 3,
    /// Answers a ping.
    Pong = 4,
    /// A call.
    Request = 5,
    /// The answer to a request.
    Response = 6,
    /// The caller is no longer interested in an answer.
    Cancel = 7,
    /// One item of a stream.
    Item = 8,
    /// The end of a stream.
    End = 9,
    /// How many more bytes of a stream, or of a subscription's events, the receiver takes.
    Credit = 10,
    /// Asks for the events of a channel.
    Subscribe = 11,
    /// Asks for no more events.
    Unsubscribe = 12,
    /// An event of a subscription.
    Event = 13,
    /// A request without a response.
    Notification = 14,
}

impl Kind {
    /// Every kind, by its number.
    pub const ALL: [Self; 14] = [
        Self::Hello,
        Self::Goodbye,
        Self::Ping,
        Self::Pong,
        Self::Request,
        Self::Response,
        Self::Cancel,
        Self::Item,
        Self::End,
        Self::Credit,
        Self::Subscribe,
        Self::Unsubscribe,
        Self::Event,
        Self::Notification,
    ];

    fn from_byte(byte: u8) -> Option<Self> {
        Self::ALL.get(usize::from(byte).checked_sub(1)?).copied()
    }

    /// Whether a frame of this kind names a channel. An event may: where its subscription is to more than one.
    pub const fn has_channel(self) -> bool {
        matches!(self, Self::Request | Self::Subscribe | Self::Notification)
    }

    /// Whether a frame of this kind may have a channel name of this many bytes.
    fn takes_channel(self, continued: bool, bytes: usize) -> bool {
        let named = self.has_channel() && !continued;
        let may_be_named = self == Self::Event && !continued;
        (named == (bytes > 0) || may_be_named) && bytes <= MAX_CHANNEL_BYTES
    }

    /// Whether a frame of this kind may have flags. The kinds that steer a connection have none: what they say fits
    /// one frame.
    pub const fn has_flags(self) -> bool {
        !matches!(
            self,
            Self::Hello | Self::Goodbye | Self::Ping | Self::Pong | Self::Cancel | Self::Credit | Self::Unsubscribe
        )
    }
}

/// What a header says beside its numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Flags {
    /// More fragments of this message follow.
    pub more: bool,
    /// This fragment is not the first of its message.
    pub continued: bool,
    /// A deadline stands after the channel name: the milliseconds that remained when the frame was written, a u32.
    pub deadline: bool,
    /// The payload begins with a table of attachments.
    pub attachments: bool,
}

impl Flags {
    const MORE: u8 = 1;
    const CONTINUED: u8 = 2;
    const DEADLINE: u8 = 4;
    const ATTACHMENTS: u8 = 8;

    /// The flags as the header has them.
    pub fn to_byte(self) -> u8 {
        [
            (self.more, Self::MORE),
            (self.continued, Self::CONTINUED),
            (self.deadline, Self::DEADLINE),
            (self.attachments, Self::ATTACHMENTS),
        ]
        .iter()
        .fold(0, |byte, (set, bit)| if *set { byte | bit } else { byte })
    }

    fn from_byte(byte: u8) -> Option<Self> {
        let flags = Self {
            more: byte & Self::MORE != 0,
            continued: byte & Self::CONTINUED != 0,
            deadline: byte & Self::DEADLINE != 0,
            attachments: byte & Self::ATTACHMENTS != 0,
        };
        (flags.to_byte() == byte).then_some(flags)
    }
}

/// The fixed header of a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    /// The bytes of the frame after the header.
    pub length: u32,
    /// What the frame is.
    pub kind: Kind,
    /// What else the frame carries.
    pub flags: Flags,
    /// The bytes of the channel name; in a hello, the sender's protocol version.
    pub channel_bytes: u16,
    /// The call, stream or subscription that the frame belongs to; in a hello, [`MAGIC`].
    pub id: u32,
}

/// Why twelve bytes are no header.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HeaderError {
    /// No kind has this number.
    #[error("no kind of frame has the number {0}")]
    Kind(u8),
    /// A bit is set that means nothing.
    #[error("the flags {0:#010b} hold a bit that means nothing")]
    Flags(u8),
    /// Flags where the kind has none.
    #[error("a {kind:?} frame has no flags, and this one has {flags:#010b}")]
    Flagged {
        /// The frame's kind.
        kind: Kind,
        /// What the header says.
        flags: u8,
    },
    /// A deadline where nothing has one.
    #[error("a deadline belongs to the first frame of a request, and not to this {kind:?} frame")]
    Deadline {
        /// The frame's kind.
        kind: Kind,
    },
    /// A channel name where the kind has none, none where it has one, or one of more than 128 bytes.
    #[error("a {kind:?} frame cannot have a channel name of {bytes} bytes")]
    Channel {
        /// The frame's kind.
        kind: Kind,
        /// What the header says.
        bytes: u16,
    },
    /// The header announces more than the frame has room for.
    #[error("a frame of {length} bytes cannot hold the {needed} that its header announces")]
    Short {
        /// The bytes after the header.
        length: u32,
        /// The bytes that channel name, deadline and total take.
        needed: usize,
    },
}

impl Header {
    /// The bytes of the header.
    #[inline]
    pub fn encode(&self) -> [u8; HEADER_BYTES] {
        let [l0, l1, l2, l3] = self.length.to_le_bytes();
        let [c0, c1] = self.channel_bytes.to_le_bytes();
        let [i0, i1, i2, i3] = self.id.to_le_bytes();
        [l0, l1, l2, l3, self.kind as u8, self.flags.to_byte(), c0, c1, i0, i1, i2, i3]
    }

    /// Reads a header.
    ///
    /// # Errors
    ///
    /// The first rule of the protocol that the bytes break.
    #[inline]
    pub fn decode(bytes: [u8; HEADER_BYTES]) -> Result<Self, HeaderError> {
        let [l0, l1, l2, l3, kind, flags, c0, c1, i0, i1, i2, i3] = bytes;
        let header = Self {
            length: u32::from_le_bytes([l0, l1, l2, l3]),
            kind: Kind::from_byte(kind).ok_or(HeaderError::Kind(kind))?,
            flags: Flags::from_byte(flags).ok_or(HeaderError::Flags(flags))?,
            channel_bytes: u16::from_le_bytes([c0, c1]),
            id: u32::from_le_bytes([i0, i1, i2, i3]),
        };
        if header.kind != Kind::Hello {
            if flags != 0 && !header.kind.has_flags() {
                return Err(HeaderError::Flagged { kind: header.kind, flags });
            }
            let bytes = header.channel_bytes;
            if !header.kind.takes_channel(header.flags.continued, bytes.into()) {
                return Err(HeaderError::Channel { kind: header.kind, bytes });
            }
            if header.flags.deadline && (header.kind != Kind::Request || header.flags.continued) {
                return Err(HeaderError::Deadline { kind: header.kind });
            }
            let needed = header.prefix_bytes();
            if (header.length as usize) < needed {
                return Err(HeaderError::Short { length: header.length, needed });
            }
        }
        Ok(header)
    }

    /// The bytes between the header and the payload: channel name, deadline, total.
    pub fn prefix_bytes(&self) -> usize {
        let channel = if self.kind == Kind::Hello { 0 } else { usize::from(self.channel_bytes) };
        channel + if self.flags.deadline { 4 } else { 0 } + if self.has_total() { 4 } else { 0 }
    }

    /// Whether the frame tells the bytes of its whole message: the first of several fragments does.
    pub const fn has_total(&self) -> bool {
        self.flags.more && !self.flags.continued
    }
}

#[cfg(test)]
mod tests;
