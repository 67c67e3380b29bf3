//! The description of a router: what each channel takes and answers, for tools and for people.

mod build;
mod channel;
#[cfg(feature = "export")]
pub mod diff;
mod event;
mod fingerprint;
mod marks;
mod names;
mod part;
mod schema;

use std::collections::{BTreeMap, BTreeSet};

use schemars::{JsonSchema, Schema};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::schema as references;

pub(crate) use build::{Draft, DraftAnswer, Drafts, Generators, build};
pub use channel::{ChannelDescription, ChannelKind, CodeDescription};
pub use event::EventDescription;
pub(crate) use event::EventDraft;
pub(crate) use part::MayEvent;

/// The dialect of every schema in a description.
pub(crate) const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";

/// What every channel of a router takes and answers, and what is published on it, over one set of type definitions.
///
/// [`Router::description`](crate::Router::description) makes it. With serde it is written as one JSON document, the same
/// bytes for the same contract: channels, definitions and keys are sorted.
///
/// The document is the root that its references start from (`#/$defs/Item`); [`standalone`](Self::standalone) cuts out
/// one schema with what it refers to. Requests and responses share the definitions. A type that reads otherwise than it
/// is written (a field with `#[serde(default)]` may be left out of a request and always stands in a response) has two:
/// `Item` for what is read, `ItemOutput` for what is written.
///
/// Readers pass over keys that they do not know, so that a later version can add some. [`schema`](Self::schema) has every key.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(
    description = "What every channel of a router takes and answers, and what is published on it, over one set of \
                          type definitions."
)]
pub struct Description {
    /// The dialect of every schema in the document.
    #[serde(rename = "$schema")]
    #[schemars(schema_with = "schema::dialect")]
    dialect: String,
    /// The major version of the protocol that the channels are served by.
    protocol: u16,
    /// The program that wrote the document, and its version.
    generator: String,
    /// The fingerprint of the whole contract.
    #[schemars(regex(pattern = "^[0-9a-f]{16}$"))]
    fingerprint: String,
    /// The channels that are called, by their names.
    channels: BTreeMap<String, ChannelDescription>,
    /// The events, by the names of their channels.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    events: BTreeMap<String, EventDescription>,
    /// The types that the schemas refer to, by their names.
    #[serde(rename = "$defs")]
    #[schemars(schema_with = "schema::named")]
    definitions: BTreeMap<String, Schema>,
}

impl Description {
    /// The major version of the protocol that the channels are served by.
    pub fn protocol(&self) -> u16 {
        self.protocol
    }

    /// The program that wrote the description, and its version: `ipc-bridge 0.1.0`.
    pub fn generator(&self) -> &str {
        &self.generator
    }

    /// The fingerprint of the whole contract: 16 lower-case hexadecimal digits.
    ///
    /// It is made from the names and [fingerprints](ChannelDescription::fingerprint) of the channels and of the events,
    /// so it is the same for two processes that agree on all of them. It tells contracts apart that differ by accident;
    /// it is no cryptographic hash.
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    /// The channels with their names, sorted by name.
    pub fn channels(&self) -> impl ExactSizeIterator<Item = (&str, &ChannelDescription)> {
        self.channels.iter().map(|(name, channel)| (name.as_str(), channel))
    }

    /// The channel of this name.
    pub fn channel(&self, name: &str) -> Option<&ChannelDescription> {
        self.channels.get(name)
    }

    /// The events with the names of their channels, sorted by name.
    pub fn events(&self) -> impl ExactSizeIterator<Item = (&str, &EventDescription)> {
        self.events.iter().map(|(name, event)| (name.as_str(), event))
    }

    /// The event that is published on the channel of this name.
    pub fn event(&self, name: &str) -> Option<&EventDescription> {
        self.events.get(name)
    }

    /// The type definitions that the schemas refer to, sorted by name.
    pub fn definitions(&self) -> impl ExactSizeIterator<Item = (&str, &Schema)> {
        self.definitions.iter().map(|(name, schema)| (name.as_str(), schema))
    }

    /// The type definition of this name.
    pub fn definition(&self, name: &str) -> Option<&Schema> {
        self.definitions.get(name)
    }

    /// The JSON Schema of descriptions as they are written.
    ///
    /// It is `docs/description.schema.json` in the repository. A schema says what is there, and lets pass what it does not
    /// know.
    pub fn schema() -> Schema {
        schema::of_descriptions()
    }

    /// The names of the definitions that these schemas need.
    fn needed<'a>(&self, schemas: impl Iterator<Item = &'a Schema>) -> BTreeSet<String> {
        let mut needed = BTreeSet::new();
        let mut next = Vec::new();
        for schema in schemas {
            references::referenced(schema.as_value(), &mut |name| next.push(name.to_owned()));
        }
        while let Some(name) = next.pop() {
            if let Some(definition) = self.definitions.get(&name)
                && needed.insert(name)
            {
                references::referenced(definition.as_value(), &mut |name| next.push(name.to_owned()));
            }
        }
        needed
    }

    /// One schema of the description as a document of its own, with the definitions that it needs and no others.
    #[must_use]
    pub fn standalone(&self, schema: &Schema) -> Schema {
        let needed = self.needed(std::iter::once(schema));
        let mut document = schema.clone();
        document.insert("$schema".to_owned(), Value::from(DIALECT));
        if !needed.is_empty() {
            let definitions =
                needed.into_iter().filter_map(|name| self.definitions.get(&name).map(|s| (name, s.as_value().clone())));
            document.insert("$defs".to_owned(), Value::Object(definitions.collect()));
        }
        document
    }
}

/// Why a router cannot be described.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DescriptionError {
    /// Two types would have one name.
    #[error("the types `{first}` and `{second}` would both be called `{name}` in the schema: {}", names::rename(.first))]
    SharedName {
        /// The name.
        name: String,
        /// The path of one type.
        first: String,
        /// The path of the other.
        second: String,
    },
    /// A type that reads otherwise than it is written needs a second name, which another type has.
    #[error(
        "the type `{path}` is written otherwise than it is read, and what is written would be called `{name}` in the \
         schema, as `{taken}` is: {}",
        names::rename(.taken)
    )]
    OutputName {
        /// The name.
        name: String,
        /// The path of the type that needs it.
        path: String,
        /// The path of the type that has it.
        taken: String,
    },
    /// A field of an event says `#[ipc(bigint)]`, and the schema of the event has no place for it.
    #[error(
        "`#[ipc(bigint)]` on a field of the event `{channel}` has no place in its schema, which is not the one of its \
         fields: derive `JsonSchema` for it, or write `\"x-ipc-bigint\": true` where the schema is made"
    )]
    Unmarked {
        /// The channel of the event.
        channel: String,
    },
}
