//! An event on its way: encoded once, however many subscribe.

use std::cell::Cell;
use std::fmt;
use std::ops::Range;

use bytes::Bytes;

use super::{Event, Lag};
use crate::body::Body;
use crate::envelope::attachments::{put_table, table_bytes};
use crate::json::write_json;

/// An attachment of at most so many bytes is copied behind what stands before it: a segment of its own costs the
/// kernel, for each subscriber, about what copying this much costs once.
const COPIED_BYTES: usize = 4096;

/// The most bytes that an event has, the table of its attachments included: the lengths in the table, and the one in
/// the header of a message, have 32 bits.
pub(super) const MAX_BYTES: usize = u32::MAX as usize;

/// An event, as it is sent to every subscriber.
pub struct PublishedEvent {
    channel: &'static str,
    key: Option<String>,
    lag: Lag,
    segments: Segments,
    /// Where the JSON stands in the first segment.
    json: Range<usize>,
    attachments: Vec<Bytes>,
    bytes: usize,
}

/// The payload in parts. Most events have one, which needs no room of its own.
enum Segments {
    One(Bytes),
    Several(Vec<Bytes>),
}

thread_local! {
    /// Where events are written, so that each is kept in just the room that it needs.
    static WRITTEN: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

/// Why an event cannot be sent.
#[derive(Debug)]
pub(super) enum EncodeError {
    Json(serde_json::Error),
    TooLarge(usize),
}

impl PublishedEvent {
    /// Encodes an event, whose key is this.
    pub(super) fn encode<E: Event>(event: &E, key: Option<String>) -> Result<Self, EncodeError> {
        let mut body = Body { json: WRITTEN.take(), attachments: vec![] };
        body.json.clear();
        body.write(|json| write_json(json, event)).map_err(EncodeError::Json)?;
        if !body.attachments.is_empty() || body.json.len() > COPIED_BYTES {
            return Self::of_body(E::CHANNEL, key, E::LAG, body);
        }
        let json = Bytes::copy_from_slice(&body.json);
        WRITTEN.set(body.json);
        Self::of_json(E::CHANNEL, key, E::LAG, json).bounded()
    }

    /// The event that is nothing but JSON.
    fn of_json(channel: &'static str, key: Option<String>, lag: Lag, json: Bytes) -> Self {
        let (bytes, attachments) = (json.len(), vec![]);
        Self { channel, key, lag, json: 0..bytes, bytes, segments: Segments::One(json), attachments }
    }

    /// The event without a key that is nothing but this JSON.
    pub(super) fn copied(channel: &'static str, lag: Lag, json: &[u8]) -> Self {
        Self::of_json(channel, None, lag, Bytes::copy_from_slice(json))
    }

    /// The event that has this body.
    pub(super) fn of_body(
        channel: &'static str,
        key: Option<String>,
        lag: Lag,
        body: Body,
    ) -> Result<Self, EncodeError> {
        let Body { json, attachments } = body;
        if attachments.is_empty() {
            return Self::of_json(channel, key, lag, json.into()).bounded();
        }
        let table = table_bytes(attachments.len());
        let all = attachments.iter().fold(table.saturating_add(json.len()), |all, one| all.saturating_add(one.len()));
        if all > MAX_BYTES {
            return Err(EncodeError::TooLarge(all));
        }
        let small = attachments.iter().map(Bytes::len).filter(|length| *length <= COPIED_BYTES).sum::<usize>();
        let mut head = Vec::with_capacity(table + json.len() + small);
        put_table(&mut head, attachments.iter().map(Bytes::len));
        head.extend_from_slice(&json);
        let mut segments = vec![];
        let mut open = head;
        let mut places = Vec::with_capacity(attachments.len());
        for attachment in attachments {
            if attachment.len() <= COPIED_BYTES {
                let start = open.len();
                open.extend_from_slice(&attachment);
                places.push((segments.len(), start..open.len()));
            } else {
                if !open.is_empty() {
                    segments.push(Bytes::from(std::mem::take(&mut open)));
                }
                places.push((segments.len(), 0..attachment.len()));
                segments.push(attachment);
            }
        }
        if !open.is_empty() {
            segments.push(Bytes::from(open));
        }
        // What was copied is kept once: the attachments are parts of the segments.
        let attachments = places
            .into_iter()
            .filter_map(|(segment, range)| segments.get(segment).map(|segment| segment.slice(range)))
            .collect();
        let (json, segments) = (table..table + json.len(), Segments::Several(segments));
        Self { channel, key, lag, json, bytes: all, segments, attachments }.bounded()
    }

    fn bounded(self) -> Result<Self, EncodeError> {
        if self.bytes > MAX_BYTES { Err(EncodeError::TooLarge(self.bytes)) } else { Ok(self) }
    }

    /// The channel that it was published on.
    pub fn channel(&self) -> &'static str {
        self.channel
    }

    /// The JSON of its key, in the canonical form.
    pub fn key(&self) -> Option<&str> {
        self.key.as_deref()
    }

    /// What becomes of a subscriber that has no room for it.
    pub fn lag(&self) -> Lag {
        self.lag
    }

    /// The payload of the message that it travels in, in parts that follow each other.
    pub fn segments(&self) -> &[Bytes] {
        match &self.segments {
            Segments::One(segment) => std::slice::from_ref(segment),
            Segments::Several(segments) => segments,
        }
    }

    /// Whether the payload begins with a table of attachments.
    pub fn has_attachments(&self) -> bool {
        !self.attachments.is_empty()
    }

    /// The bytes of the payload.
    pub fn payload_bytes(&self) -> usize {
        self.bytes
    }

    /// Its JSON.
    pub fn json(&self) -> &[u8] {
        self.segments().first().and_then(|head| head.get(self.json.clone())).unwrap_or_default()
    }

    /// What its JSON names by place.
    pub fn attachments(&self) -> &[Bytes] {
        &self.attachments
    }
}

impl fmt::Debug for PublishedEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { channel, key, lag, bytes, .. } = self;
        f.debug_struct("PublishedEvent")
            .field("channel", channel)
            .field("key", key)
            .field("lag", lag)
            .field("bytes", bytes)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::envelope::attachments::split;

    fn event(json: &[u8], attachments: Vec<Bytes>) -> PublishedEvent {
        let body = Body { json: json.to_vec(), attachments };
        PublishedEvent::of_body("a:b", None, Lag::DropOldest, body).expect("a small event")
    }

    #[test]
    fn an_event_without_binary_data_is_its_json() {
        let event = event(br#"{"online":true}"#, vec![]);
        assert_eq!(event.segments(), [Bytes::from_static(br#"{"online":true}"#)]);
        assert_eq!(event.json(), br#"{"online":true}"#);
        assert!(!event.has_attachments());
        assert_eq!(event.payload_bytes(), 15);
    }

    #[test]
    fn the_payload_of_an_event_with_binary_data_is_that_of_any_message() {
        let large = Bytes::from(vec![7; COPIED_BYTES + 1]);
        let sent = vec![Bytes::from_static(b"ab"), large.clone(), Bytes::new(), Bytes::from_static(b"c"), large];
        let event = event(br#"["$0","$1","$2","$3","$4"]"#, sent.clone());
        let payload: Vec<u8> = event.segments().iter().flatten().copied().collect();
        assert_eq!(payload.len(), event.payload_bytes());
        let parts = split(&payload).expect("a table");
        assert_eq!(&payload[parts.json], event.json());
        let received: Vec<_> = parts.attachments.into_iter().map(|part| payload[part].to_vec()).collect();
        assert_eq!(received, sent);
        assert_eq!(event.attachments(), sent);
        assert!(event.has_attachments());
    }

    #[test]
    fn large_binary_data_is_not_copied() {
        let large = Bytes::from(vec![7; COPIED_BYTES + 1]);
        let event = event(b"\"$0\"", vec![large.clone()]);
        assert_eq!(event.segments().len(), 2);
        assert_eq!(event.segments()[1].as_ptr(), large.as_ptr());
        assert_eq!(event.attachments()[0].as_ptr(), large.as_ptr());
    }
}
