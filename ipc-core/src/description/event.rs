//! What the description says of an event.

use std::collections::BTreeSet;

use schemars::{JsonSchema, Schema};
use serde::{Deserialize, Serialize};

use super::build::{Generators, mended, refer_to_outputs};
use super::fingerprint::Fingerprints;
use super::marks::Marks;
use super::{DescriptionError, schema};
use crate::event::{Event, Lag};
use crate::handler::HandlerDoc;

/// What is published on one channel.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct EventDescription {
    /// The doc comment of the event.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    doc: String,
    /// The note of the event's `#[deprecated]`; empty where that has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    deprecated: Option<String>,
    /// The permission that the event names for subscribing. Where it names none, the channel's name is the permission.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub(super) permission: Option<String>,
    /// The permission that the event names for publishing, where peers may. Where it names none, it is the channel's name
    /// and `:publish`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub(super) publish_permission: Option<String>,
    /// The event, as the server writes it.
    #[schemars(schema_with = "schema::any")]
    pub(super) data: Schema,
    /// The key that a subscriber can ask for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "schema::any")]
    pub(super) key: Option<Schema>,
    /// Whether a new subscriber gets the last event at once: the last of each key, where the event has keys.
    retain: bool,
    /// What becomes of a subscriber that does not keep up.
    lag: Lag,
    /// Whether peers may publish it too.
    pub(super) shared: bool,
    /// The fingerprint of what travels on the channel.
    #[schemars(regex(pattern = "^[0-9a-f]{16}$"))]
    fingerprint: String,
}

impl EventDescription {
    /// The doc comment of the event, empty where it has none.
    pub fn doc(&self) -> &str {
        &self.doc
    }

    /// The note of the event's `#[deprecated]`, empty where that has none.
    pub fn deprecated(&self) -> Option<&str> {
        self.deprecated.as_deref()
    }

    /// The permission that the event names, and every subscriber needs a grant for; `None` where it names none: then its
    /// channel's name is the permission, and a peer of the same user has it by itself.
    pub fn permission(&self) -> Option<&str> {
        self.permission.as_deref()
    }

    /// The permission that the event names for publishing it; `None` where it names none: then that is the channel's name
    /// and `:publish`. A peer of the same user has that by itself where no [`permission`](Self::permission) is named
    /// either.
    pub fn publish_permission(&self) -> Option<&str> {
        self.publish_permission.as_deref()
    }

    /// The schema of the event, as the server writes it.
    pub fn data(&self) -> &Schema {
        &self.data
    }

    /// The schema of the key that a subscriber can ask for, as the server writes it; `None` where the event has none.
    pub fn key(&self) -> Option<&Schema> {
        self.key.as_ref()
    }

    /// Whether a new subscriber gets the last event at once: the last of each key, where the event has keys.
    pub fn retain(&self) -> bool {
        self.retain
    }

    /// What becomes of a subscriber that does not keep up.
    pub fn lag(&self) -> Lag {
        self.lag
    }

    /// Whether peers may publish it too.
    pub fn shared(&self) -> bool {
        self.shared
    }

    /// The fingerprint of what travels on this channel: 16 lower-case hexadecimal digits.
    ///
    /// It changes when the event or its key changes in shape or in constraints, and when peers may publish it or may no
    /// longer. It does not change with docs, names of Rust types, permissions, or with what becomes of events that
    /// are not taken.
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }
}

/// What an event says of its channel.
pub(crate) struct EventDraft {
    doc: HandlerDoc,
    permissions: [Option<&'static str>; 2],
    data: Schema,
    key: Option<Schema>,
    retain: bool,
    lag: Lag,
    marks: Option<Marks>,
}

impl EventDraft {
    pub(crate) fn of<E: Event>(generators: &mut Generators) -> Self {
        Self {
            doc: E::DOC,
            permissions: [E::PERMISSION, E::PUBLISH_PERMISSION],
            data: generators.output.subschema_for::<E>(),
            key: E::describe_key(&mut generators.output),
            retain: E::RETAIN,
            lag: E::LAG,
            marks: Marks::of::<E>(generators),
        }
    }

    /// Brings the marks of the event's fields into its schema.
    pub(super) fn mark(&mut self, generators: &mut Generators) -> Result<(), DescriptionError> {
        self.marks.as_ref().map_or(Ok(()), |marks| marks.put(&mut self.data, generators))
    }

    /// The description of the event, which peers may publish too if it is `shared`.
    pub(super) fn finish(
        self,
        shared: bool,
        renamed: &BTreeSet<String>,
        fingerprints: &mut Fingerprints,
    ) -> EventDescription {
        let written = |schema| {
            let mut schema = mended(schema);
            refer_to_outputs(&mut schema, renamed);
            schema
        };
        let Self { doc, permissions, data, key, retain, lag, marks: _ } = self;
        let [permission, publish_permission] = permissions.map(|permission| permission.map(str::to_owned));
        let mut event = EventDescription {
            doc: doc.text.to_owned(),
            deprecated: doc.deprecated.map(str::to_owned),
            permission,
            publish_permission,
            data: written(data),
            key: key.map(written),
            retain,
            lag,
            shared,
            fingerprint: String::new(),
        };
        event.fingerprint = fingerprints.event(&event);
        event
    }
}
