//! Structs of every kind, and what serde's attributes make of them.

use std::collections::BTreeMap;

use arbitrary::{Arbitrary, Unstructured};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::numbers::safe;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Arbitrary)]
pub(crate) struct Unit;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Arbitrary)]
pub(crate) struct Places(u32, String, Option<bool>);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Arbitrary)]
pub(crate) struct Fields {
    #[arbitrary(with = safe)]
    id: u64,
    name: String,
    unit: Unit,
    nothing: (),
}

/// What may be left out, what may be null, and what may be both.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Arbitrary)]
pub(crate) struct Options {
    /// `null` where there is none; may be left out of a request.
    nullable: Option<String>,
    /// Left out where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    optional: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    place: Option<Places>,
}

/// What has a default may be left out of a request, and always stands in an answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Arbitrary)]
#[serde(default)]
pub(crate) struct Defaults {
    limit: u32,
    label: String,
    level: super::enums::Level,
}

impl Default for Defaults {
    fn default() -> Self {
        Self { limit: 20, label: "all".to_owned(), level: super::enums::Level::Low }
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Arbitrary)]
pub(crate) struct Skipped {
    kept: u32,
    #[serde(skip)]
    #[arbitrary(default)]
    skipped: u32,
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    list: Vec<u8>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Arbitrary)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Renamed {
    full_name: String,
    #[serde(rename = "TYPE")]
    kind: Kind,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Arbitrary)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Kind {
    VeryBig,
    Small,
}

/// Names that are no identifiers, and names that path notation uses.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Arbitrary)]
pub(crate) struct OddNames {
    #[serde(rename = "with-dash")]
    #[arbitrary(with = safe)]
    dash: u64,
    #[serde(rename = "a.b[0]{c}\\d")]
    #[arbitrary(with = safe)]
    path: u64,
    #[serde(rename = "quote\"'`${x}\n")]
    quote: u8,
    #[serde(rename = "class")]
    reserved: u8,
    #[serde(rename = "7")]
    digit: u8,
    #[serde(rename = "été")]
    letters: u8,
    #[serde(rename = "__proto__")]
    #[arbitrary(with = safe)]
    proto: u64,
    #[serde(rename = "")]
    empty: u8,
}

/// Ends a comment: */ and then some.
///
/// A second paragraph, with `code`, an @at and a `${template}`.
///
/// ```text
/// /* nested */
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Arbitrary)]
pub(crate) struct Documented {
    /// One line.
    one: u8,
    /// Several
    /// lines, one with */ in it.
    several: u8,
    /// It is no longer used.
    #[deprecated(note = "use `one`")]
    old: u8,
    #[deprecated]
    older: u8,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Arbitrary)]
#[serde(deny_unknown_fields)]
pub(crate) struct Denying {
    id: u32,
    #[serde(default)]
    note: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Arbitrary)]
pub(crate) struct Size {
    #[arbitrary(with = safe)]
    width: u64,
    height: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Arbitrary)]
pub(crate) struct Flat {
    id: u32,
    #[serde(flatten)]
    size: Size,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Arbitrary)]
pub(crate) struct FlatOption {
    id: u32,
    #[serde(flatten)]
    size: Option<Size>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Arbitrary)]
pub(crate) struct FlatMap {
    id: u32,
    #[serde(flatten)]
    #[arbitrary(with = without_id)]
    more: BTreeMap<String, u32>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Arbitrary)]
pub(crate) struct FlatMapOfOthers {
    id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<bool>,
    #[serde(flatten)]
    #[arbitrary(with = large_without_id)]
    more: BTreeMap<String, u64>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Arbitrary)]
pub(crate) struct FlatEnum {
    id: u32,
    #[serde(flatten)]
    shape: Shape,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Arbitrary)]
#[serde(tag = "shape", rename_all = "snake_case")]
pub(crate) enum Shape {
    Flat,
    Round {
        #[arbitrary(with = safe)]
        radius: u64,
    },
    Square {
        side: String,
    },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Arbitrary)]
pub(crate) struct FlatTwice {
    #[serde(flatten)]
    shape: Shape,
    #[serde(flatten)]
    paint: Paint,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Arbitrary)]
#[serde(tag = "paint", content = "colour")]
pub(crate) enum Paint {
    None,
    Plain(#[arbitrary(with = safe)] u64),
    Named(String),
}

/// Travels as a text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Arbitrary)]
#[serde(from = "String", into = "String")]
pub(crate) struct Converted(String);

impl From<String> for Converted {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<Converted> for String {
    fn from(converted: Converted) -> Self {
        converted.0
    }
}

/// Needs an output variant, because what stands in it does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Arbitrary)]
pub(crate) struct Outer {
    flat: Flat,
    all: Vec<Defaults>,
    options: Option<Options>,
}

fn without_id(random: &mut Unstructured<'_>) -> arbitrary::Result<BTreeMap<String, u32>> {
    let mut map: BTreeMap<String, u32> = random.arbitrary()?;
    map.remove("id");
    Ok(map)
}

fn large_without_id(random: &mut Unstructured<'_>) -> arbitrary::Result<BTreeMap<String, u64>> {
    let keys: Vec<String> = random.arbitrary()?;
    let mut map = BTreeMap::new();
    for key in keys {
        if !["id", "note"].contains(&key.as_str()) {
            map.insert(key, safe(random)?);
        }
    }
    Ok(map)
}
