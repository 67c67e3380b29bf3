//! Enums of every tagging.

use arbitrary::Arbitrary;
use ipc_bridge::Bytes;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::containers::bytes;
use super::numbers::{finite, safe, safe_signed};
use super::structs::Places;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema, Arbitrary)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Level {
    Low,
    VeryHigh,
}

/// How loud.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Arbitrary)]
pub(crate) enum DocumentedLevel {
    /// Hardly to be heard.
    Quiet,
    Loud,
    /// No longer made.
    #[deprecated]
    Deafening,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Arbitrary)]
pub(crate) enum External {
    Nil,
    /// One value.
    New(#[arbitrary(with = safe)] u64),
    Pair(#[arbitrary(with = safe_signed)] i64, String),
    Named {
        /// What is in it.
        #[arbitrary(with = bytes)]
        data: Bytes,
        places: Places,
    },
    Empty {},
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Arbitrary)]
#[serde(tag = "kind", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub(crate) enum Internal {
    Nil,
    /// A field of one name and different types.
    Number {
        #[arbitrary(with = safe)]
        the_value: u64,
    },
    Text {
        the_value: String,
    },
    Data {
        #[arbitrary(with = bytes)]
        the_value: Bytes,
    },
    Size(super::structs::Size),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Arbitrary)]
#[serde(tag = "t", content = "c")]
pub(crate) enum Adjacent {
    Nil,
    Number(#[arbitrary(with = safe)] u64),
    Data(#[arbitrary(with = bytes)] Bytes),
    Text(String),
    Pair(#[arbitrary(with = safe)] u64, String),
    Named { level: Level },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Arbitrary)]
#[serde(untagged)]
pub(crate) enum Untagged {
    Named { level: Level, places: Places },
    Number(#[arbitrary(with = safe)] u64),
    List(Vec<u32>),
    Text(String),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Arbitrary)]
#[serde(tag = "kind")]
pub(crate) enum Open {
    Known {
        id: u32,
    },
    #[serde(other)]
    Unknown,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Arbitrary)]
#[serde(tag = "in")]
pub(crate) enum Nested {
    External { of: External },
    Internal { of: Vec<Internal> },
    Adjacent { of: Option<Adjacent> },
    Untagged { of: Box<Untagged> },
}

/// Something, or the reason why not.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Arbitrary)]
#[schemars(rename = "GenericOf{T}")]
pub(crate) enum Generic<T> {
    Some(T),
    None { reason: String },
    Both(T, T),
}

/// What has no tag is told apart by its form alone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Arbitrary)]
#[serde(untagged)]
pub(crate) enum NumberOrText {
    Number(#[schemars(extend("x-ipc-bigint" = true))] u64),
    Text(String),
    Real(#[arbitrary(with = with_a_fraction)] f64),
}

/// Variants that have one field, of different types, and no tag.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Arbitrary)]
#[serde(untagged)]
pub(crate) enum Clashing {
    Number {
        #[arbitrary(with = safe)]
        value: u64,
    },
    Text {
        value: String,
    },
    Inner {
        value: Box<Clashing>,
    },
    Nothing,
}

/// A float that is written as an integer is read as one.
fn with_a_fraction(random: &mut arbitrary::Unstructured<'_>) -> arbitrary::Result<f64> {
    let number = finite(random)?;
    Ok(if number.fract() == 0.0 { 0.5 } else { number })
}
