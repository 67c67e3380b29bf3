//! Lists, tuples, maps, sets, binary data, and types of other crates.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use arbitrary::{Arbitrary, Unstructured};
use ipc_bridge::Bytes;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::enums::Level;
use super::numbers::{Email, safe};
use super::structs::{Fields, Places};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Arbitrary)]
pub(crate) struct Lists {
    numbers: Vec<u32>,
    nested: Vec<Vec<Option<String>>>,
    fields: Vec<Fields>,
    fixed: [u8; 3],
    fixed_large: [u8; 20],
    none: [u8; 0],
    boxed: Box<[Level]>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Arbitrary)]
pub(crate) struct Tuples {
    one: (u32,),
    two: (String, Option<u8>),
    nested: ((u8, Level), [(bool, String); 2]),
    unit: (),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Arbitrary)]
pub(crate) struct Maps {
    texts: BTreeMap<String, String>,
    of_fields: BTreeMap<String, Fields>,
    of_maps: BTreeMap<String, BTreeMap<String, Option<u8>>>,
    #[schemars(extend("x-ipc-bigint" = true))]
    exact: BTreeMap<String, u64>,
    #[arbitrary(with = binary_map)]
    binary: BTreeMap<String, Bytes>,
}

/// Maps whose keys are no texts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Arbitrary)]
pub(crate) struct Keyed {
    by_number: BTreeMap<u64, String>,
    by_signed: BTreeMap<i32, u8>,
    by_level: BTreeMap<Level, u8>,
    by_email: BTreeMap<Email, u8>,
    by_letter: BTreeMap<char, u8>,
    by_yes: BTreeMap<bool, u8>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Arbitrary)]
pub(crate) struct Sets {
    numbers: BTreeSet<u32>,
    levels: BTreeSet<Level>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Arbitrary)]
pub(crate) struct Binary {
    #[arbitrary(with = bytes)]
    one: Bytes,
    #[arbitrary(with = maybe_bytes)]
    maybe: Option<Bytes>,
    #[arbitrary(with = list_of_bytes)]
    list: Vec<Bytes>,
    /// An array of numbers, and no binary data.
    numbers: Vec<u8>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Arbitrary)]
pub(crate) struct Results {
    of_texts: Result<u32, String>,
    of_places: Result<Places, Level>,
    /// JSON knows one `null`, so serde reads `Some(None)` as `None`.
    #[arbitrary(with = found)]
    found: Option<Option<u8>>,
}

/// JSON of any form.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Arbitrary)]
pub(crate) struct Any {
    #[arbitrary(with = any_json)]
    any: serde_json::Value,
    #[arbitrary(with = any_object)]
    object: serde_json::Map<String, serde_json::Value>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Arbitrary)]
pub(crate) struct Times {
    #[arbitrary(with = duration)]
    lasted: Duration,
    #[arbitrary(with = uuid)]
    id: uuid::Uuid,
    #[arbitrary(with = url)]
    place: url::Url,
    #[arbitrary(with = moment)]
    at: chrono::DateTime<chrono::Utc>,
}

pub(super) fn bytes(random: &mut Unstructured<'_>) -> arbitrary::Result<Bytes> {
    Ok(random.arbitrary::<Vec<u8>>()?.into())
}

fn maybe_bytes(random: &mut Unstructured<'_>) -> arbitrary::Result<Option<Bytes>> {
    Ok(random.arbitrary::<Option<Vec<u8>>>()?.map(Bytes::from))
}

fn list_of_bytes(random: &mut Unstructured<'_>) -> arbitrary::Result<Vec<Bytes>> {
    Ok(random.arbitrary::<Vec<Vec<u8>>>()?.into_iter().map(Bytes::from).collect())
}

fn binary_map(random: &mut Unstructured<'_>) -> arbitrary::Result<BTreeMap<String, Bytes>> {
    Ok(random.arbitrary::<BTreeMap<String, Vec<u8>>>()?.into_iter().map(|(key, value)| (key, value.into())).collect())
}

fn any_json(random: &mut Unstructured<'_>) -> arbitrary::Result<serde_json::Value> {
    Ok(match random.int_in_range(0..=4)? {
        0 => serde_json::Value::Null,
        1 => random.arbitrary::<bool>()?.into(),
        2 => random.arbitrary::<i32>()?.into(),
        3 => random.arbitrary::<String>()?.into(),
        _ => random.arbitrary::<Vec<String>>()?.into(),
    })
}

fn any_object(random: &mut Unstructured<'_>) -> arbitrary::Result<serde_json::Map<String, serde_json::Value>> {
    Ok([(random.arbitrary::<String>()?, any_json(random)?)].into_iter().collect())
}

fn found(random: &mut Unstructured<'_>) -> arbitrary::Result<Option<Option<u8>>> {
    Ok(random.arbitrary::<Option<u8>>()?.map(Some))
}

fn duration(random: &mut Unstructured<'_>) -> arbitrary::Result<Duration> {
    Ok(Duration::new(safe(random)?, random.int_in_range(0..=999_999_999)?))
}

fn uuid(random: &mut Unstructured<'_>) -> arbitrary::Result<uuid::Uuid> {
    Ok(uuid::Uuid::from_u128(random.arbitrary()?))
}

fn url(random: &mut Unstructured<'_>) -> arbitrary::Result<url::Url> {
    let path = format!("https://example.org/{}", random.arbitrary::<u64>()?);
    Ok(url::Url::parse(&path).expect("a URL"))
}

fn moment(random: &mut Unstructured<'_>) -> arbitrary::Result<chrono::DateTime<chrono::Utc>> {
    let seconds = random.int_in_range(0..=4_000_000_000_i64)?;
    Ok(chrono::DateTime::from_timestamp(seconds, 0).expect("a moment of this century"))
}
