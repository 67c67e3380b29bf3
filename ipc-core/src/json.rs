//! JSON as it is written and read: serde_json's, whose texts are written many bytes at a time.

use std::io;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Serializer;
use serde_json::ser::Formatter;

mod texts;

use self::texts::{Texts, put_text};

/// Writes a value as JSON behind what `out` holds.
///
/// # Errors
///
/// What serde says of a value that is no JSON. What it had written by then stands in `out`.
pub fn write_json<T: Serialize + ?Sized>(out: &mut Vec<u8>, value: &T) -> Result<(), serde_json::Error> {
    value.serialize(Texts(&mut Serializer::with_formatter(out, Compact)))
}

/// Reads JSON. That all of it is text is seen in one go here, and not by serde_json for each text in it.
///
/// # Errors
///
/// It is no UTF-8, or what serde says.
pub(crate) fn read_json<T: DeserializeOwned>(json: &[u8]) -> Result<T, serde_json::Error> {
    match std::str::from_utf8(json) {
        Ok(text) => serde_json::from_str(text),
        Err(error) => Err(serde::de::Error::custom(error)),
    }
}

/// Compact JSON. What serde_json takes for an array of bytes is a text: [`Texts`] passes no other on.
#[derive(Clone, Copy)]
struct Compact;

impl Formatter for Compact {
    #[inline]
    fn write_byte_array<W: io::Write + ?Sized>(&mut self, writer: &mut W, text: &[u8]) -> io::Result<()> {
        put_text(writer, text)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::value::RawValue;

    use super::*;

    fn written<T: Serialize + ?Sized>(value: &T) -> String {
        let mut out = Vec::new();
        write_json(&mut out, value).expect("JSON");
        String::from_utf8(out).expect("text")
    }

    #[test]
    fn json_that_is_no_text_is_refused() {
        let error = read_json::<String>(b"\"\xff\"").expect_err("no UTF-8");
        assert!(error.to_string().starts_with("invalid utf-8"), "{error}");
        assert_eq!(read_json::<String>("\"ß\"".as_bytes()).expect("a text"), "ß");
    }

    #[test]
    fn every_character_at_every_place_of_a_text_is_written_as_serde_json_writes_it() {
        let special = (0..0x100).filter_map(char::from_u32).chain(['€', '🦀', '\u{2028}', '\u{fffd}']);
        for character in special {
            for place in [0, 1, 63, 64, 65, 127, 128, 200, 299] {
                let mut text = "a".repeat(300);
                text.insert(place, character);
                text.insert(place / 2, character);
                assert_eq!(written(&text), serde_json::to_string(&text).expect("JSON"), "{character:?} at {place}");
            }
        }
        for length in 1..80 {
            for place in 0..length {
                for character in ["\"", "\\", "\u{1f}", "\u{7f}", "ß"] {
                    let mut text = "a".repeat(length);
                    text.replace_range(place..=place, character);
                    assert_eq!(written(&text), serde_json::to_string(&text).expect("JSON"), "{text}");
                }
            }
        }
        for length in 0..400 {
            let text = "\u{1}\"\\\n".chars().cycle().take(length).collect::<String>();
            assert_eq!(written(&text), serde_json::to_string(&text).expect("JSON"), "{length}");
        }
    }

    #[test]
    fn whatever_serde_knows_is_written_as_serde_json_writes_it() {
        #[derive(Serialize)]
        enum Every<'a> {
            Unit,
            Newtype(&'a str),
            Tuple(&'a str, u128, i128),
            Struct { text: &'a str, none: Option<u8>, some: Option<&'a str> },
        }
        #[derive(Serialize)]
        struct Newtype<'a>(&'a str);
        #[derive(Serialize)]
        struct Pair<'a>(&'a str, f32);
        struct Raw(&'static [u8]);
        impl Serialize for Raw {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_bytes(self.0)
            }
        }
        let long = "a long text\n".repeat(30);
        let raw = RawValue::from_string(format!("{{ \"raw\" : \"{}\" }}", "r".repeat(300))).expect("JSON");
        let keys = BTreeMap::from([(long.as_str(), 1.5), ("", f64::MIN_POSITIVE)]);
        let numbers = BTreeMap::from([(-7_i64, 'c'), (8, '"')]);
        let value = (
            [Every::Unit, Every::Newtype(&long), Every::Tuple(&long, u128::MAX, i128::MIN)],
            Every::Struct { text: &long, none: None, some: Some(&long) },
            (Newtype(&long), Pair(&long, f32::NAN), (), [(); 0], Raw(b""), Raw(&[0, 255, 34]), Raw(&[7; 300])),
            (keys, numbers, true, raw, serde_json::json!({"a": [long, null, -1, 1e300]})),
        );
        assert_eq!(written(&value), serde_json::to_string(&value).expect("JSON"));
    }

    #[test]
    fn a_value_that_is_no_json_is_refused_as_serde_json_refuses_it() {
        let unwritable = BTreeMap::from([([1_u8], "a long text".repeat(30))]);
        let error = write_json(&mut Vec::new(), &unwritable).expect_err("a key that is no text");
        assert_eq!(error.to_string(), serde_json::to_string(&unwritable).expect_err("the same").to_string());
    }
}
