//! Byte buffers that are lent for the time they are needed, so that a connection at rest holds none.

use std::cell::RefCell;

/// The bytes that one read may bring: a whole fragment with its header, and more small frames than fill a socket's
/// attention at once.
pub(crate) const READ_BYTES: usize = 72 * 1024;

/// The buffers that a thread keeps for the next use, and the largest it keeps: a frame being read, one being written
/// and one being encoded are lent at a time.
const KEPT: usize = 4;

thread_local! {
    static KEPT_BUFFERS: RefCell<Vec<Vec<u8>>> = const { RefCell::new(Vec::new()) };
}

/// An empty buffer.
pub(crate) fn lend() -> Vec<u8> {
    KEPT_BUFFERS.with_borrow_mut(Vec::pop).unwrap_or_default()
}

/// Takes a buffer back. One that has grown far is let go, as are more than a thread uses at a time.
pub(crate) fn give_back(mut buffer: Vec<u8>) {
    if buffer.capacity() == 0 || buffer.capacity() > 2 * READ_BYTES {
        return;
    }
    buffer.clear();
    KEPT_BUFFERS.with_borrow_mut(|kept| {
        if kept.len() < KEPT {
            kept.push(buffer);
        }
    });
}
