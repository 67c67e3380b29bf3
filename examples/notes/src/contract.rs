//! What travels: notes, what is told of them, and what can be wrong.

use ipc_bridge::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a note is known by. It grows with time, and is far above 2⁵³: in TypeScript it is a `bigint`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[schemars(extend("x-ipc-bigint" = true))]
pub struct NoteId(pub u64);

impl std::fmt::Display for NoteId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// A note that is yet to be written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, garde::Validate)]
pub struct Draft {
    /// One line.
    #[garde(length(chars, min = 1, max = 200))]
    pub title: String,
    #[serde(default)]
    #[garde(skip)]
    pub text: String,
    #[serde(default)]
    #[garde(length(max = 16), inner(length(chars, min = 1, max = 40)))]
    pub tags: Vec<String>,
}

/// A note.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Note {
    pub id: NoteId,
    /// 1 when it was written, and one more with each change.
    pub revision: u32,
    pub title: String,
    pub text: String,
    pub tags: Vec<String>,
    pub attachments: Vec<Attachment>,
}

/// What lists show of a note.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Summary {
    pub id: NoteId,
    pub title: String,
    pub tags: Vec<String>,
}

/// A file that a note has, without what is in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Attachment {
    pub name: String,
    /// How many bytes it has.
    pub size: u64,
}

/// What the backend is busy with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Activity {
    /// The searches that go on now.
    pub searches: u32,
    /// How many notes all searches have found so far.
    pub found: u64,
    /// The calls that wait for a newer revision of a note.
    pub waiting: u32,
}

/// What happened to a note.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    Added,
    Edited,
    Attached,
    Removed,
}

/// A note was written, changed or taken away. Whoever is slow gets the last change of each note.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, Event)]
#[event("notes:changed", key = "id", lag = "keep_latest")]
pub struct NoteChanged {
    pub id: NoteId,
    pub change: Change,
    pub title: String,
}

/// How much there is. A new subscriber is told at once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, Event)]
#[event("notes:status", retain, lag = "keep_latest")]
pub struct Status {
    pub notes: u32,
    pub attachments: u32,
    /// The bytes of all attachments.
    pub bytes: u64,
}

/// Somebody looks at a note. The frontends tell it to each other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, Event)]
#[event("notes:opened", key = "id")]
pub struct NoteOpened {
    pub id: NoteId,
    /// Who looks, as the frontend names itself.
    pub by: String,
}

/// Why a note was not found.
#[derive(Debug, thiserror::Error, IpcError)]
pub enum FindError {
    /// There is none of this id.
    #[error("there is no note {id}")]
    NotFound { id: NoteId },
    #[error("the notes cannot be read")]
    #[ipc(internal)]
    Store(#[from] rusqlite::Error),
}

/// Why a note was not changed.
#[derive(Debug, thiserror::Error, IpcError)]
pub enum EditError {
    /// There is none of this id.
    #[error("there is no note {id}")]
    NotFound { id: NoteId },
    /// Somebody else has changed it: look at it again.
    #[error("note {id} is at revision {revision} by now")]
    Conflict { id: NoteId, revision: u32 },
    #[error("the note cannot be stored")]
    #[ipc(internal)]
    Store(#[from] rusqlite::Error),
}

/// Why there is no attachment.
#[derive(Debug, thiserror::Error, IpcError)]
pub enum AttachmentError {
    /// The note has none of this name, or there is no such note.
    #[error("note {id} has no attachment `{name}`")]
    NoAttachment { id: NoteId, name: String },
    #[error("the attachment cannot be read")]
    #[ipc(internal)]
    Store(#[from] rusqlite::Error),
}

/// Why a note was not written.
#[derive(Debug, thiserror::Error, IpcError)]
pub enum StoreError {
    #[error("the notes cannot be read or written")]
    #[ipc(internal)]
    Store(#[from] rusqlite::Error),
}

/// Why an import ended early. What came before stays.
#[derive(Debug, thiserror::Error, IpcError)]
pub enum ImportError {
    #[error("the notes cannot be stored")]
    #[ipc(internal)]
    Store(#[from] rusqlite::Error),
    #[error("the storing of the notes did not end well")]
    #[ipc(internal)]
    Thread(#[from] tokio::task::JoinError),
    #[error(transparent)]
    #[ipc(transparent)]
    Incoming(#[from] IncomingError),
}

/// Why a newer revision did not come.
#[derive(Debug, thiserror::Error, IpcError)]
pub enum NewerError {
    /// There is none of this id, or no more.
    #[error("there is no note {id}")]
    NotFound { id: NoteId },
    #[error("the note cannot be read")]
    #[ipc(internal)]
    Store(#[from] rusqlite::Error),
    #[error("the reading of the note did not end well")]
    #[ipc(internal)]
    Thread(#[from] tokio::task::JoinError),
}
