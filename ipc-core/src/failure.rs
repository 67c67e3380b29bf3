//! What a call can answer instead of data: a code, a message and details.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::correlation;

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
    /// The server failed; what happened stands in its log and nowhere else, under the id in `details.id`.
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

    /// A failure whose cause stays in this process: the client learns `INTERNAL` and an id, the log learns `cause`, and the
    /// id as its field `correlation`.
    ///
    /// The id is made anew for each failure, and tells nothing: neither of this failure, nor of how many there were.
    pub fn internal(cause: impl fmt::Display) -> Self {
        let mut failure = Self::new(code::INTERNAL, "an internal error occurred");
        failure.details = Some(Box::new(json!({ "id": correlation::next() })));
        failure.cause = Some(cause.to_string().into());
        failure
    }

    /// The same failure with details, which travel to the client as JSON.
    ///
    /// Details that cannot be written as JSON (a map whose keys are no strings, say) make the failure an internal one.
    /// Those of a failure that is [internal](Self::internal) already do not travel: they stand beside its cause in the log.
    #[must_use]
    pub fn with_details(mut self, details: impl Serialize) -> Self {
        match (serde_json::to_value(details), self.cause.take()) {
            (Ok(details), None) => {
                self.details = Some(Box::new(details));
                self
            }
            (Ok(details), Some(cause)) => {
                self.cause = Some(format!("{cause} ({details})").into());
                self
            }
            (Err(reason), None) => Self::internal(format_args!("the details of {} are no JSON: {reason}", self.code)),
            (Err(reason), Some(cause)) => {
                self.cause = Some(format!("{cause} (its details are no JSON: {reason})").into());
                self
            }
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

    /// The id under which the log of the process that failed says what happened, where that is all there is to know.
    pub fn correlation(&self) -> Option<&str> {
        if self.code != code::INTERNAL {
            return None;
        }
        self.details()?.get("id")?.as_str()
    }

    /// What happened inside this process. It never travels.
    pub fn cause(&self) -> Option<&str> {
        self.cause.as_deref()
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.message)?;
        match self.correlation() {
            Some(id) => write!(f, " (id {id})"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Failure {}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    #[test]
    fn an_internal_failure_tells_its_id_and_nothing_else() {
        let failure = Failure::internal("the password is swordfish");
        let id = failure.correlation().expect("an id").to_owned();
        assert_eq!(failure.to_string(), format!("INTERNAL: an internal error occurred (id {id})"));
        let written = serde_json::to_string(&failure).expect("JSON");
        let expected =
            format!(r#"{{"code":"INTERNAL","message":"an internal error occurred","details":{{"id":"{id}"}}}}"#);
        assert_eq!(written, expected);
        assert_ne!(Failure::internal("another").correlation(), Some(id.as_str()));
    }

    #[test]
    fn details_of_an_internal_failure_stay_with_its_cause() {
        let failure = Failure::internal("no disk");
        let id = failure.correlation().expect("an id").to_owned();
        let failure = failure.with_details(json!({"path": "/secret"}));
        assert_eq!(failure.correlation(), Some(id.as_str()));
        assert_eq!(failure.details(), Some(&json!({ "id": id })));
        assert_eq!(failure.cause(), Some(r#"no disk ({"path":"/secret"})"#));
        let failure = failure.with_details(HashMap::from([([1_u8], 2)]));
        assert_eq!((failure.correlation(), failure.details()), (Some(id.as_str()), Some(&json!({ "id": id }))));
        assert!(failure.cause().is_some_and(|cause| cause.contains("key must be a string")), "{:?}", failure.cause());
    }

    #[test]
    fn a_failure_of_another_code_has_no_correlation() {
        assert_eq!(Failure::new("NOT_FOUND", "no item").with_details(json!({"id": "x"})).correlation(), None);
    }
}
