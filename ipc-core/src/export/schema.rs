//! JSON Schema documents: the whole contract in one, or one for each channel.

use std::collections::BTreeMap;

use schemars::Schema;
use serde_json::{Map, Value};

use super::{extensions, failures};
use crate::description::{ChannelDescription, DIALECT, Description, EventDescription};

/// The whole contract as one JSON Schema document (2020-12), for validators and for generators of code in other languages.
///
/// It is the schema of an object that has a key for each channel, whose values are objects again:
///
/// | key        | what it is                                                              | where                         |
/// | ---------- | ----------------------------------------------------------------------- | ----------------------------- |
/// | `request`  | what the caller sends                                                   | every handler                 |
/// | `incoming` | an item of the stream that the caller sends beside its request          | `upload`, `duplex`            |
/// | `response` | the `data` of the response                                              | `call`, `upload`              |
/// | `item`     | an item of the stream that the handler answers with                     | `stream`, `duplex`            |
/// | `error`    | the `error` of a response that failed: a code, a message, details       | every handler                 |
/// | `event`    | what is published                                                       | every event                   |
/// | `key`      | what a subscriber can ask for                                           | events with a key             |
///
/// So each part has a place that a reference can name (`#/properties/data:fetch/properties/request`), a generator makes a
/// type of each, and files of examples (`{"data:fetch": {"request": {"id": 7}, "response": {"name": "seven"}}}`) can be
/// validated as they are. What a schema has no word for stands in keys that begin with `x-ipc-`: the kind of a channel, its
/// permission, its timeout in milliseconds, its fingerprint, and whether and how an event is retained.
///
/// The same description makes the same document.
///
/// ```
/// use ipc_core::{Router, export, handler};
///
/// #[handler("math:add", crate = ipc_core)]
/// fn add(left: i64, right: i64) -> i64 {
///     left + right
/// }
///
/// let description = Router::new().handle::<add>().description()?;
/// let schema = export::json_schema(&description);
/// let add = &schema["properties"]["math:add"];
/// assert_eq!(add["x-ipc-kind"], "call");
/// assert_eq!(add["properties"]["request"]["properties"]["left"]["format"], "int64");
/// # Ok::<_, ipc_core::DescriptionError>(())
/// ```
pub fn json_schema(description: &Description) -> Value {
    let properties = parts(description).map(|(name, part)| (name.to_owned(), part.into())).collect();
    let mut document = object("Contract", "", None, properties);
    let definitions = description.definitions().map(|(name, schema)| (name.to_owned(), schema.as_value().clone()));
    document.insert("$defs".to_owned(), definitions.collect());
    document.insert("$schema".to_owned(), DIALECT.into());
    document.extend(extensions::of_contract(description));
    document.into()
}

/// The contract as JSON Schema documents (2020-12), one for each channel, by the names of their files.
///
/// Each is what [`json_schema`] has for the channel, with the definitions that it needs and no others. The names are those
/// that [`schema_file_name`] makes.
///
/// ```
/// use ipc_core::{Router, export, handler};
///
/// #[handler("math:add", crate = ipc_core)]
/// fn add(left: i64, right: i64) -> i64 {
///     left + right
/// }
///
/// let description = Router::new().handle::<add>().description()?;
/// for (file, schema) in export::json_schemas(&description) {
///     assert_eq!(file, "math~add.schema.json");
///     assert_eq!(schema["properties"]["response"]["type"], "integer");
/// }
/// # Ok::<_, ipc_core::DescriptionError>(())
/// ```
pub fn json_schemas(description: &Description) -> BTreeMap<String, Value> {
    let document = |(name, part)| (schema_file_name(name), description.standalone(&Schema::from(part)).to_value());
    parts(description).map(document).collect()
}

/// The name of the file for the schema of a channel: `data~fetch.schema.json` for `data:fetch`.
///
/// No file system forbids it, and no two channels share one. (Windows forbids `:`, and names such as `con`.)
///
/// ```
/// assert_eq!(ipc_core::export::schema_file_name("data:fetch"), "data~fetch.schema.json");
/// ```
pub fn schema_file_name(channel: &str) -> String {
    let mut name = channel.replace(':', "~");
    // Windows takes what stands before the first dot for the name. No channel has `~~`, because none of its parts is empty.
    let stem = name.find('.').unwrap_or(name.len());
    if name.get(..stem).is_some_and(is_device) {
        name.insert_str(stem, "~~");
    }
    name + ".schema.json"
}

/// Whether Windows has a device of this name.
fn is_device(name: &str) -> bool {
    let numbered = name.strip_prefix("com").or_else(|| name.strip_prefix("lpt"));
    matches!(name, "aux" | "con" | "nul" | "prn") || numbered.is_some_and(|n| n.len() == 1)
}

/// What there is of each channel, by its name.
fn parts(description: &Description) -> impl Iterator<Item = (&str, Map<String, Value>)> {
    let channels = description.channels().map(|(name, part)| (name, channel(name, part)));
    let events = description.events().map(|(name, part)| (name, event(name, part)));
    channels.chain(events)
}

fn channel(name: &str, channel: &ChannelDescription) -> Map<String, Value> {
    let schemas = [
        ("request", Some(channel.request())),
        ("incoming", channel.incoming()),
        ("response", channel.response()),
        ("item", channel.item()),
    ];
    let mut properties = present(&schemas);
    properties.insert("error".to_owned(), failures::any(channel.errors()));
    let mut part = object(name, channel.doc(), channel.deprecated(), properties);
    part.extend(extensions::of_channel(channel));
    part
}

fn event(name: &str, event: &EventDescription) -> Map<String, Value> {
    let properties = present(&[("event", Some(event.data())), ("key", event.key())]);
    let mut part = object(name, event.doc(), event.deprecated(), properties);
    part.extend(extensions::of_event(event));
    part
}

fn present(schemas: &[(&str, Option<&Schema>)]) -> Map<String, Value> {
    let of_one = |(name, schema): &(&str, Option<&Schema>)| Some(((*name).to_owned(), (*schema)?.as_value().clone()));
    schemas.iter().filter_map(of_one).collect()
}

/// The schema of an object with these properties.
fn object(name: &str, doc: &str, deprecated: Option<&str>, properties: Map<String, Value>) -> Map<String, Value> {
    let mut schema = Map::from_iter([
        ("title".to_owned(), name.into()),
        ("type".to_owned(), "object".into()),
        ("additionalProperties".to_owned(), false.into()),
        ("properties".to_owned(), properties.into()),
    ]);
    if !doc.is_empty() {
        schema.insert("description".to_owned(), doc.into());
    }
    if deprecated.is_some() {
        schema.insert("deprecated".to_owned(), true.into());
    }
    schema
}
