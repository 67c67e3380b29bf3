//! Changes, as they are told.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What differs between two contracts, in the order of their channels, events and places.
///
/// With `Display`, it is one line for each change; with serde, one document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changes {
    pub(super) old: String,
    pub(super) new: String,
    pub(super) changes: Vec<Change>,
}

impl Changes {
    /// The [fingerprint](crate::Description::fingerprint) of the old contract.
    pub fn old_fingerprint(&self) -> &str {
        &self.old
    }

    /// The [fingerprint](crate::Description::fingerprint) of the new contract.
    pub fn new_fingerprint(&self) -> &str {
        &self.new
    }

    /// Whether nothing differs, documentation included.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// The number of changes.
    pub fn len(&self) -> usize {
        self.changes.len()
    }

    /// All of them.
    pub fn iter(&self) -> std::slice::Iter<'_, Change> {
        self.changes.iter()
    }

    /// Whether a client of the old contract may fail at a server of the new one.
    pub fn is_breaking(&self) -> bool {
        self.breaking().next().is_some()
    }

    /// The changes by which a client of the old contract may fail at a server of the new one.
    pub fn breaking(&self) -> impl Iterator<Item = &Change> {
        self.changes.iter().filter(|change| change.is_breaking())
    }
}

impl<'a> IntoIterator for &'a Changes {
    type Item = &'a Change;
    type IntoIter = std::slice::Iter<'a, Change>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl IntoIterator for Changes {
    type Item = Change;
    type IntoIter = std::vec::IntoIter<Change>;

    fn into_iter(self) -> Self::IntoIter {
        self.changes.into_iter()
    }
}

impl fmt::Display for Changes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, change) in self.changes.iter().enumerate() {
            if number > 0 {
                f.write_str("\n")?;
            }
            change.fmt(f)?;
        }
        Ok(())
    }
}

/// One thing that is different.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    pub(super) subject: Subject,
    pub(super) channel: String,
    pub(super) place: String,
    pub(super) kind: ChangeKind,
    pub(super) what: String,
    pub(super) why: String,
    pub(super) breaks: Breaks,
}

impl Change {
    /// Whether it is about a handler's channel, an event, or the contract as a whole.
    pub fn subject(&self) -> Subject {
        self.subject
    }

    /// The channel of the handler or of the event; empty where it is about the whole contract.
    pub fn channel(&self) -> &str {
        &self.channel
    }

    /// The place within what travels on the channel; empty where it is about the channel itself.
    ///
    /// `request.limit`, `incoming`, `response.items[].name`, `item`, `errors.NOT_FOUND.details`, `data`, `key`. The items of
    /// a list are `[]`, the elements of a tuple `[0]`, the entries of a map `[*]`, and what a variant has is behind its
    /// name: `response.shape<Circle>.radius`.
    pub fn place(&self) -> &str {
        &self.place
    }

    /// What kind of change it is.
    pub fn kind(&self) -> ChangeKind {
        self.kind
    }

    /// What is different now, in words: `the field is new and required`.
    pub fn what(&self) -> &str {
        &self.what
    }

    /// Why it breaks somebody, or why nobody: `old clients do not send it`.
    pub fn why(&self) -> &str {
        &self.why
    }

    /// Whom it breaks.
    pub fn breaks(&self) -> Breaks {
        self.breaks
    }

    /// Whether a client of the old contract may fail at a server of the new one: what makes a change a breaking one.
    pub fn is_breaking(&self) -> bool {
        self.breaks.old_clients
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { channel, place, what, why, .. } = self;
        for part in [channel, place] {
            if !part.is_empty() {
                write!(f, "{part}: ")?;
            }
        }
        write!(f, "{what} ({why})")
    }
}

/// What a change is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Subject {
    /// The contract as a whole.
    Contract,
    /// The channel of a handler.
    Channel,
    /// An event.
    // Named apart from the trait `Event`, whose whole path the compiler would write in the messages of every user.
    #[serde(rename = "event")]
    EventChannel,
}

/// Whom a change breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Breaks {
    /// A client of the old contract at a server of the new one: the server must not be updated before all its clients.
    pub old_clients: bool,
    /// A client of the new contract at a server of the old one: the client must not be updated before its server.
    pub new_clients: bool,
}

/// What kind of change it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ChangeKind {
    /// Another version of the protocol.
    Protocol,
    /// A channel or an event is new.
    ChannelAdded,
    /// A channel or an event is gone.
    ChannelRemoved,
    /// A channel answers with a stream, takes one, is an event, or is so no more.
    ChannelKind,
    /// Another permission is needed.
    Permission,
    /// An error has a code that it had not.
    CodeAdded,
    /// An error has a code no more.
    CodeRemoved,
    /// An error's code has details, or has none any more.
    Details,
    /// How long an answer may take.
    Timeout,
    /// Whether a handler runs to its end when nobody waits for it any more.
    Detached,
    /// Whether an event's subscribers get the last one at once.
    Retain,
    /// What becomes of an event's subscribers that do not keep up.
    Lag,
    /// Whether an event has a key.
    Key,
    /// Whether peers may publish an event.
    Shared,
    /// Another type.
    Type,
    /// Whether it may be null.
    Nullable,
    /// Another bound, length, pattern or format.
    Constraint,
    /// A field that was not there.
    FieldAdded,
    /// A field that is gone.
    FieldRemoved,
    /// A field that might be left out, and is always there now.
    FieldRequired,
    /// A field that was always there, and may be left out now.
    FieldOptional,
    /// Whether there may be further fields or entries.
    FurtherFields,
    /// A variant, or another alternative, that was not there.
    VariantAdded,
    /// A variant, or another alternative, that is gone.
    VariantRemoved,
    /// Something that is not judged, and taken for breaking.
    NotJudged,
    /// Another default value.
    // Named apart from the trait `Default`, whose whole path the compiler would write in the messages of every user.
    #[serde(rename = "default")]
    DefaultValue,
    /// Another documentation.
    Documentation,
    /// Deprecated now, or no more, or with another note.
    Deprecation,
    /// Sensitive now, or no more.
    // Named apart from the type `Sensitive`, whose whole path the compiler would write in the messages of every user.
    #[serde(rename = "sensitive")]
    Sensitivity,
    /// The schema is written otherwise, and has the same values.
    Wording,
}
