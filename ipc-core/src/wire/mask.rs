//! Payloads as they may be shown: what their schemas call sensitive is not in them, nor is what they do not know.

use std::collections::BTreeSet;
use std::sync::Arc;

use schemars::Schema;
use serde_json::{Map, Value};

use crate::description::Description;
use crate::schema::definition;
use crate::sensitive::{HIDDEN, KEYWORD};

/// As deep as a payload is shown.
const MAX_DEPTH: usize = 128;

/// What is shown of the payloads of a router.
#[derive(Debug)]
pub(crate) struct Masks(Arc<Description>);

impl Masks {
    pub(crate) fn new(description: Arc<Description>) -> Self {
        Self(description)
    }

    /// A request, or an event that a peer publishes.
    pub(crate) fn request(&self, channel: &str, json: &[u8]) -> String {
        let Ok(value) = serde_json::from_slice(json) else { return HIDDEN.to_owned() };
        let Self(description) = self;
        let of_event = || description.event(channel).map(|event| event.data());
        let schema = description.channel(channel).map(|channel| channel.request()).or_else(of_event);
        self.show(value, schema).to_string()
    }

    /// A response: the data by its schema, the details of an error by those of its code. The message of an error is text
    /// that the application made for whoever reads it, and is shown.
    pub(crate) fn response(&self, channel: &str, json: &[u8]) -> String {
        let Ok(Value::Object(mut response)) = serde_json::from_slice(json) else { return HIDDEN.to_owned() };
        let described = self.0.channel(channel);
        if let Some(data) = response.get_mut("data") {
            let schema = described.and_then(|channel| channel.response());
            // An event that was published, and a stream that ended well, are answered with nothing.
            *data = if data.is_null() { Value::Null } else { self.show(data.take(), schema) };
        }
        if let Some(Value::Object(error)) = response.get_mut("error")
            && let Some(details) = error.get("details").cloned()
        {
            let code = error.get("code").and_then(Value::as_str).unwrap_or_default();
            let own = described.and_then(|channel| channel.errors().iter().find(|own| own.code() == code));
            // What the framework says in details is paths, messages without values, and an id.
            let details = match own {
                None if crate::code::ALL.contains(&code) => details,
                own => self.show(details, own.and_then(|own| own.details())),
            };
            error.insert("details".to_owned(), details);
        }
        Value::Object(response).to_string()
    }

    /// An item of a stream: one that the caller sends, or one of the answer.
    pub(crate) fn item(&self, channel: &str, of_caller: bool, json: &[u8]) -> String {
        let Ok(value) = serde_json::from_slice(json) else { return HIDDEN.to_owned() };
        let described = self.0.channel(channel);
        let schema = described.and_then(|channel| if of_caller { channel.incoming() } else { channel.item() });
        self.show(value, schema).to_string()
    }

    fn show(&self, value: Value, schema: Option<&Schema>) -> Value {
        let schemas: Vec<&Value> = schema.map(Schema::as_value).into_iter().collect();
        self.shown(value, &schemas, 0)
    }

    /// The value without what is sensitive by any of the schemas, or known to none.
    fn shown(&self, value: Value, schemas: &[&Value], depth: usize) -> Value {
        let mut views = Views { anything: !schemas.is_empty(), ..Views::default() };
        for schema in schemas {
            let free = self.expand(schema, &mut views);
            views.anything &= free;
        }
        if views.sensitive || depth >= MAX_DEPTH || !views.know(&value) {
            return HIDDEN.into();
        }
        let within = |value, schemas: Vec<&Value>| match schemas.is_empty() {
            // Whatever it is, nobody called it sensitive.
            true if views.anything => value,
            true => HIDDEN.into(),
            false => self.shown(value, &schemas, depth + 1),
        };
        match value {
            Value::Object(fields) => {
                let shown = |(name, value): (String, Value)| {
                    let value = within(value, views.of_field(&name));
                    (name, value)
                };
                Value::Object(fields.into_iter().map(shown).collect())
            }
            Value::Array(items) => {
                let shown = |(index, value)| within(value, views.of_item(index));
                Value::Array(items.into_iter().enumerate().map(shown).collect())
            }
            scalar => scalar,
        }
    }

    /// Gathers every schema that says something of the same value, whether it is the one that holds or not. Answers whether
    /// they allow whatever there is.
    fn expand<'a>(&'a self, schema: &'a Value, views: &mut Views<'a>) -> bool {
        let Value::Object(schema) = schema else { return *schema == Value::Bool(true) };
        if schema.get(KEYWORD) == Some(&Value::Bool(true)) {
            views.sensitive = true;
            return false;
        }
        let mut free = !["type", "enum", "const", "properties"].iter().any(|keyword| schema.contains_key(*keyword));
        if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
            let found = definition(reference).and_then(|name| self.0.definitions().find(|(known, _)| *known == name));
            free &= match found {
                // One that leads back to itself says nothing new.
                Some((name, found)) => views.entered.insert(name) && self.expand(found.as_value(), views),
                None => false,
            };
        }
        let all = |keyword: &str| schema.get(keyword).and_then(Value::as_array);
        for one in all("allOf").into_iter().flatten() {
            free &= self.expand(one, views);
        }
        for several in ["anyOf", "oneOf"].into_iter().filter_map(all) {
            let mut some = false;
            for one in several {
                some |= self.expand(one, views);
            }
            free &= some;
        }
        for one in ["if", "then", "else"].iter().filter_map(|keyword| schema.get(*keyword)) {
            self.expand(one, views);
        }
        views.schemas.push(schema);
        free
    }
}

/// All that is said of one value.
#[derive(Default)]
struct Views<'a> {
    schemas: Vec<&'a Map<String, Value>>,
    /// The definitions that are among them.
    entered: BTreeSet<&'a str>,
    sensitive: bool,
    /// They allow whatever there is.
    anything: bool,
}

impl<'a> Views<'a> {
    /// Whether one of them is about a value of this kind.
    fn know(&self, value: &Value) -> bool {
        let kinds: &[&str] = match value {
            Value::Null => &["null"],
            Value::Bool(_) => &["boolean"],
            Value::Number(_) => &["number", "integer"],
            Value::String(_) => &["string"],
            Value::Array(_) => &["array"],
            Value::Object(_) => &["object"],
        };
        let is_kind = |kind: &Value| kind.as_str().is_some_and(|kind| kinds.contains(&kind));
        let knows = |schema: &&Map<String, Value>| {
            let listed = schema.get("enum").and_then(Value::as_array).is_some_and(|all| all.contains(value));
            let typed = match schema.get("type") {
                Some(Value::Array(kinds)) => kinds.iter().any(is_kind),
                Some(kind) => is_kind(kind),
                None => value.is_object() && schema.contains_key("properties"),
            };
            // A text that is none of those that are listed may be any text.
            let is_listed = schema.contains_key("enum") || schema.contains_key("const");
            listed || schema.get("const") == Some(value) || (typed && !is_listed)
        };
        self.anything || self.schemas.iter().any(knows)
    }

    fn of_field(&self, name: &str) -> Vec<&'a Value> {
        let of = |schema: &&'a Map<String, Value>| {
            let known = schema.get("properties").and_then(|all| all.get(name));
            // Which of the patterns holds is not asked: all of them say what may be sensitive.
            let patterns = schema.get("patternProperties").and_then(Value::as_object);
            let others = schema.get("additionalProperties").filter(|_| known.is_none());
            known.into_iter().chain(patterns.into_iter().flat_map(Map::values)).chain(others)
        };
        self.schemas.iter().flat_map(of).filter(|schema| **schema != Value::Bool(false)).collect()
    }

    fn of_item(&self, index: usize) -> Vec<&'a Value> {
        let of = |schema: &&'a Map<String, Value>| {
            let first = schema.get("prefixItems").and_then(|items| items.get(index));
            let others = schema.get("items").filter(|_| first.is_none());
            first.into_iter().chain(others)
        };
        self.schemas.iter().flat_map(of).filter(|schema| **schema != Value::Bool(false)).collect()
    }
}
