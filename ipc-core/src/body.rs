//! The body of a message in the making: its JSON, and the binary data that travels beside it.
//!
//! Serde knows nothing of a second stream beside the text, so the place where binary data goes while a value is
//! written, and comes from while it is read, is the thread's for that time.

use std::cell::RefCell;

use bytes::Bytes;
use serde::de::DeserializeOwned;

use crate::envelope::attachments::MAX_ATTACHMENTS;

/// JSON that is being written, with what travels beside it. The JSON may stand behind other bytes.
#[derive(Debug, Default)]
pub struct Body {
    /// The JSON, behind what stood there before.
    pub json: Vec<u8>,
    /// What the JSON names by place: `"$0"` is the first.
    pub attachments: Vec<Bytes>,
}

/// How far a body had been written.
#[derive(Debug, Clone, Copy)]
pub struct Mark {
    json: usize,
    attachments: usize,
}

impl Body {
    /// How far it has been written.
    pub fn mark(&self) -> Mark {
        Mark { json: self.json.len(), attachments: self.attachments.len() }
    }

    /// Takes back what was written since.
    pub fn take_back(&mut self, mark: Mark) {
        self.json.truncate(mark.json);
        self.attachments.truncate(mark.attachments);
    }

    /// Writes one value behind what is there: binary data in it becomes attachments.
    ///
    /// # Errors
    ///
    /// What `write` answers; the body is as before then.
    pub fn write<E>(&mut self, write: impl FnOnce(&mut Vec<u8>) -> Result<(), E>) -> Result<(), E> {
        let mark = self.mark();
        let scope = Scope::enter(Place::Written(std::mem::take(&mut self.attachments)));
        let written = write(&mut self.json);
        if let Place::Written(attachments) = scope.leave() {
            self.attachments = attachments;
        }
        if written.is_err() {
            self.take_back(mark);
        }
        written
    }
}

/// Runs `read`, which finds these attachments in the values that it reads.
#[inline]
pub fn read_with<T>(attachments: Vec<Bytes>, read: impl FnOnce() -> T) -> T {
    if attachments.is_empty() {
        return read();
    }
    let _scope = Scope::enter(Place::Read(attachments));
    read()
}

/// Reads JSON. That all of it is text is seen in one go here, and not by serde_json for each text in it.
pub(crate) fn read_json<T: DeserializeOwned>(json: &[u8]) -> Result<T, serde_json::Error> {
    match std::str::from_utf8(json) {
        Ok(text) => serde_json::from_str(text),
        // This tells where it is none.
        Err(_) => serde_json::from_slice(json),
    }
}

/// Where binary data goes, or comes from.
enum Place {
    /// Into the text: there is nothing but JSON.
    Text,
    Written(Vec<Bytes>),
    Read(Vec<Bytes>),
}

thread_local! {
    static PLACE: RefCell<Place> = const { RefCell::new(Place::Text) };
}

/// The place that holds until the scope ends, by a panic too.
struct Scope {
    before: Option<Place>,
}

impl Scope {
    fn enter(place: Place) -> Self {
        Self { before: Some(PLACE.replace(place)) }
    }

    fn leave(mut self) -> Place {
        PLACE.replace(self.before.take().unwrap_or(Place::Text))
    }
}

impl Drop for Scope {
    fn drop(&mut self) {
        if let Some(before) = self.before.take() {
            PLACE.set(before);
        }
    }
}

/// Puts `bytes` beside the JSON that is being written, and tells its place; nothing where there is no place for it.
pub(crate) fn attach(bytes: &Bytes) -> Option<usize> {
    PLACE.with_borrow_mut(|place| match place {
        Place::Written(attachments) if attachments.len() < MAX_ATTACHMENTS => {
            attachments.push(bytes.clone());
            Some(attachments.len() - 1)
        }
        _ => None,
    })
}

/// The attachment at this place of the message that is being read.
pub(crate) fn attached(index: usize) -> Option<Bytes> {
    PLACE.with_borrow(|place| match place {
        Place::Read(attachments) => attachments.get(index).cloned(),
        _ => None,
    })
}
