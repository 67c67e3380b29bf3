//! What the two programs agree on, and nothing else: a crate that both depend on, and neither's code.
//!
//! `examples/service_contract.rs` has the two programs.

use ipc_bridge::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A note.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Note {
    /// Its number.
    pub id: u64,
    /// What it says.
    pub text: String,
}

/// A note that is to be kept.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, garde::Validate)]
pub struct Draft {
    /// What it says.
    #[garde(length(chars, min = 1, max = 1000))]
    pub text: String,
}

/// A note was kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, Event)]
#[event("notes:added")]
pub struct NoteAdded {
    /// The note.
    pub note: Note,
}

/// Why a note is not answered, or not kept.
#[derive(Debug, PartialEq, thiserror::Error, IpcError)]
pub enum NoteError {
    /// There is no such note.
    #[error("no note {id}")]
    NotFound {
        /// The number that was asked for.
        id: u64,
    },
    /// A draft is not valid, or the drafts broke off.
    #[error(transparent)]
    #[ipc(transparent)]
    Incoming(#[from] IncomingError),
}

/// Notes, kept by the process that implements this.
#[service(prefix = "notes", events(NoteAdded))]
pub trait Notes {
    /// Keeps a note, and answers it with its number.
    #[handler]
    async fn add(
        &self,
        /// What the note says.
        #[garde(length(chars, min = 1, max = 1000))]
        text: String,
    ) -> Note;

    /// Fetches one note.
    #[handler]
    async fn fetch(&self, #[garde(range(min = 1))] id: u64) -> Result<Note, NoteError>;

    /// All notes, in the order of their numbers.
    #[handler("notes:list")]
    fn all(&self) -> Vec<Note>;

    /// The notes in which a word stands, one after the other.
    #[handler]
    fn find(&self, #[garde(length(min = 1))] word: String) -> impl Stream<Item = Note>;

    /// Keeps many notes, each as soon as it arrives, and answers how many these were.
    #[handler]
    async fn import(&self, drafts: Incoming<Draft>) -> Result<usize, NoteError>;

    /// How many notes there are.
    ///
    /// An implementation that can count without making a list of them may.
    #[handler]
    fn count(&self) -> usize {
        self.all().len()
    }
}
