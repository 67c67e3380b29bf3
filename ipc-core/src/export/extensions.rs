//! What the formats of others have no word for, in keys of our own.

use serde_json::{Map, Value, json};

use crate::description::{ChannelDescription, Description, EventDescription};

/// Of the whole contract.
pub(super) fn of_contract(description: &Description) -> Map<String, Value> {
    keys([
        ("x-ipc-protocol", Some(description.protocol().into())),
        ("x-ipc-generator", Some(description.generator().into())),
        ("x-ipc-fingerprint", Some(description.fingerprint().into())),
    ])
}

/// Of a channel that is called.
pub(super) fn of_channel(channel: &ChannelDescription) -> Map<String, Value> {
    keys([
        ("x-ipc-kind", Some(channel.kind().name().into())),
        ("x-ipc-permission", channel.permission().map(Value::from)),
        ("x-ipc-timeout-ms", channel.timeout_ms().map(Value::from)),
        ("x-ipc-detached", channel.detached().then_some(true.into())),
        ("x-ipc-deprecated", channel.deprecated().map(Value::from)),
        ("x-ipc-fingerprint", Some(channel.fingerprint().into())),
    ])
}

/// Of a channel on which an event is published.
pub(super) fn of_event(event: &EventDescription) -> Map<String, Value> {
    keys([
        ("x-ipc-kind", Some("event".into())),
        ("x-ipc-permission", event.permission().map(Value::from)),
        ("x-ipc-publish-permission", event.publish_permission().map(Value::from)),
        ("x-ipc-lag", Some(json!(event.lag()))),
        ("x-ipc-retain", Some(event.retain().into())),
        ("x-ipc-shared", Some(event.shared().into())),
        ("x-ipc-deprecated", event.deprecated().map(Value::from)),
        ("x-ipc-fingerprint", Some(event.fingerprint().into())),
    ])
}

fn keys<const N: usize>(values: [(&str, Option<Value>); N]) -> Map<String, Value> {
    values.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?))).collect()
}
