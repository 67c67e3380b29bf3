//! The errors of a channel, as schemas of what travels.

use serde_json::{Map, Value, json};

use crate::description::CodeDescription;
use crate::failure::code;

/// The codes that the framework answers with on every channel, and what they mean.
pub(super) const STANDARD: [(&str, &str); 10] = [
    (code::INVALID_INPUT, "The request is not what the channel takes; `details.issues` lists each mistake."),
    (code::UNKNOWN_CHANNEL, "No handler has this channel."),
    (code::DENIED, "The caller may not use the channel."),
    (code::RATE_LIMITED, "The caller called more often than it may."),
    (code::OVERLOADED, "As many calls are in flight as the server allows; try again when one has been answered."),
    (code::TIMEOUT, "The call's deadline passed."),
    (code::CANCELLED, "The call was cancelled."),
    (code::TOO_LARGE, "The request or the response is larger than the limit."),
    (code::UNAVAILABLE, "The server is shutting down."),
    (code::INTERNAL, "The server failed; its log says why, under the id in `details.id`."),
];

/// The schema of the `error` of a response with one of the handler's own codes.
pub(super) fn own(description: &CodeDescription) -> Value {
    let mut required = vec!["code", "message"];
    let mut properties = Map::from_iter([
        ("code".to_owned(), json!({ "const": description.code() })),
        ("message".to_owned(), json!({ "type": "string" })),
    ]);
    if let Some(details) = description.details() {
        required.push("details");
        properties.insert("details".to_owned(), details.as_value().clone());
    }
    let mut schema = Map::from_iter([
        ("type".to_owned(), "object".into()),
        ("properties".to_owned(), properties.into()),
        ("required".to_owned(), required.into()),
    ]);
    if !description.doc().is_empty() {
        schema.insert("description".to_owned(), description.doc().into());
    }
    schema.into()
}

/// The schema of the `error` of a response with one of the standard codes.
pub(super) fn standard() -> Value {
    json!({
        "description": "What the framework itself answers with.",
        "type": "object",
        "properties": { "code": { "enum": code::ALL }, "message": { "type": "string" }, "details": true },
        "required": ["code", "message"],
    })
}

/// The schema of the `error` of a response, whatever its code.
pub(super) fn any(own_codes: &[CodeDescription]) -> Value {
    json!({ "anyOf": own_codes.iter().map(own).chain([standard()]).collect::<Vec<_>>() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_standard_code_is_explained_once() {
        assert_eq!(STANDARD.map(|(code, _)| code), code::ALL);
    }
}
