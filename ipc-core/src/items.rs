//! Items on their way, apart from what carries them: the two ends of every stream.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{self, Poll};

use bytes::Bytes;

use crate::body::Body;

/// What arrives of a stream.
#[derive(Debug)]
pub enum Received<'a> {
    /// The next item: its JSON, and its attachments.
    Item(&'a [u8], Vec<Bytes>),
    /// No item follows.
    End(Ending),
}

/// Why no item follows.
#[derive(Debug)]
pub enum Ending {
    /// The caller ended the stream that it sent beside its request.
    Finished,
    /// The call was answered: the response's JSON, and its attachments.
    Answered(Vec<u8>, Vec<Bytes>),
    /// The call's deadline passed.
    TimedOut,
    /// What this side was to send beside its request broke off, and the call with it: why.
    Unsent(Unsent),
    /// The call was cancelled, or the connection is gone: why.
    Gone(Arc<str>),
}

/// Why what goes beside a request broke off.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unsent(pub String);

/// Where the items of a stream come in.
pub trait ReceiveItems: Send {
    /// The next item, or why there is none. It is not asked again after the end.
    fn poll_item(&mut self, cx: &mut task::Context<'_>) -> Poll<Received<'_>>;
}

impl fmt::Debug for dyn ReceiveItems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ReceiveItems")
    }
}

/// What is written of a stream that a caller sends.
pub(crate) trait SendItems: Send {
    /// Writes the next item's JSON behind what `out` holds; `None` when there is none.
    fn poll_item(self: Pin<&mut Self>, cx: &mut task::Context<'_>, out: &mut Body) -> Poll<Option<Result<(), Unsent>>>;
}

/// The items that a caller sends beside its request.
pub struct Upload(Pin<Box<dyn SendItems>>);

impl Upload {
    pub(crate) fn of(items: impl SendItems + 'static) -> Self {
        Self(Box::pin(items))
    }

    /// Writes the next item's JSON behind what `out` holds; `None` when there is none.
    pub fn poll_item(&mut self, cx: &mut task::Context<'_>, out: &mut Body) -> Poll<Option<Result<(), Unsent>>> {
        self.0.as_mut().poll_item(cx, out)
    }
}

impl fmt::Debug for Upload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Upload")
    }
}

/// Items that go from their sender to their receiver in one process.
pub(crate) struct Direct {
    upload: Upload,
    item: Body,
}

impl Direct {
    pub(crate) fn new(upload: Upload) -> Self {
        Self { upload, item: Body::default() }
    }
}

impl ReceiveItems for Direct {
    fn poll_item(&mut self, cx: &mut task::Context<'_>) -> Poll<Received<'_>> {
        self.item.json.clear();
        self.item.attachments.clear();
        self.upload.poll_item(cx, &mut self.item).map(|sent| match sent {
            Some(Ok(())) => Received::Item(&self.item.json, std::mem::take(&mut self.item.attachments)),
            Some(Err(unsent)) => Received::End(Ending::Unsent(unsent)),
            None => Received::End(Ending::Finished),
        })
    }
}
