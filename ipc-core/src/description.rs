//! The description of a router: what each channel takes and answers, for tools and for people.

mod build;
#[cfg(feature = "export")]
pub mod diff;
mod event;
mod fingerprint;
mod names;
mod part;

use std::collections::{BTreeMap, BTreeSet};

use schemars::Schema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::schema;

pub(crate) use build::{Draft, DraftAnswer, Drafts, Generators, build};
pub use event::EventDescription;
pub(crate) use event::EventDraft;
pub(crate) use part::MayEvent;

/// The dialect of every schema in a description.
const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";

/// What every channel of a router takes and answers, and what is published on it, over one set of type definitions.
///
/// [`Router::description`](crate::Router::description) makes it. With serde it is written as one JSON document, the same
/// bytes for the same contract: channels, definitions and keys are sorted.
///
/// The document is the root that its references start from (`#/$defs/Item`); [`standalone`](Self::standalone) cuts out
/// one schema with what it refers to. Requests and responses share the definitions. A type that reads otherwise than it
/// is written (a field with `#[serde(default)]` may be left out of a request and always stands in a response) has two:
/// `Item` for what is read, `ItemOutput` for what is written.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Description {
    #[serde(rename = "$schema")]
    dialect: String,
    protocol: u16,
    generator: String,
    fingerprint: String,
    channels: BTreeMap<String, ChannelDescription>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    events: BTreeMap<String, EventDescription>,
    #[serde(rename = "$defs")]
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

    /// The names of the definitions that these schemas need.
    fn needed<'a>(&self, schemas: impl Iterator<Item = &'a Schema>) -> BTreeSet<String> {
        let mut needed = BTreeSet::new();
        let mut next = Vec::new();
        for schema in schemas {
            schema::referenced(schema.as_value(), &mut |name| next.push(name.to_owned()));
        }
        while let Some(name) = next.pop() {
            if let Some(definition) = self.definitions.get(&name)
                && needed.insert(name)
            {
                schema::referenced(definition.as_value(), &mut |name| next.push(name.to_owned()));
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

/// What one channel takes and answers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChannelDescription {
    #[serde(default, skip_serializing_if = "String::is_empty")]
    doc: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    deprecated: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    permission: Option<String>,
    request: Schema,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    incoming: Option<Schema>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    response: Option<Schema>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    item: Option<Schema>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    errors: Vec<CodeDescription>,
    fingerprint: String,
}

impl ChannelDescription {
    /// The doc comment of the handler, empty where it has none.
    pub fn doc(&self) -> &str {
        &self.doc
    }

    /// The note of the handler's `#[deprecated]`, empty where that has none.
    pub fn deprecated(&self) -> Option<&str> {
        self.deprecated.as_deref()
    }

    /// The permission that the handler names, and every caller needs a grant for; `None` where it names none: then its
    /// channel's name is the permission, and a peer of the same user has it by itself.
    pub fn permission(&self) -> Option<&str> {
        self.permission.as_deref()
    }

    /// The schema of the request, as the server reads it.
    pub fn request(&self) -> &Schema {
        &self.request
    }

    /// The schema of an item of the stream that the caller sends beside its request, as the server reads it; `None`
    /// where the channel takes no stream.
    pub fn incoming(&self) -> Option<&Schema> {
        self.incoming.as_ref()
    }

    /// The schema of the response's `data`, as the server writes it; `None` where the channel answers with a stream.
    pub fn response(&self) -> Option<&Schema> {
        self.response.as_ref()
    }

    /// The schema of an item of the stream that the channel answers with, as the server writes it; `None` where the
    /// channel answers once.
    pub fn item(&self) -> Option<&Schema> {
        self.item.as_ref()
    }

    /// The codes of the handler's own errors, in the order of their declaration. Beside them stand the
    /// [standard codes](crate::code).
    pub fn errors(&self) -> &[CodeDescription] {
        &self.errors
    }

    /// The fingerprint of what travels on this channel: 16 lower-case hexadecimal digits.
    ///
    /// It changes when the request, the response, a code or its details change in shape or in constraints. It does not
    /// change with docs, titles, examples, default values and deprecations, with the order of fields, variants and
    /// codes, with the names of Rust types, or with other channels; nor with the permission: who may call is the server's
    /// affair, and what travels stays the same.
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }
}

/// One code that a handler's error can have.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CodeDescription {
    code: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    doc: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    details: Option<Schema>,
}

impl CodeDescription {
    /// The code, in SCREAMING_SNAKE_CASE.
    pub fn code(&self) -> &str {
        &self.code
    }

    /// The doc comment of the variant, empty where it has none.
    pub fn doc(&self) -> &str {
        &self.doc
    }

    /// The schema of the error's `details`, as the server writes them; `None` where the code has none.
    pub fn details(&self) -> Option<&Schema> {
        self.details.as_ref()
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
}
