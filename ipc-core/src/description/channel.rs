//! What the description says of a channel.

use std::time::Duration;

use schemars::{JsonSchema, Schema};
use serde::{Deserialize, Deserializer, Serialize};

use super::schema;

/// What one channel takes and answers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(transform = schema::require_kind)]
pub struct ChannelDescription {
    /// The doc comment of the handler.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(super) doc: String,
    /// The note of the handler's `#[deprecated]`; empty where that has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub(super) deprecated: Option<String>,
    /// The permission that the handler names. Where it names none, the channel's name is the permission.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub(super) permission: Option<String>,
    /// How the channel is called.
    #[serde(default, deserialize_with = "known", skip_serializing_if = "Option::is_none")]
    #[schemars(with = "ChannelKind")]
    pub(super) kind: Option<ChannelKind>,
    /// How many milliseconds the handler may take from the arrival of the request to the end of the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "u64")]
    pub(super) timeout_ms: Option<u64>,
    /// Whether the handler runs to its end when nobody waits for its answer any more.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) detached: bool,
    /// The request, as the server reads it.
    #[schemars(schema_with = "schema::any")]
    pub(super) request: Schema,
    /// An item of the stream that the caller sends beside its request, as the server reads it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "schema::any")]
    pub(super) incoming: Option<Schema>,
    /// The response's `data`, as the server writes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "schema::any")]
    pub(super) response: Option<Schema>,
    /// An item of the stream that the channel answers with, as the server writes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "schema::any")]
    pub(super) item: Option<Schema>,
    /// The codes of the handler's own errors. Beside them stand the standard codes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) errors: Vec<CodeDescription>,
    /// The fingerprint of what travels on the channel.
    #[schemars(regex(pattern = "^[0-9a-f]{16}$"))]
    pub(super) fingerprint: String,
}

/// How a channel is called: what goes to it, and what comes back.
///
/// Whatever is answered once can be sent as a notification too, by a caller who wants no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ChannelKind {
    /// One request, one response.
    Call,
    /// One request, a stream of items.
    // Named apart from the trait `Stream`, whose whole path the compiler would write in the messages of every user.
    #[serde(rename = "stream")]
    ServerStream,
    /// A request and a stream of items beside it, one response.
    Upload,
    /// A stream of items each way.
    Duplex,
}

impl ChannelKind {
    /// The kind of a channel that takes a stream if `incoming`, and answers with one if `item`.
    pub(super) const fn of(incoming: bool, item: bool) -> Self {
        match (incoming, item) {
            (false, false) => Self::Call,
            (false, true) => Self::ServerStream,
            (true, false) => Self::Upload,
            (true, true) => Self::Duplex,
        }
    }

    /// The kind as the description writes it: `call`, `stream`, `upload` or `duplex`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Call => "call",
            Self::ServerStream => "stream",
            Self::Upload => "upload",
            Self::Duplex => "duplex",
        }
    }
}

/// Reads a kind, and passes over one that a later version may write: the parts of the channel tell theirs as well.
fn known<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<ChannelKind>, D::Error> {
    let kind = Option::<String>::deserialize(deserializer)?;
    let all = [ChannelKind::Call, ChannelKind::ServerStream, ChannelKind::Upload, ChannelKind::Duplex];
    Ok(kind.and_then(|name| all.into_iter().find(|kind| kind.name() == name)))
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

    /// How the channel is called.
    pub fn kind(&self) -> ChannelKind {
        self.kind.unwrap_or_else(|| ChannelKind::of(self.incoming.is_some(), self.item.is_some()))
    }

    /// How long the handler may take from the arrival of the request to the end of its answer, to the millisecond; `None`
    /// where it does not say. A caller's own deadline holds as well.
    pub fn timeout(&self) -> Option<Duration> {
        self.timeout_ms.map(Duration::from_millis)
    }

    /// The same in milliseconds, as the document has it.
    #[cfg(feature = "export")]
    pub(crate) fn timeout_ms(&self) -> Option<u64> {
        self.timeout_ms
    }

    /// Whether the handler runs to its end when nobody waits for its answer any more.
    pub fn detached(&self) -> bool {
        self.detached
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
    /// codes, with the names of Rust types, or with other channels; nor with the permission and the timeout: who may call,
    /// and how long it may take, is the server's affair, and what travels stays the same.
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }
}

/// One code that a handler's error can have.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CodeDescription {
    /// The code, in SCREAMING_SNAKE_CASE.
    pub(super) code: String,
    /// The doc comment of the variant.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(super) doc: String,
    /// The error's `details`, as the server writes them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "schema::any")]
    pub(super) details: Option<Schema>,
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
