//! Texts, past serde_json's look at every byte.
//!
//! serde_json asks of each byte whether it is escaped. [`Texts`] stands before its serializer and hands it a text as an
//! array of bytes, which its formatter writes as a text again; a real array of bytes never gets there. Everything else is
//! passed on as it is, so that serde_json decides what JSON is.

use std::fmt::Display;
use std::io;

use serde::ser::{
    Serialize, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple,
    SerializeTupleStruct, SerializeTupleVariant, Serializer,
};

/// What the names of serde_json's own structs begin with, by which it knows its own values: they are none of ours.
const OWN: &str = "$serde_json::private::";

/// A serializer, or a part of one, to which texts are handed as arrays of bytes.
pub(super) struct Texts<S>(pub(super) S);

/// A value that is serialised so.
struct Within<'a, T: ?Sized>(&'a T);

impl<T: Serialize + ?Sized> Serialize for Within<'_, T> {
    #[inline]
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(Texts(serializer))
    }
}

/// Fields of a struct, which may be one of serde_json's own.
pub(super) struct Fields<S> {
    inner: S,
    own: bool,
}

/// Passes a scalar on.
macro_rules! pass {
    ($($name:ident: $type:ty,)*) => {$(
        #[inline]
        fn $name(self, value: $type) -> Result<S::Ok, S::Error> {
            self.0.$name(value)
        }
    )*};
}

impl<S: Serializer> Serializer for Texts<S> {
    type Ok = S::Ok;
    type Error = S::Error;
    type SerializeSeq = Texts<S::SerializeSeq>;
    type SerializeTuple = Texts<S::SerializeTuple>;
    type SerializeTupleStruct = Texts<S::SerializeTupleStruct>;
    type SerializeTupleVariant = Texts<S::SerializeTupleVariant>;
    type SerializeMap = Texts<S::SerializeMap>;
    type SerializeStruct = Fields<S::SerializeStruct>;
    type SerializeStructVariant = Texts<S::SerializeStructVariant>;

    pass! {
        serialize_bool: bool,
        serialize_i8: i8,
        serialize_i16: i16,
        serialize_i32: i32,
        serialize_i64: i64,
        serialize_i128: i128,
        serialize_u8: u8,
        serialize_u16: u16,
        serialize_u32: u32,
        serialize_u64: u64,
        serialize_u128: u128,
        serialize_f32: f32,
        serialize_f64: f64,
        serialize_char: char,
        serialize_unit_struct: &'static str,
    }

    #[inline]
    fn serialize_str(self, text: &str) -> Result<S::Ok, S::Error> {
        self.0.serialize_bytes(text.as_bytes())
    }

    fn serialize_bytes(self, bytes: &[u8]) -> Result<S::Ok, S::Error> {
        self.0.collect_seq(bytes)
    }

    #[inline]
    fn serialize_none(self) -> Result<S::Ok, S::Error> {
        self.0.serialize_none()
    }

    #[inline]
    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<S::Ok, S::Error> {
        self.0.serialize_some(&Within(value))
    }

    #[inline]
    fn serialize_unit(self) -> Result<S::Ok, S::Error> {
        self.0.serialize_unit()
    }

    #[inline]
    fn serialize_unit_variant(self, name: &'static str, index: u32, variant: &'static str) -> Result<S::Ok, S::Error> {
        self.0.serialize_unit_variant(name, index, variant)
    }

    #[inline]
    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, name: &'static str, value: &T) -> Result<S::Ok, S::Error> {
        self.0.serialize_newtype_struct(name, &Within(value))
    }

    #[inline]
    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        index: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<S::Ok, S::Error> {
        self.0.serialize_newtype_variant(name, index, variant, &Within(value))
    }

    #[inline]
    fn serialize_seq(self, length: Option<usize>) -> Result<Self::SerializeSeq, S::Error> {
        self.0.serialize_seq(length).map(Texts)
    }

    #[inline]
    fn serialize_tuple(self, length: usize) -> Result<Self::SerializeTuple, S::Error> {
        self.0.serialize_tuple(length).map(Texts)
    }

    #[inline]
    fn serialize_tuple_struct(self, name: &'static str, length: usize) -> Result<Self::SerializeTupleStruct, S::Error> {
        self.0.serialize_tuple_struct(name, length).map(Texts)
    }

    #[inline]
    fn serialize_tuple_variant(
        self,
        name: &'static str,
        index: u32,
        variant: &'static str,
        length: usize,
    ) -> Result<Self::SerializeTupleVariant, S::Error> {
        self.0.serialize_tuple_variant(name, index, variant, length).map(Texts)
    }

    #[inline]
    fn serialize_map(self, length: Option<usize>) -> Result<Self::SerializeMap, S::Error> {
        self.0.serialize_map(length).map(Texts)
    }

    #[inline]
    fn serialize_struct(self, name: &'static str, length: usize) -> Result<Self::SerializeStruct, S::Error> {
        let own = name.starts_with(OWN);
        self.0.serialize_struct(name, length).map(|inner| Fields { inner, own })
    }

    #[inline]
    fn serialize_struct_variant(
        self,
        name: &'static str,
        index: u32,
        variant: &'static str,
        length: usize,
    ) -> Result<Self::SerializeStructVariant, S::Error> {
        self.0.serialize_struct_variant(name, index, variant, length).map(Texts)
    }

    #[inline]
    fn collect_str<T: Display + ?Sized>(self, value: &T) -> Result<S::Ok, S::Error> {
        self.0.collect_str(value)
    }

    #[inline]
    fn is_human_readable(&self) -> bool {
        self.0.is_human_readable()
    }
}

/// Passes the elements of a sequence on.
macro_rules! elements {
    ($($trait:ident $name:ident,)*) => {$(
        impl<S: $trait> $trait for Texts<S> {
            type Ok = S::Ok;
            type Error = S::Error;

            #[inline]
            fn $name<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), S::Error> {
                self.0.$name(&Within(value))
            }

            #[inline]
            fn end(self) -> Result<S::Ok, S::Error> {
                self.0.end()
            }
        }
    )*};
}

elements! {
    SerializeSeq serialize_element,
    SerializeTuple serialize_element,
    SerializeTupleStruct serialize_field,
    SerializeTupleVariant serialize_field,
}

impl<S: SerializeMap> SerializeMap for Texts<S> {
    type Ok = S::Ok;
    type Error = S::Error;

    /// A key is no text of any kind: serde_json makes one of numbers.
    #[inline]
    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), S::Error> {
        self.0.serialize_key(key)
    }

    #[inline]
    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), S::Error> {
        self.0.serialize_value(&Within(value))
    }

    #[inline]
    fn end(self) -> Result<S::Ok, S::Error> {
        self.0.end()
    }
}

impl<S: SerializeStruct> SerializeStruct for Fields<S> {
    type Ok = S::Ok;
    type Error = S::Error;

    #[inline]
    fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), S::Error> {
        if self.own {
            self.inner.serialize_field(name, value)
        } else {
            self.inner.serialize_field(name, &Within(value))
        }
    }

    #[inline]
    fn skip_field(&mut self, name: &'static str) -> Result<(), S::Error> {
        self.inner.skip_field(name)
    }

    #[inline]
    fn end(self) -> Result<S::Ok, S::Error> {
        self.inner.end()
    }
}

impl<S: SerializeStructVariant> SerializeStructVariant for Texts<S> {
    type Ok = S::Ok;
    type Error = S::Error;

    #[inline]
    fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), S::Error> {
        self.0.serialize_field(name, &Within(value))
    }

    #[inline]
    fn skip_field(&mut self, name: &'static str) -> Result<(), S::Error> {
        self.0.skip_field(name)
    }

    #[inline]
    fn end(self) -> Result<S::Ok, S::Error> {
        self.0.end()
    }
}

/// Whether JSON escapes this byte of a text.
#[inline]
fn is_escaped(byte: u8) -> bool {
    (byte < 0x20) | (byte == b'"') | (byte == b'\\')
}

/// Writes a text with its quotes.
pub(super) fn put_text<W: io::Write + ?Sized>(writer: &mut W, text: &[u8]) -> io::Result<()> {
    writer.write_all(b"\"")?;
    let mut rest = text;
    while !rest.is_empty() {
        let (plain, after) = rest.split_at(plain_bytes(rest));
        writer.write_all(plain)?;
        rest = after;
        if let Some((byte, after)) = rest.split_first() {
            put_escaped(writer, *byte)?;
            rest = after;
        }
    }
    writer.write_all(b"\"")
}

/// The bytes before the first that is escaped.
///
/// As many bytes are looked at together as there are, in pieces of 64, 16 or 8; the last piece overlaps the one before.
#[inline]
fn plain_bytes(text: &[u8]) -> usize {
    let plain = match text.len() {
        0..8 => 0,
        8..16 => plain_chunks::<8>(text, 0),
        16..64 => plain_chunks::<16>(text, 0),
        _ => plain_chunks::<16>(text, plain_chunks::<64>(text, 0)),
    };
    let rest = text.get(plain..).unwrap_or_default();
    plain + rest.iter().position(|byte| is_escaped(*byte)).unwrap_or(rest.len())
}

/// The bytes up to the first piece of `SIZE` in which one is escaped, where those before `plain` are not.
#[inline]
fn plain_chunks<const SIZE: usize>(text: &[u8], mut plain: usize) -> usize {
    // No branch for a byte alone: that is what lets a processor compare many at a time.
    let is_plain = |chunk: &[u8; SIZE]| !chunk.iter().fold(false, |any, byte| any | is_escaped(*byte));
    while let Some(chunk) = text.get(plain..).and_then(<[u8]>::first_chunk) {
        if !is_plain(chunk) {
            return plain;
        }
        plain += SIZE;
    }
    if text.last_chunk().is_some_and(is_plain) { text.len() } else { plain }
}

fn put_escaped<W: io::Write + ?Sized>(writer: &mut W, byte: u8) -> io::Result<()> {
    let short = match byte {
        b'"' => b'"',
        b'\\' => b'\\',
        0x08 => b'b',
        0x09 => b't',
        0x0a => b'n',
        0x0c => b'f',
        0x0d => b'r',
        _ => return write!(writer, "\\u{byte:04x}"),
    };
    writer.write_all(&[b'\\', short])
}
