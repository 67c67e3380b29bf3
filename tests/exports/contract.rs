//! A contract with a bit of everything: what the exports are made of.

use std::collections::BTreeMap;

use futures_util::stream;
use ipc_bridge::prelude::*;
use ipc_bridge::{Description, Failure};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Something that can be fetched.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Item {
    /// What it is known by.
    id: u64,
    name: String,
    #[serde(default)]
    tags: Vec<String>,
    /// How big it is, in pixels.
    size: (u32, u32),
    kind: Kind,
    within: Option<Box<Item>>,
    notes: BTreeMap<String, Note>,
}

/// What an item is.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(crate) enum Kind {
    Small,
    /// Not small.
    Large,
}

/// A note, in one of several forms.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "form", rename_all = "kebab-case")]
pub(crate) enum Note {
    /// Nothing.
    Blank,
    /// A text.
    Plain { text: String },
    /// A text with a colour.
    InColour { text: String, colour: [u8; 3] },
}

/// One page of many.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Page<{T}>")]
pub(crate) struct Page<T> {
    items: Vec<T>,
    next: Option<u64>,
}

/// What a form may hold, and nothing else.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Form {
    #[serde(flatten)]
    place: Place,
    comment: Option<String>,
}

/// Where something is.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
struct Place {
    street: String,
    number: i16,
}

#[derive(Debug, thiserror::Error, IpcError)]
enum FetchError {
    /// Nothing has this id.
    #[error("no item {id}")]
    NotFound { id: u64 },
    /// Somebody else has it.
    #[error("it is lent")]
    Lent,
    #[error("the store is unavailable")]
    #[ipc(internal)]
    Store(#[from] std::io::Error),
}

#[derive(Debug, thiserror::Error, IpcError)]
enum SumError {
    #[error("it is more than {limit}")]
    TooMuch { limit: u32 },
    #[error(transparent)]
    #[ipc(transparent)]
    Incoming(#[from] IncomingError),
}

/// Fetches one item by its id.
///
/// The item is read anew each time; see [`Item`] for what it has:
///
/// - a *name*, which people read,
/// - an `id`, which programs do.
///
/// ```text
/// fetch 7 -> "seven"
/// ```
#[handler("data:fetch", permission = "data:read", timeout = "2s")]
async fn fetch(#[garde(range(min = 1))] id: u64) -> Result<Item, FetchError> {
    Err(FetchError::NotFound { id })
}

/// The items, page by page.
#[handler("data:list")]
fn list(#[garde(range(min = 1, max = 100))] limit: u8, after: Option<u64>) -> Page<Item> {
    Page { items: Vec::with_capacity(limit.into()), next: after }
}

/// The number of items.
#[handler("data:count")]
#[deprecated = "use `data:list`"]
fn count() -> u64 {
    0
}

/// Fills in a form.
#[handler("data:form:fill")]
fn fill(#[payload] form: Form) -> Form {
    form
}

/// Counts up to a number.
#[handler("count:to")]
fn count_to(to: u32) -> impl Stream<Item = u32> {
    stream::iter(1..=to)
}

/// The sum of what is sent.
#[handler("sum:all", detached)]
async fn sum_all(mut numbers: Incoming<u32>) -> Result<u64, SumError> {
    let mut sum = 0;
    while let Some(number) = numbers.next().await {
        sum += u64::from(number?);
        if sum > 1000 {
            return Err(SumError::TooMuch { limit: 1000 });
        }
    }
    Ok(sum)
}

/// The sums so far of what is sent.
#[handler("sum:so-far")]
fn sum_so_far(numbers: Incoming<u32>) -> impl Stream<Item = Result<u64, SumError>> {
    stream::unfold((numbers, 0_u64), |(mut numbers, sum)| async move {
        let next = numbers.next().await?;
        Some(match next {
            Ok(number) => (Ok(sum + u64::from(number)), (numbers, sum + u64::from(number))),
            Err(error) => (Err(error.into()), (numbers, sum)),
        })
    })
}

#[handler("user:login")]
fn login(
    #[garde(length(min = 1, max = 64), pattern("^[a-z]+$"))] user: String,
    #[garde(length(min = 8))]
    #[ipc(sensitive)]
    password: String,
) -> Sensitive<String> {
    Sensitive::new(format!("{user}{}", password.len()))
}

/// The bytes, the last one first.
#[handler("bytes:reverse")]
fn reverse(bytes: Bytes) -> Bytes {
    bytes.iter().rev().copied().collect()
}

/// The backend went on or off line. Clients may say so too.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Event)]
#[event("status:changed", retain, publish_permission = "status:tell")]
struct StatusChanged {
    online: bool,
}

/// How far a job has come.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Event)]
#[event("job:progress", key = "job", lag = "keep_latest", permission = "job:see")]
struct JobProgress {
    job: u32,
    percent: f32,
}

/// The router of the contract.
pub(crate) fn router() -> Router {
    Router::new()
        .handle::<fetch>()
        .handle::<list>()
        .handle::<count>()
        .handle::<fill>()
        .handle::<count_to>()
        .handle::<sum_all>()
        .handle::<sum_so_far>()
        .handle::<login>()
        .handle::<reverse>()
        .shared_event::<StatusChanged>()
        .event::<JobProgress>()
}

/// The description of the contract.
pub(crate) fn description() -> Description {
    router().description().expect("a description")
}

/// A response as it travels, that a handler of the contract failed with.
pub(crate) fn failed(error: &impl IpcError) -> serde_json::Value {
    let failure: Failure = error.to_failure();
    serde_json::json!({ "success": false, "error": failure })
}

/// An error of `data:fetch` with details, one without, and an internal one.
pub(crate) fn fetch_errors() -> Vec<serde_json::Value> {
    [FetchError::NotFound { id: 7 }, FetchError::Lent, FetchError::Store(std::io::Error::other("no disk"))]
        .iter()
        .map(failed)
        .collect()
}

/// An item, as it travels.
pub(crate) fn item() -> serde_json::Value {
    let note = |note: Note| ("a".to_owned(), note);
    let within = Item {
        id: u64::MAX,
        name: String::new(),
        tags: vec!["new".to_owned()],
        size: (1, 2),
        kind: Kind::Large,
        within: None,
        notes: [note(Note::InColour { text: String::new(), colour: [0, 1, 255] })].into(),
    };
    let item = Item {
        id: 7,
        name: "seven".to_owned(),
        tags: Vec::new(),
        size: (0, u32::MAX),
        kind: Kind::Small,
        within: Some(Box::new(within)),
        notes: [note(Note::Blank), ("b".to_owned(), Note::Plain { text: "b".to_owned() })].into(),
    };
    serde_json::to_value(item).expect("JSON")
}
