//! The operations of a document: what the server receives, and what it sends.

use serde_json::{Map, Value, json};

use super::channels::namespace;
use super::messages::FAILURE;
use crate::description::{ChannelDescription, Description, EventDescription};

/// The operations by their ids.
pub(super) fn all(description: &Description) -> Map<String, Value> {
    let mut operations: Map<_, _> =
        description.channels().map(|(name, channel)| (name.to_owned(), call(name, channel))).collect();
    for (name, event) in description.events() {
        operations.insert(name.to_owned(), operation("send", name, event.doc(), event.deprecated(), &["event"], &[]));
        if event.shared() {
            // `+` stands in no channel's name, so no handler is called so.
            operations.insert(format!("{name}+publish"), publish(name, event));
        }
    }
    operations
}

fn call(name: &str, channel: &ChannelDescription) -> Value {
    let mut received = vec!["request"];
    received.extend(channel.incoming().map(|_| "incoming"));
    let mut answers = Vec::new();
    answers.extend(channel.response().map(|_| "response"));
    if channel.item().is_some() {
        answers.extend(["item", "end"]);
    }
    answers.extend(channel.errors().iter().map(|code| code.code()));
    answers.push(FAILURE);
    operation("receive", name, channel.doc(), channel.deprecated(), &received, &answers)
}

fn publish(name: &str, event: &EventDescription) -> Value {
    operation("receive", name, event.doc(), event.deprecated(), &["event"], &["response", FAILURE])
}

fn operation(
    action: &str,
    channel: &str,
    doc: &str,
    deprecated: Option<&str>,
    messages: &[&str],
    reply: &[&str],
) -> Value {
    let place = format!("#/channels/{channel}");
    let refer =
        |ids: &[&str]| -> Value { ids.iter().map(|id| json!({ "$ref": format!("{place}/messages/{id}") })).collect() };
    let mut operation = Map::from_iter([
        ("action".to_owned(), action.into()),
        ("channel".to_owned(), json!({ "$ref": place })),
        ("messages".to_owned(), refer(messages)),
        ("tags".to_owned(), json!([{ "name": namespace(channel) }])),
    ]);
    if !reply.is_empty() {
        let reply = json!({ "channel": { "$ref": place }, "messages": refer(reply) });
        operation.insert("reply".to_owned(), reply);
    }
    if let Some(summary) = first_sentence(doc) {
        operation.insert("summary".to_owned(), summary.into());
    }
    let description = match deprecated {
        None => doc.to_owned(),
        Some("") => format!("**Deprecated.**\n\n{doc}"),
        Some(note) => format!("**Deprecated:** {note}\n\n{doc}"),
    };
    if !description.is_empty() {
        operation.insert("description".to_owned(), description.trim_end().into());
    }
    operation.into()
}

/// The first line of a text, which is what a list of many shows of each.
pub(super) fn first_sentence(text: &str) -> Option<&str> {
    text.lines().map(str::trim).find(|line| !line.is_empty())
}
