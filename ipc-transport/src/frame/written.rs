//! Frames that are being written, until they are appended to what is to be sent.

use bytes::Bytes;
use ipc_core::Body;
use ipc_core::envelope::attachments::{put_table, table_bytes};
use ipc_core::envelope::{FRAGMENT_BYTES, Flags, Kind};

use super::{COPIED_BYTES, FLAGS_AT, Large, Started, end, finish, take_large};

/// Whole frames, one behind the other, and the one that is being written. Attachments are not copied into them: that is
/// done once, when the frames are appended to others, or handed to the operating system.
#[derive(Debug, Default)]
pub(crate) struct Frames {
    /// The bytes of the frames without attachments, and those of the last one, which is being written.
    pub(crate) body: Body,
    /// The attachments of whole frames, and where in the bytes they belong.
    beside: Vec<(usize, Bytes)>,
    beside_bytes: usize,
}

impl Frames {
    /// No frames, with this room.
    pub(crate) fn within(room: Vec<u8>) -> Self {
        Self { body: Body { json: room, attachments: Vec::new() }, ..Self::default() }
    }

    /// A copy of whole frames without attachments.
    pub(crate) fn of(frames: &[u8]) -> Self {
        Self::within(frames.to_vec())
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.body.json.is_empty()
    }

    /// The bytes of all frames, with their attachments.
    pub(crate) fn len(&self) -> usize {
        self.body.json.len() + self.beside_bytes
    }

    /// The bytes of the payload whose JSON has been written, with the table and the attachments that it will have.
    pub(crate) fn message_bytes(&self, started: Started) -> usize {
        let Body { json, attachments } = &self.body;
        let table = if attachments.is_empty() { 0 } else { table_bytes(attachments.len()) };
        started.payload_bytes(json) + table + attachments.iter().map(Bytes::len).sum::<usize>()
    }

    /// Ends a frame whose JSON has been written, with what travels beside it. Where it is too large for one frame, or its
    /// attachments are better sent from where they lie, it is taken back out and answered.
    pub(crate) fn end(&mut self, kind: Kind, id: u32, started: Started) -> Option<Large> {
        let Self { body: Body { json, attachments }, beside, beside_bytes } = self;
        if attachments.is_empty() {
            return end(json, kind, id, started);
        }
        let mut table = Vec::with_capacity(table_bytes(attachments.len()));
        put_table(&mut table, attachments.iter().map(Bytes::len));
        json.splice(started.payload..started.payload, table);
        if let Some(flags) = json.get_mut(started.header + FLAGS_AT) {
            *flags |= Flags { attachments: true, ..Flags::default() }.to_byte();
        }
        let attached: usize = attachments.iter().map(Bytes::len).sum();
        if attached > COPIED_BYTES || started.payload_bytes(json) + attached > FRAGMENT_BYTES {
            return Some(take_large(json, kind, id, started, std::mem::take(attachments)));
        }
        finish(json, started, attached);
        *beside_bytes += attached;
        let at = json.len();
        beside.extend(attachments.drain(..).map(|bytes| (at, bytes)));
        None
    }

    /// Takes the frame that is being written back out.
    pub(crate) fn take_back(&mut self, started: Started) {
        started.take_back(&mut self.body.json);
        self.body.attachments.clear();
    }

    /// Copies the frames behind `out`. Their room stays.
    pub(crate) fn move_to(&mut self, out: &mut Vec<u8>) {
        let json = &self.body.json;
        let mut copied = 0;
        if !self.beside.is_empty() {
            out.reserve(json.len() + std::mem::take(&mut self.beside_bytes));
            for (at, bytes) in self.beside.drain(..) {
                out.extend_from_slice(json.get(copied..at).unwrap_or_default());
                out.extend_from_slice(&bytes);
                copied = at;
            }
        }
        out.extend_from_slice(json.get(copied..).unwrap_or_default());
        self.body.json.clear();
    }

    /// Moves other frames behind these. Their room stays.
    pub(crate) fn append(&mut self, other: &mut Self) {
        let before = self.body.json.len();
        self.body.json.append(&mut other.body.json);
        self.beside.extend(other.beside.drain(..).map(|(at, bytes)| (before + at, bytes)));
        self.beside_bytes += std::mem::take(&mut other.beside_bytes);
    }

    /// The attachments that have not been copied.
    #[cfg(test)]
    pub(super) fn beside(&self) -> impl Iterator<Item = &Bytes> {
        self.beside.iter().map(|(_, bytes)| bytes)
    }

    /// Drops what is left, and answers the room.
    pub(crate) fn into_room(self) -> Vec<u8> {
        self.body.json
    }
}
