//! What a call can answer instead of data: a code, a message and details.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The codes that the framework itself answers with.
///
/// A handler's own errors have codes of their own (see [`IpcError`](trait@crate::IpcError)); these are kept for what
/// happens around a handler.
pub mod code {
    /// The request is not what the channel takes; `details.issues` lists each mistake.
    pub const INVALID_INPUT: &str = "INVALID_INPUT";
    /// No handler has this channel.
    pub const UNKNOWN_CHANNEL: &str = "UNKNOWN_CHANNEL";
    /// The peer may not use the channel.
    pub const DENIED: &str = "DENIED";
    /// The peer called more often than it may.
    pub const RATE_LIMITED: &str = "RATE_LIMITED";
    /// The peer has as many calls in flight as the server allows; try again when one has been answered.
    pub const OVERLOADED: &str = "OVERLOADED";
    /// The call's deadline passed.
    pub const TIMEOUT: &str = "TIMEOUT";
    /// The call was cancelled.
    pub const CANCELLED: &str = "CANCELLED";
    /// The request or the response is larger than the limit.
    pub const TOO_LARGE: &str = "TOO_LARGE";
    /// The server is shutting down.
    pub const UNAVAILABLE: &str = "UNAVAILABLE";
    /// The server failed; what happened stands in its log and nowhere else.
    pub const INTERNAL: &str = "INTERNAL";

    /// Every code that the framework answers with by itself.
    pub const ALL: [&str; 10] = [
        INVALID_INPUT,
        UNKNOWN_CHANNEL,
        DENIED,
        RATE_LIMITED,
        OVERLOADED,
        TIMEOUT,
        CANCELLED,
        TOO_LARGE,
        UNAVAILABLE,
        INTERNAL,
    ];
}

/// The `error` of a response: `{"code":"NOT_FOUND","message":"no item 7","details":{"id":7}}`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Failure {
    code: Cow<'static, str>,
    message: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    details: Option<Box<Value>>,
    #[serde(skip)]
    cause: Option<Box<str>>,
}

impl Failure {
    /// A failure with a code and a message for the client.
    pub fn new(code: impl Into<Cow<'static, str>>, message: impl fmt::Display) -> Self {
        Self { code: code.into(), message: message.to_string(), details: None, cause: None }
    }

    /// A failure whose cause stays in this process: the client learns `INTERNAL` and nothing more, the log learns
    /// `cause`.
    pub fn internal(cause: impl fmt::Display) -> Self {
        let mut failure = Self::new(code::INTERNAL, "the server failed to answer this call");
        failure.cause = Some(cause.to_string().into());
        failure
    }

    /// The same failure with details, which travel to the client as JSON.
    ///
    /// Details that cannot be written as JSON (a map whose keys are no strings, say) make the failure an internal one.
    #[must_use]
    pub fn with_details(mut self, details: impl Serialize) -> Self {
        match serde_json::to_value(details) {
            Ok(details) => {
                self.details = Some(Box::new(details));
                self
            }
            Err(reason) => Self::internal(format_args!("the details of {} are no JSON: {reason}", self.code)),
        }
    }

    /// The code, in SCREAMING_SNAKE_CASE.
    pub fn code(&self) -> &str {
        &self.code
    }

    /// The message, a sentence for people.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// What the error says beside its message, if anything.
    pub fn details(&self) -> Option<&Value> {
        self.details.as_deref()
    }

    /// What happened inside this process. It never travels.
    pub fn cause(&self) -> Option<&str> {
        self.cause.as_deref()
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.message)
    }
}

impl std::error::Error for Failure {}
