//! What a command ends with where it does not end well.

use std::fmt;
use std::process::ExitCode;

use ipc_bridge::{Failure, InvokeError, SubscribeError, SubscriptionError};
use serde_json::Value;

/// How a command that did not go well tells the shell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// The call failed, or something is wrong with what was looked at.
    Failed = 1,
    /// The command line is wrong.
    Usage = 2,
    /// There is no connection, or there is none any more.
    NoConnection = 3,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Why a command did not go well.
#[derive(Debug, thiserror::Error)]
#[error("{said}")]
pub(crate) struct Failed {
    pub(crate) exit: Exit,
    /// What is wrong.
    pub(crate) said: String,
    /// The code of the answer, where there is one.
    pub(crate) code: Option<String>,
    pub(crate) details: Option<Value>,
    /// What would mend it, or more of what is wrong.
    pub(crate) notes: Vec<String>,
}

impl Failed {
    fn new(exit: Exit, said: impl fmt::Display) -> Self {
        Self { exit, said: said.to_string(), code: None, details: None, notes: Vec::new() }
    }

    /// Whoever read the output has gone, and wanted no more.
    pub(crate) fn nobody_reads() -> Self {
        Self::new(Exit::Failed, "")
    }

    /// Whether nothing is to be told: somebody read as much as was wanted.
    pub(crate) fn is_silent(&self) -> bool {
        self.said.is_empty()
    }

    pub(crate) fn of(said: impl fmt::Display) -> Self {
        Self::new(Exit::Failed, said)
    }

    pub(crate) fn usage(said: impl fmt::Display) -> Self {
        Self::new(Exit::Usage, said)
    }

    pub(crate) fn no_connection(said: impl fmt::Display) -> Self {
        Self::new(Exit::NoConnection, said)
    }

    pub(crate) fn note(mut self, note: impl fmt::Display) -> Self {
        self.notes.push(note.to_string());
        self
    }

    /// Something was to be read or written here, and could not be.
    pub(crate) fn file(what: impl fmt::Display, error: impl fmt::Display) -> Self {
        Self::usage(format_args!("{what}: {error}"))
    }

    /// What the server answered to a call on `channel`.
    pub(crate) fn of_answer(channel: &str, failure: &Failure) -> Self {
        let mut failed = Self::of(failure);
        failed.code = Some(failure.code().to_owned());
        failed.details = failure.details().cloned();
        let issues = failure.details().and_then(|details| details.get("issues")).and_then(Value::as_array);
        if let Some(issues) = issues {
            failed.said = format!("INVALID_INPUT: the request is not valid for `{channel}`");
            failed.notes.extend(issues.iter().map(issue));
        }
        match failure.code() {
            "DENIED" => failed.note("a token with a grant for it opens it: --token-file, or IPC_TOKEN"),
            "INTERNAL" if failure.correlation().is_some() => {
                failed.note("the log of the server says what happened, under this id")
            }
            // The same words, whichever side says them.
            "INVALID_INPUT" if failure.message().starts_with("the channel answers with a stream") => {
                failed.note(format_args!("ipc stream {channel}"))
            }
            "TIMEOUT" => failed.note("--timeout says how long it may take, and the handler may have a time of its own"),
            _ => failed,
        }
    }

    /// Why a call on `channel` came to nothing.
    pub(crate) fn of_call(channel: &str, error: &InvokeError) -> Self {
        match error {
            InvokeError::Refused(failure) => Self::of_answer(channel, failure),
            InvokeError::Disconnected(_) => Self::no_connection(error),
            other => Self { code: other.code().map(str::to_owned), ..Self::of(other) },
        }
    }

    /// Why there is no subscription to `pattern`.
    pub(crate) fn of_subscribing(pattern: &str, error: &SubscribeError) -> Self {
        match error {
            SubscribeError::Refused(failure) => Self::of_answer(pattern, failure),
            SubscribeError::Disconnected(_) => Self::no_connection(error),
            other => Self::of(other),
        }
    }

    /// Why a subscription to `pattern` ended.
    pub(crate) fn of_subscription(pattern: &str, error: &SubscriptionError) -> Self {
        match error {
            SubscriptionError::Ended(failure) => Self::of_answer(pattern, failure),
            SubscriptionError::Disconnected(_) => Self::no_connection(error),
            other => Self::of(other),
        }
    }

    /// The same as JSON.
    pub(crate) fn to_json(&self) -> Value {
        let Self { said, code, details, notes, .. } = self;
        serde_json::json!({"error": {"code": code, "message": said, "details": details, "notes": notes}})
    }
}

/// What is wrong in one place of a request.
fn issue(issue: &Value) -> String {
    let text = |name: &str| issue.get(name).and_then(Value::as_str).unwrap_or_default();
    match (text("path"), text("message")) {
        ("", message) => message.to_owned(),
        (path, message) => format!("{path}: {message}"),
    }
}
