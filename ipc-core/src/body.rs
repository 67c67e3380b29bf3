//! The body of a message in the making: its JSON, and the binary data that travels beside it.
//!
//! Serde knows nothing of a second stream beside the text, so the place where binary data goes while a value is
//! written, and comes from while it is read, is the thread's for that time.

use std::cell::{Cell, RefCell};

use bytes::Bytes;

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
        let scope = Scope::enter(Place::Written, std::mem::take(&mut self.attachments));
        let written = write(&mut self.json);
        self.attachments = scope.leave();
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
    let _scope = Scope::enter(Place::Read, attachments);
    read()
}

/// Where binary data goes, or comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Into the text: there is nothing but JSON.
    Text,
    /// Beside the JSON that is written.
    Written,
    /// From beside the JSON that is read.
    Read,
}

thread_local! {
    static PLACE: Cell<Place> = const { Cell::new(Place::Text) };
    /// The attachments of that place, and whether there are any: most messages have none, and do without the first.
    static ATTACHMENTS: RefCell<Vec<Bytes>> = const { RefCell::new(Vec::new()) };
    static ANY: Cell<bool> = const { Cell::new(false) };
}

/// Puts these attachments in place of those that are there.
#[inline]
fn exchange(attachments: Vec<Bytes>) -> Vec<Bytes> {
    let any = !attachments.is_empty();
    if ANY.replace(any) || any { ATTACHMENTS.replace(attachments) } else { Vec::new() }
}

/// The place that holds until the scope ends, by a panic too.
struct Scope {
    before: Option<(Place, Vec<Bytes>)>,
}

impl Scope {
    #[inline]
    fn enter(place: Place, attachments: Vec<Bytes>) -> Self {
        Self { before: Some((PLACE.replace(place), exchange(attachments))) }
    }

    /// Ends the scope, and answers its attachments.
    #[inline]
    fn leave(mut self) -> Vec<Bytes> {
        self.end()
    }

    #[inline]
    fn end(&mut self) -> Vec<Bytes> {
        let Some((place, attachments)) = self.before.take() else { return Vec::new() };
        PLACE.set(place);
        exchange(attachments)
    }
}

impl Drop for Scope {
    fn drop(&mut self) {
        self.end();
    }
}

/// Puts `bytes` beside the JSON that is being written, and tells its place; nothing where there is no place for it.
pub(crate) fn attach(bytes: &Bytes) -> Option<usize> {
    if PLACE.get() != Place::Written {
        return None;
    }
    ATTACHMENTS.with_borrow_mut(|attachments| {
        let index = attachments.len();
        if index >= MAX_ATTACHMENTS {
            return None;
        }
        attachments.push(bytes.clone());
        ANY.set(true);
        Some(index)
    })
}

/// The attachment at this place of the message that is being read.
pub(crate) fn attached(index: usize) -> Option<Bytes> {
    if PLACE.get() != Place::Read {
        return None;
    }
    ATTACHMENTS.with_borrow(|attachments| attachments.get(index).cloned())
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use super::*;

    #[test]
    fn each_value_that_is_written_or_read_within_another_has_a_place_of_its_own() {
        let (mut outer, mut inner) = (Body::default(), Body::default());
        let outer_done = outer.write(|_| {
            assert_eq!(attach(&Bytes::from_static(b"one")), Some(0));
            let inner_done = inner.write(|_| {
                assert_eq!(attach(&Bytes::from_static(b"two")), Some(0));
                assert_eq!(attached(0), None, "nothing is read here");
                Ok::<_, ()>(())
            });
            read_with(vec![Bytes::from_static(b"three")], || {
                assert_eq!(attached(0).as_deref(), Some(&b"three"[..]));
                assert_eq!(attach(&Bytes::new()), None, "nothing is written here");
            });
            assert_eq!(attach(&Bytes::from_static(b"four")), Some(1));
            inner_done
        });
        assert_eq!(outer_done, Ok(()));
        assert_eq!((outer.attachments.concat(), inner.attachments.concat()), (b"onefour".to_vec(), b"two".to_vec()));
        assert_eq!(attach(&Bytes::new()), None, "nothing is written any more");
    }

    #[test]
    fn what_panics_while_it_is_written_leaves_nothing_behind() {
        let mut body = Body::default();
        let panicked = catch_unwind(AssertUnwindSafe(|| {
            body.write::<()>(|_| {
                attach(&Bytes::from_static(b"one"));
                panic!("a value that cannot be written")
            })
        }));
        assert!(panicked.is_err());
        let mut next = Body::default();
        assert_eq!(next.write(|_| Ok::<_, ()>(())), Ok(()));
        assert!(next.attachments.is_empty());
    }
}
