//! What travels on a channel, as messages: the whole body of each.

use serde_json::{Map, Value, json};

use super::super::failures;
use super::schemas::Schemas;
use crate::description::{ChannelDescription, CodeDescription, EventDescription};

/// The id of the message with a standard code. No code of a handler is written so.
pub(super) const FAILURE: &str = "failure";

/// The messages of a channel that is called, by their ids: those that are received, and those that answer.
pub(super) fn of_channel(channel: &ChannelDescription, schemas: &Schemas) -> Map<String, Value> {
    let mut messages = Map::new();
    let mut add = |id: &str, message: Value| messages.insert(id.to_owned(), message);
    add("request", message("request", "What the caller sends.", schemas.lowered(channel.request())));
    if let Some(incoming) = channel.incoming() {
        let summary = "One item of the stream that the caller sends beside the request.";
        add("incoming", message("incoming", summary, schemas.lowered(incoming)));
    }
    if let Some(response) = channel.response() {
        add("response", message("response", "The answer.", success(&schemas.lowered(response))));
    }
    if let Some(item) = channel.item() {
        add("item", message("item", "One item of the answer.", schemas.lowered(item)));
        add("end", message("end", "All items have been sent.", success(&json!({ "type": "null" }))));
    }
    for code in channel.errors() {
        add(code.code(), failure(code, schemas));
    }
    add(FAILURE, reference());
    messages
}

/// The messages of a channel on which an event is published, by their ids.
pub(super) fn of_event(event: &EventDescription, schemas: &Schemas) -> Map<String, Value> {
    let mut messages = Map::new();
    let data = message("event", "What is published.", schemas.lowered(event.data()));
    messages.insert("event".to_owned(), data);
    if event.shared() {
        let response = message("response", "The event has been published.", success(&json!({ "type": "null" })));
        messages.insert("response".to_owned(), response);
        messages.insert(FAILURE.to_owned(), reference());
    }
    messages
}

/// The message with a standard code, to which those of the channels refer.
pub(super) fn standard_failure() -> Value {
    message(FAILURE, "What the framework itself answers with.", failed(failures::standard()))
}

fn reference() -> Value {
    json!({ "$ref": format!("#/components/messages/{FAILURE}") })
}

fn failure(code: &CodeDescription, schemas: &Schemas) -> Value {
    let mut error = failures::own(code);
    schemas.lower(&mut error);
    message(code.code(), code.doc(), failed(error))
}

fn message(name: &str, summary: &str, payload: Value) -> Value {
    let mut message = Map::from_iter([("name".to_owned(), name.into()), ("payload".to_owned(), payload)]);
    if let Some(summary) = super::operations::first_sentence(summary) {
        message.insert("summary".to_owned(), summary.into());
    }
    if summary.contains('\n') {
        message.insert("description".to_owned(), summary.into());
    }
    message.into()
}

fn success(data: &Value) -> Value {
    json!({
        "type": "object",
        "properties": { "success": { "const": true }, "data": data },
        "required": ["success", "data"],
        "additionalProperties": false,
    })
}

fn failed(error: Value) -> Value {
    json!({
        "type": "object",
        "properties": { "success": { "const": false }, "error": error },
        "required": ["success", "error"],
        "additionalProperties": false,
    })
}
