//! The other end of a connection, as what makes calls sees it: bodies go out, bodies come in.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

use tokio::time::Instant;

use crate::body::Body;
use crate::event::subscribe::SubscribeError;
use crate::event::subscription::ReceiveEvents;
use crate::failure::{Failure, code};
use crate::grants::access::Access;
use crate::grants::{Grants, SetGrantsError};
use crate::invoke::InvokeError;
use crate::items::{ReceiveItems, Unsent, Upload};
use crate::peer::Who;

/// A future without its type.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A request that is written already.
#[derive(Debug)]
pub struct Outbound {
    /// The channel that is called.
    pub channel: &'static str,
    /// The request.
    pub body: Body,
    /// What the caller sends beside it.
    pub upload: Option<Upload>,
    /// The time by which it must be answered.
    pub deadline: Option<Instant>,
}

/// The other end of a connection. Both ends are equal: either may call.
pub trait Remote: Send + Sync + fmt::Debug {
    /// Makes a call, and answers the response's body.
    fn call(&self, request: Outbound) -> BoxFuture<'_, Result<Body, CallError>>;

    /// Makes a call that is answered with a stream.
    fn stream(self: Arc<Self>, request: Outbound) -> BoxFuture<'static, Result<Box<dyn ReceiveItems>, CallError>>;

    /// Sends a request that is not answered.
    fn notify(&self, request: Outbound) -> BoxFuture<'_, Result<(), CallError>>;

    /// Subscribes to the events of the channels that `pattern` names; `key` is the JSON of the one key that is asked for.
    fn subscribe(
        self: Arc<Self>,
        pattern: String,
        key: Option<String>,
    ) -> BoxFuture<'static, Result<Box<dyn ReceiveEvents>, SubscribeError>>;

    /// Why the connection is gone, if it is.
    fn why_closed(&self) -> Option<Arc<str>>;

    /// Waits until the connection is gone; answers why.
    fn closed(&self) -> BoxFuture<'_, Arc<str>>;

    /// Who it is.
    fn who(&self) -> &Who;

    /// What the peer may use of the router that serves it; everything, where there is none.
    fn access(&self) -> Option<&Access>;

    /// Grants the peer this and nothing else, and holds it to that.
    fn set_grants(&self, grants: Grants) -> Result<(), SetGrantsError>;

    /// The number of the connection, which no other of this process has or had.
    fn connection(&self) -> u64;
}

/// Why a call has no response.
#[derive(Debug)]
pub enum CallError {
    /// The request is no JSON.
    Encode(serde_json::Error),
    /// The request is larger than the peer takes.
    TooLarge {
        /// The bytes of its body.
        size: usize,
        /// The most that the peer takes.
        limit: usize,
    },
    /// What was to be sent beside the request broke off.
    Unsent(Unsent),
    /// The connection is gone, or going.
    Gone(Arc<str>),
    /// The call's deadline passed.
    TimedOut,
    /// The channel answers with a stream, and was called for one answer.
    Streamed,
}

/// What a caller is told that awaits one answer where there are many.
pub fn answers_with_a_stream() -> Failure {
    Failure::new(code::INVALID_INPUT, "the channel answers with a stream, and was called for one answer")
}

impl<E> From<CallError> for InvokeError<E> {
    fn from(error: CallError) -> Self {
        match error {
            CallError::Encode(error) => Self::Encode(error.to_string()),
            CallError::TooLarge { size, limit } => Self::TooLarge { size, limit },
            CallError::Unsent(unsent) => Self::Unsent(unsent.to_string()),
            CallError::TimedOut => Self::Refused(crate::deadline::timed_out()),
            CallError::Streamed => Self::Refused(answers_with_a_stream()),
            CallError::Gone(reason) => Self::Disconnected(reason.to_string()),
        }
    }
}
