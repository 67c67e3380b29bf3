//! What each side says first.

use std::sync::{Arc, Mutex, Weak};

use ipc_core::envelope::{HEADER_BYTES, Kind, MAGIC, PROTOCOL_VERSION};
use ipc_core::{Access, Failure};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::frame;
use crate::limits::Limits;
use crate::token::{Presented, Token};

/// The code of a goodbye to a hello that is not taken.
const PROTOCOL_ERROR: &str = "PROTOCOL_ERROR";

/// The most bytes that the body of a hello may have.
pub(crate) const MAX_HELLO_BYTES: usize = 16 * 1024;

/// A hello: who the sender is and what it takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hello {
    /// The version of the protocol that the sender speaks. It stands in the header of the frame, and not in its body.
    #[serde(skip, default = "protocol")]
    pub protocol: u16,
    /// The sender's implementation and its version, for people: `ipc-bridge/0.1.0`.
    pub agent: String,
    /// The encoding of bodies; `json` is the only one of this version.
    pub codec: String,
    /// A random number of 128 bits in hexadecimal that the sender drew when it started: a peer that comes back with
    /// another one was restarted.
    pub instance: String,
    /// The fingerprint of the contract that the sender serves; absent where it serves nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fingerprint: Option<String>,
    /// What the sender takes.
    pub limits: HelloLimits,
    /// The permissions that the sender grants the receiver when the connection begins, `*` for all: for a program that
    /// shows no button that does nothing. They may change later; absent where the sender does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grants: Option<Vec<String>>,
    /// The token that the sender shows. A server takes it out as soon as it has looked at it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) token: Option<Presented>,
}

/// What the sender of a hello takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct HelloLimits {
    /// The bytes of one message's body.
    pub message_bytes: u32,
    /// The calls that may wait for an answer at one time.
    pub in_flight: u32,
    /// The bytes of one stream that may be on their way to the sender of the hello when the stream begins.
    #[serde(default = "stream_bytes")]
    pub stream_bytes: u32,
}

/// What a hello of this program's version says.
const fn protocol() -> u16 {
    PROTOCOL_VERSION
}

/// What a peer takes of a stream that does not say so.
const fn stream_bytes() -> u32 {
    64 * 1024
}

impl Hello {
    pub(crate) fn new(instance: &str, fingerprint: Option<String>, limits: &Limits) -> Self {
        Self {
            protocol: PROTOCOL_VERSION,
            agent: concat!("ipc-bridge/", env!("CARGO_PKG_VERSION")).to_owned(),
            codec: "json".to_owned(),
            instance: instance.to_owned(),
            fingerprint,
            limits: HelloLimits {
                message_bytes: limits.message_bytes,
                in_flight: limits.in_flight,
                stream_bytes: limits.stream_bytes,
            },
            grants: None,
            token: None,
        }
    }

    /// The same, from somebody who shows a token.
    pub(crate) fn showing(mut self, token: Option<&Token>) -> Self {
        self.token = token.map(Presented::from);
        self
    }

    /// The same, to somebody who is granted this, as far as a hello has room for it.
    pub(crate) fn granting(mut self, access: &Access) -> Self {
        self.grants = Some(access.permissions());
        self.bounded()
    }

    /// The same, which all connections to one server have in common.
    pub(crate) fn shared(self) -> Arc<Self> {
        static KEPT: Mutex<Vec<Weak<Hello>>> = Mutex::new(Vec::new());
        let mut kept = KEPT.lock().expect("nothing panics while it holds what was said");
        kept.retain(|said| said.strong_count() > 0);
        if let Some(same) = kept.iter().filter_map(Weak::upgrade).find(|said| **said == self) {
            return same;
        }
        let said = Arc::new(self);
        kept.push(Arc::downgrade(&said));
        said
    }

    fn bounded(mut self) -> Self {
        if self.body().len() > MAX_HELLO_BYTES {
            self.grants = None;
        }
        self
    }

    /// The frame. There may be a secret in it.
    pub(crate) fn encode(&self) -> Zeroizing<Vec<u8>> {
        let body = self.body();
        let mut frame = Zeroizing::new(Vec::with_capacity(HEADER_BYTES + body.len()));
        frame::put_hello(&mut frame, &body);
        frame
    }

    fn body(&self) -> Zeroizing<Vec<u8>> {
        // Written into what it fits, lest a part of it be left where it has grown out of.
        let mut body = Zeroizing::new(Vec::with_capacity(MAX_HELLO_BYTES));
        serde_json::to_writer(&mut *body, self).expect("a hello is strings and numbers");
        body
    }
}

/// What the first bytes of a peer come to.
#[derive(Debug, PartialEq)]
pub(crate) enum FirstFrame {
    /// More is needed to tell.
    Partly,
    /// A hello, and the bytes it takes.
    Hello(Box<Hello>, usize),
    /// A goodbye: the peer does not want this connection.
    Goodbye(Box<Failure>),
}

/// Why the first bytes of a peer are no hello.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum HelloError {
    #[error("the peer does not speak this protocol: it began with {0}")]
    NotThisProtocol(String),
    #[error("the peer speaks version {0} of the protocol, and this side speaks version {PROTOCOL_VERSION}")]
    Version(u16),
    #[error("the peer's hello is not valid: {0}")]
    Body(String),
    #[error("the peer encodes bodies as `{0}`, and this side takes `json`")]
    Codec(String),
}

/// What a goodbye says beside its message to a peer of another version.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Spoken {
    /// The version that the sender of the goodbye speaks.
    protocol: u16,
}

impl Spoken {
    /// What a goodbye says of a version, if it does.
    pub(crate) fn of(failure: &Failure) -> Option<Self> {
        if failure.code() != PROTOCOL_ERROR {
            return None;
        }
        // What is no number of a version says nothing of one.
        Self::deserialize(failure.details()?).ok()
    }

    /// The version, where it is another one than this side's.
    pub(crate) fn another(self) -> Option<u16> {
        (self.protocol != PROTOCOL_VERSION).then_some(self.protocol)
    }
}

impl HelloError {
    /// What a peer is told that began like this.
    pub(crate) fn failure(&self) -> Failure {
        let failure = Failure::new(PROTOCOL_ERROR, self);
        match self {
            Self::Version(_) => failure.with_details(Spoken { protocol: PROTOCOL_VERSION }),
            _ => failure,
        }
    }
}

/// Reads a peer's first frame. The twelve bytes of a hello's header and the whole layout of a goodbye are the same in
/// every version of the protocol.
pub(crate) fn decode(bytes: &[u8]) -> Result<FirstFrame, HelloError> {
    let Some((header, rest)) = bytes.split_first_chunk::<HEADER_BYTES>() else {
        // A peer that talks of something else is told so before it has sent twelve bytes: the fifth tells the kind.
        return match bytes.get(4) {
            Some(&kind) if kind != Kind::Hello as u8 && kind != Kind::Goodbye as u8 => Err(not_this_protocol(bytes)),
            _ => Ok(FirstFrame::Partly),
        };
    };
    let [l0, l1, l2, l3, kind, _, v0, v1, i0, i1, i2, i3] = *header;
    let length = u32::from_le_bytes([l0, l1, l2, l3]) as usize;
    let is_hello = kind == Kind::Hello as u8 && u32::from_le_bytes([i0, i1, i2, i3]) == MAGIC;
    let is_goodbye = kind == Kind::Goodbye as u8 && [v0, v1, i0, i1, i2, i3] == [0; 6];
    if !(is_hello || is_goodbye) || length > MAX_HELLO_BYTES {
        return Err(not_this_protocol(bytes));
    }
    let version = u16::from_le_bytes([v0, v1]);
    if is_hello && version != PROTOCOL_VERSION {
        return Err(HelloError::Version(version));
    }
    let Some((body, _)) = rest.split_at_checked(length) else { return Ok(FirstFrame::Partly) };
    if is_goodbye {
        let failure = serde_json::from_slice(body).map_err(|error| HelloError::Body(error.to_string()))?;
        return Ok(FirstFrame::Goodbye(Box::new(failure)));
    }
    let mut hello: Hello = serde_json::from_slice(body).map_err(|error| HelloError::Body(error.to_string()))?;
    hello.protocol = version;
    if hello.codec != "json" {
        return Err(HelloError::Codec(hello.codec));
    }
    Ok(FirstFrame::Hello(Box::new(hello), HEADER_BYTES + length))
}

fn not_this_protocol(bytes: &[u8]) -> HelloError {
    let shown = bytes.get(..bytes.len().min(24)).unwrap_or_default();
    HelloError::NotThisProtocol(format!("\"{}\"", shown.escape_ascii()))
}

#[cfg(test)]
mod tests;
