//! Events that tests publish, and the hub as a whole.

use std::sync::Arc;

use super::Lag;
use super::published::PublishedEvent;
use crate::body::Body;

/// An event with this key and so many bytes.
pub(super) fn published(key: Option<&str>, bytes: usize) -> Arc<PublishedEvent> {
    let body = Body { json: vec![b' '; bytes], attachments: vec![] };
    let key = key.map(str::to_owned);
    Arc::new(PublishedEvent::of_body("test:event", key, Lag::KeepLatest, body).expect("a small event"))
}
