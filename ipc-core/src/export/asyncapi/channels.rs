//! The channels of a document.

use serde_json::{Map, Value, json};

use super::super::extensions;
use super::messages;
use super::schemas::Schemas;
use crate::description::Description;

/// The channels by their ids, which are their names.
pub(super) fn all(description: &Description, schemas: &Schemas) -> Map<String, Value> {
    let handlers = description.channels().map(|(name, channel)| {
        let messages = messages::of_channel(channel, schemas);
        (name.to_owned(), one(name, channel.doc(), messages, extensions::of_channel(channel)))
    });
    let events = description.events().map(|(name, event)| {
        let mut about = extensions::of_event(event);
        about.extend(event.key().map(|key| ("x-ipc-key".to_owned(), schemas.lowered(key))));
        (name.to_owned(), one(name, event.doc(), messages::of_event(event, schemas), about))
    });
    handlers.chain(events).collect()
}

fn one(name: &str, doc: &str, messages: Map<String, Value>, extensions: Map<String, Value>) -> Value {
    let mut channel = extensions;
    channel.insert("address".to_owned(), name.into());
    channel.insert("messages".to_owned(), messages.into());
    channel.insert("tags".to_owned(), json!([{ "name": namespace(name) }]));
    if !doc.is_empty() {
        channel.insert("description".to_owned(), doc.into());
    }
    channel.into()
}

/// What stands before the first `:` of a channel's name.
pub(super) fn namespace(channel: &str) -> &str {
    channel.split(':').next().unwrap_or(channel)
}
