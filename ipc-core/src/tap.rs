//! Watching what passes through a router: for tools, while an application is made.
//!
//! A server lets others watch with [`Router::tap`](crate::Router::tap), and a peer watches with
//! `client.stream(Tap::default()).await?`, where it is granted `ipc:tap`. It sees what passes from then on: requests as they
//! arrive, with who makes them; what their callers stream beside them; what they are answered with, item by item, with the
//! outcome and the time that it took; and the events that go out.
//!
//! It does not see what this process calls at its peers, calls that it makes [in process](crate::Router::invoke) excepted,
//! nor subscriptions, events that nobody takes, and the channels `ipc:…`. A request that wants no answer cannot be told
//! from one that does.
//!
//! Payloads are shown where both sides want it: [`TapOptions::payloads`] and [`Tap::payloads`]. As in the log
//! ([`Router::log_payloads`](crate::Router::log_payloads)), what is sensitive by its type or its mark is `"***"`, and so is
//! what the channel's schema does not know. Binary data is not shown, nor are more than [`MAX_SHOWN_BYTES`] of a payload.
//!
//! Whoever watches slows nobody: what it does not take in time is missed, and counted in its place. Where nobody watches,
//! a call costs one look at a number, and where nobody may, none.
//!
//! ```
//! use ipc_core::tap::{Tap, TapOptions, Tapped};
//! use ipc_core::{Router, handler};
//!
//! /// Greets somebody.
//! #[handler("hello:greet", crate = ipc_core)]
//! fn greet(name: String) -> String {
//!     format!("hello {name}")
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let router = Router::new().handle::<greet>().tap(TapOptions::new().payloads(true));
//! let mut passing = router.stream(Tap { payloads: true, ..Tap::default() }).await?;
//!
//! router.invoke(greet { name: "Ada".to_owned() }).await?;
//! let Some(Tapped::Message(request)) = passing.next().await.transpose()? else { panic!("a request") };
//! assert_eq!((request.channel.as_str(), request.bytes), ("hello:greet", 14));
//! assert_eq!(request.payload.as_deref(), Some(r#"{"name":"Ada"}"#));
//!
//! let Some(Tapped::Message(response)) = passing.next().await.transpose()? else { panic!("its answer") };
//! assert_eq!((response.call, response.outcome.as_deref()), (request.call, Some("ok")));
//! # Ok(()) }
//! ```

mod call;
mod watching;

use std::convert::Infallible;

use serde::{Deserialize, Serialize};

use crate::grants::TAP;
use crate::streaming::StreamRequest;

pub(crate) use call::TappedCall;
pub(crate) use watching::{Taps, Watching};

/// The most bytes that are shown of a payload. What is longer is cut, and ends in `…`.
pub const MAX_SHOWN_BYTES: usize = 4096;

/// Asks for what passes through the other side's router. What that is, [the module](self) says.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Tap {
    /// Only of these channels: a name, or what names begin with and an asterisk, `data:*`. All, where there is none.
    pub channels: Option<String>,
    /// With payloads. A server that shows none refuses the request with `INVALID_INPUT`.
    pub payloads: bool,
}

impl StreamRequest for Tap {
    const CHANNEL: &'static str = TAP;
    type Item = Tapped;
    type Error = Infallible;
}

/// How a router lets others watch.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct TapOptions {
    pub(crate) payloads: bool,
    pub(crate) queue: usize,
}

impl TapOptions {
    /// Without payloads, and with room for 1024 messages for each that watches.
    pub const fn new() -> Self {
        Self { payloads: false, queue: 1024 }
    }

    /// Shows payloads to those who ask for them, without what is sensitive.
    #[must_use]
    pub const fn payloads(mut self, show: bool) -> Self {
        self.payloads = show;
        self
    }

    /// How many messages may wait to be taken by one that watches. What comes then is missed. With payloads, each may have
    /// a little more than [`MAX_SHOWN_BYTES`].
    #[must_use]
    pub const fn queue(mut self, messages: usize) -> Self {
        self.queue = messages;
        self
    }
}

impl Default for TapOptions {
    fn default() -> Self {
        Self::new()
    }
}

/// What somebody sees who watches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Tapped {
    /// Something passed.
    Message(TapMessage),
    /// So many messages passed here that were not taken in time.
    Missed(u64),
}

/// Something that passed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TapMessage {
    /// When it passed: microseconds since 1970 by the clock of the server.
    pub at: u64,
    /// What it is.
    pub kind: TapKind,
    /// Which way it goes.
    pub direction: TapDirection,
    /// The channel; for what has no such name, what the peer sent in its place, with escapes.
    pub channel: String,
    /// The number of the call that it belongs to, which no other call of this router has. It is no number that travels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call: Option<u64>,
    /// Who is at the other end; `None` for an event, which goes to many.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub peer: Option<TapPeer>,
    /// The bytes of its JSON and of its binary data.
    pub bytes: u64,
    /// `ok`, or the code of the failure: of a response.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<String>,
    /// The microseconds from the request to this response.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub micros: Option<u64>,
    /// The items that went before this response, where the answer is a stream.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub items: Option<u64>,
    /// How many the event is offered to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subscribers: Option<u64>,
    /// The JSON, without what is sensitive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payload: Option<String>,
}

/// What passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum TapKind {
    /// A call, or an event that a peer publishes.
    Request,
    /// What a call is answered with, at its end. Of a call that nobody waits for any more, that is told here.
    Response,
    /// An item of a stream: of the answer where it goes out, of what is sent beside a request where it comes in.
    Item,
    /// An event, on its way to its subscribers.
    // Named apart from the trait `Event`, whose whole path the compiler would write in the messages of every user.
    #[serde(rename = "event")]
    Publication,
}

/// Which way something goes, as the server sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TapDirection {
    /// From a peer.
    In,
    /// To a peer.
    Out,
}

/// Who is at the other end of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TapPeer {
    /// The [number](crate::Peer::connection) of the connection; `None` for the server's own process.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connection: Option<u64>,
    /// The process.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pid: Option<u32>,
    /// Its user.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uid: Option<u32>,
}
