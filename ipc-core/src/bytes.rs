//! Binary data in payloads.

use std::borrow::Cow;
use std::fmt;
use std::ops::Deref;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::Visitor;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::body;

/// Binary data, anywhere in a payload: the whole of it, a field, an element, an item of a stream.
///
/// On a connection it travels beside the JSON of its message, byte for byte, as an attachment: never as base64, and
/// never as an array of numbers. A clone is one reference count. Each side copies it at most once: what a message has of
/// more than 16 KiB is sent from where it lies, and less is copied once, with what else is about to be sent; where it
/// arrives it is copied out of what was read, or read to where it stays. Where there is nothing but JSON, in a log for
/// instance, it is its base64 text.
///
/// ```
/// use ipc_core::Bytes;
///
/// let picture = Bytes::from(vec![0x89, 0x50, 0x4e, 0x47]);
/// assert_eq!(picture.len(), 4);
/// assert_eq!(serde_json::to_string(&picture)?, r#""iVBORw==""#);
/// assert_eq!(serde_json::from_str::<Bytes>(r#""iVBORw==""#)?, picture);
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// In a JSON Schema it is `{"type": "string", "x-ipc-binary": true}`: on a connection, the text tells the place of the
/// attachment (`"$0"`, which is no base64); elsewhere, it is the base64.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Bytes(bytes::Bytes);

/// What the text begins with that stands for an attachment. It is no letter of base64.
const ATTACHMENT: char = '$';

impl Bytes {
    /// No bytes.
    pub const fn new() -> Self {
        Self(bytes::Bytes::new())
    }

    /// Bytes that live as long as the program.
    pub const fn from_static(bytes: &'static [u8]) -> Self {
        Self(bytes::Bytes::from_static(bytes))
    }

    /// What `text` stands for in the message that is being read, if it stands for binary data.
    pub(crate) fn of_place(text: &str) -> Option<Self> {
        let place = text.strip_prefix(ATTACHMENT)?;
        // The text is that of a number and nothing else, as it is written.
        place.parse().ok().filter(|index: &usize| index.to_string() == place).and_then(body::attached).map(Self)
    }

    /// The base64 text.
    pub(crate) fn to_base64(&self) -> String {
        STANDARD.encode(&self.0)
    }

    /// The same bytes as the `bytes` crate has them, without a copy.
    pub fn into_inner(self) -> bytes::Bytes {
        self.0
    }
}

impl Deref for Bytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

impl AsRef<[u8]> for Bytes {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Takes the bytes over, without a copy.
impl From<Vec<u8>> for Bytes {
    fn from(bytes: Vec<u8>) -> Self {
        Self(bytes.into())
    }
}

impl From<bytes::Bytes> for Bytes {
    fn from(bytes: bytes::Bytes) -> Self {
        Self(bytes)
    }
}

impl From<Bytes> for bytes::Bytes {
    fn from(bytes: Bytes) -> Self {
        bytes.0
    }
}

impl From<&'static [u8]> for Bytes {
    fn from(bytes: &'static [u8]) -> Self {
        Self::from_static(bytes)
    }
}

impl From<String> for Bytes {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}

impl FromIterator<u8> for Bytes {
    fn from_iter<I: IntoIterator<Item = u8>>(bytes: I) -> Self {
        Self(bytes.into_iter().collect())
    }
}

impl Serialize for Bytes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match body::attach(&self.0) {
            Some(index) => serializer.collect_str(&format_args!("{ATTACHMENT}{index}")),
            None => serializer.collect_str(&base64::display::Base64Display::new(&self.0, &STANDARD)),
        }
    }
}

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(Text)
    }
}

struct Text;

impl Visitor<'_> for Text {
    type Value = Bytes;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an attachment, or its base64 text")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Bytes, E> {
        if text.starts_with(ATTACHMENT) {
            let attached = Bytes::of_place(text);
            return attached.ok_or_else(|| E::custom(format_args!("the message has no attachment `{text}`")));
        }
        match STANDARD.decode(text) {
            Ok(bytes) => Ok(bytes.into()),
            Err(error) => Err(E::custom(format_args!("neither an attachment nor base64: {error}"))),
        }
    }
}

impl JsonSchema for Bytes {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Bytes".into()
    }

    fn schema_id() -> Cow<'static, str> {
        concat!(module_path!(), "::Bytes").into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "x-ipc-binary": true })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::body::{Body, read_with};

    #[test]
    fn bytes_travel_beside_the_json_that_names_their_places() {
        let (one, other) = (Bytes::from(vec![1, 2]), Bytes::from(vec![3]));
        let mut body = Body::default();
        body.write(|json| serde_json::to_writer(json, &(&one, "text", &other))).expect("JSON");
        assert_eq!(body.json, br#"["$0","text","$1"]"#);
        assert_eq!(body.attachments, [one.clone().into_inner(), other.clone().into_inner()]);
        let read = read_with(body.attachments, || serde_json::from_slice::<(Bytes, String, Bytes)>(&body.json));
        assert_eq!(read.expect("what was written"), (one, "text".to_owned(), other));
    }

    #[test]
    fn a_place_that_holds_nothing_is_an_error_that_names_it() {
        for text in [r#""$1""#, r#""$""#, r#""$-1""#, r#""$x""#, r#""$00""#, r#""$+0""#] {
            let error = read_with(vec![bytes::Bytes::new()], || serde_json::from_str::<Bytes>(text)).expect_err(text);
            assert!(error.to_string().starts_with("the message has no attachment `$"), "{error}");
        }
        let error = serde_json::from_str::<Bytes>(r#""$0""#).expect_err("no message at all");
        assert!(error.to_string().starts_with("the message has no attachment `$0`"), "{error}");
    }

    #[test]
    fn what_is_no_base64_and_what_is_no_text_is_refused() {
        let said = |json| serde_json::from_str::<Bytes>(json).expect_err(json).to_string();
        assert!(said(r#""a b""#).starts_with("neither an attachment nor base64"), "{}", said(r#""a b""#));
        assert!(said("[1,2]").contains("expected an attachment, or its base64 text"), "{}", said("[1,2]"));
    }
}
