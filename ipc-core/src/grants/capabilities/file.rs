//! A file of capabilities, whatever its format: values with their places.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::mistake::{CapabilitiesError, CapabilityMistake};

/// A value, and where it stands.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub(super) at: Place,
    pub(super) kind: Kind,
}

/// Where a value, or a key, stands.
#[derive(Debug, Clone, Default)]
pub(super) struct Place {
    pub(super) line: Option<usize>,
    pub(super) path: String,
}

#[derive(Debug, Clone)]
pub(super) enum Kind {
    Text(String),
    Truth(bool),
    List(Vec<Node>),
    /// The entries with their keys, and where these stand.
    Table(Vec<(String, Place, Node)>),
    /// What has no meaning anywhere in such a file, by what it is called.
    Other(&'static str),
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Text(_) => "a text",
            Self::Truth(_) => "true or false",
            Self::List(_) => "a list",
            Self::Table(_) => "a table",
            Self::Other(name) => name,
        })
    }
}

/// Reads TOML.
pub(super) fn of_toml(text: &str) -> Result<Node, CapabilitiesError> {
    let (table, errors) = DeTable::parse_recoverable(text);
    let lines = Lines(text);
    if errors.is_empty() {
        let entries = lines.entries(table.get_ref(), "");
        return Ok(Node { at: Place::default(), kind: Kind::Table(entries) });
    }
    let mistake = |error: &toml::de::Error| {
        CapabilityMistake::new(error.span().map(|span| lines.line(span.start)), "", error.message())
    };
    Err(CapabilitiesError::new(errors.iter().map(mistake).collect()))
}

/// The text, to find lines in.
#[derive(Clone, Copy)]
struct Lines<'a>(&'a str);

impl Lines<'_> {
    fn line(self, offset: usize) -> usize {
        1 + self.0.bytes().take(offset).filter(|byte| *byte == b'\n').count()
    }

    fn entries(self, table: &DeTable<'_>, path: &str) -> Vec<(String, Place, Node)> {
        let entry = |(key, value): (&Spanned<_>, &Spanned<DeValue<'_>>)| {
            let name: &std::borrow::Cow<'_, str> = key.get_ref();
            let place = Place { line: Some(self.line(key.span().start)), path: of_key(path, name) };
            let node = self.node(value, &place.path);
            (name.clone().into_owned(), place, node)
        };
        table.iter().map(entry).collect()
    }

    fn node(self, value: &Spanned<DeValue<'_>>, path: &str) -> Node {
        let kind = match value.get_ref() {
            DeValue::String(text) => Kind::Text(text.clone().into_owned()),
            DeValue::Boolean(truth) => Kind::Truth(*truth),
            DeValue::Integer(_) | DeValue::Float(_) => Kind::Other("a number"),
            DeValue::Datetime(_) => Kind::Other("a time"),
            DeValue::Array(values) => {
                let node = |(index, value)| self.node(value, &of_index(path, index));
                Kind::List(values.iter().enumerate().map(node).collect())
            }
            DeValue::Table(table) => Kind::Table(self.entries(table, path)),
        };
        Node { at: Place { line: Some(self.line(value.span().start)), path: path.to_owned() }, kind }
    }
}

fn of_key(path: &str, key: &str) -> String {
    let key = key.escape_debug();
    if path.is_empty() { key.to_string() } else { format!("{path}.{key}") }
}

fn of_index(path: &str, index: usize) -> String {
    format!("{path}[{index}]")
}

/// Reads JSON.
pub(super) fn of_json(text: &str) -> Result<Node, CapabilitiesError> {
    match serde_json::from_str::<Json>(text) {
        Ok(value) => Ok(value.into_node(String::new())),
        Err(error) => {
            let line = Some(error.line()).filter(|line| *line > 0);
            Err(CapabilitiesError::new(vec![CapabilityMistake::new(line, "", error)]))
        }
    }
}

/// A value of JSON. Unlike `serde_json::Value` it does not take the last of two keys of one name: what the first denies
/// would be granted.
enum Json {
    Plain(Kind),
    List(Vec<Self>),
    Table(Vec<(String, Self)>),
}

impl Json {
    fn into_node(self, path: String) -> Node {
        let kind = match self {
            Self::Plain(kind) => kind,
            Self::List(values) => {
                let node = |(index, value): (usize, Self)| value.into_node(of_index(&path, index));
                Kind::List(values.into_iter().enumerate().map(node).collect())
            }
            Self::Table(entries) => {
                let entry = |(key, value): (String, Self)| {
                    let place = Place { line: None, path: of_key(&path, &key) };
                    let node = value.into_node(place.path.clone());
                    (key, place, node)
                };
                Kind::Table(entries.into_iter().map(entry).collect())
            }
        };
        Node { at: Place { line: None, path }, kind }
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(JsonVisitor)
    }
}

struct JsonVisitor;

impl<'de> Visitor<'de> for JsonVisitor {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_str<E>(self, text: &str) -> Result<Json, E> {
        Ok(Json::Plain(Kind::Text(text.to_owned())))
    }

    fn visit_bool<E>(self, truth: bool) -> Result<Json, E> {
        Ok(Json::Plain(Kind::Truth(truth)))
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Plain(Kind::Other("null")))
    }

    fn visit_u64<E>(self, _: u64) -> Result<Json, E> {
        Ok(Json::Plain(Kind::Other("a number")))
    }

    fn visit_i64<E>(self, _: i64) -> Result<Json, E> {
        Ok(Json::Plain(Kind::Other("a number")))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Json, E> {
        Ok(Json::Plain(Kind::Other("a number")))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Json, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = access.next_element()? {
            values.push(value);
        }
        Ok(Json::List(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Json, A::Error> {
        let mut entries: Vec<(String, Json)> = Vec::new();
        while let Some(key) = access.next_key::<String>()? {
            if entries.iter().any(|(known, _)| *known == key) {
                return Err(serde::de::Error::custom(format_args!("the key `{}` is there twice", key.escape_debug())));
            }
            entries.push((key, access.next_value()?));
        }
        Ok(Json::Table(entries))
    }
}
