//! Fingerprints: a hash over what two processes must agree on, and over nothing else.
//!
//! Every schema is brought into a normal form first: without what is only said about it, with everything sorted that
//! has no order, and with each reference replaced by the hash of what it refers to. So neither docs nor the names of
//! Rust types count, and two channels are compared without a look at their neighbours.

use std::collections::{BTreeMap, HashMap};

use schemars::Schema;
use serde_json::{Map, Value, json};
use siphasher::sip::SipHasher24;

use super::{ChannelDescription, EventDescription};
use crate::{schema, sensitive};

/// The keywords that say something about a value without restricting it.
pub(super) const ANNOTATIONS: [&str; 11] = [
    "$comment",
    "$schema",
    "default",
    "deprecated",
    "description",
    "examples",
    "readOnly",
    "title",
    "writeOnly",
    schema::BIGINT,
    sensitive::KEYWORD,
];

/// The fingerprints of the channels that share a set of definitions.
pub(super) struct Fingerprints {
    definitions: HashMap<String, Definition>,
}

struct Definition {
    normal: Value,
    refers_to: Vec<String>,
    hash: Option<u64>,
}

impl Fingerprints {
    pub(super) fn new(definitions: &BTreeMap<String, Schema>) -> Self {
        let definition = |schema: &Schema| {
            let normal = normal(schema.as_value().clone());
            let mut refers_to = Vec::new();
            schema::referenced(&normal, &mut |name| refers_to.push(name.to_owned()));
            Definition { normal, refers_to, hash: None }
        };
        let definitions = definitions.iter().map(|(name, schema)| (name.clone(), definition(schema))).collect();
        Self { definitions }
    }

    /// The fingerprint of a channel. Its name does not count: it is what a channel is compared by.
    pub(super) fn channel(&mut self, channel: &ChannelDescription) -> String {
        let mut codes: Vec<_> = channel
            .errors
            .iter()
            .map(|error| json!([error.code(), error.details().map(|details| self.resolved(details))]))
            .collect();
        codes.sort_by_cached_key(Value::to_string);
        let mut contract = Map::from_iter([("errors".to_owned(), codes.into())]);
        let parts = [
            ("request", Some(&channel.request)),
            ("incoming", channel.incoming.as_ref()),
            ("response", channel.response.as_ref()),
            ("item", channel.item.as_ref()),
        ];
        for (name, schema) in parts {
            if let Some(schema) = schema {
                contract.insert(name.to_owned(), self.resolved(schema));
            }
        }
        digits(hash(&Value::Object(contract)))
    }

    /// The fingerprint of an event. What becomes of events that a subscriber does not take is the publisher's affair.
    pub(super) fn event(&mut self, event: &EventDescription) -> String {
        let mut contract = Map::from_iter([
            ("data".to_owned(), self.resolved(&event.data)),
            ("shared".to_owned(), Value::from(event.shared)),
        ]);
        if let Some(key) = &event.key {
            contract.insert("key".to_owned(), self.resolved(key));
        }
        digits(hash(&Value::Object(contract)))
    }

    /// The fingerprint of all channels and events, given with their names and their own fingerprints in the order of the
    /// names. Without events, it is that of the channels alone.
    pub(super) fn whole<'a>(
        &self,
        channels: impl Iterator<Item = (&'a str, &'a str)>,
        events: impl Iterator<Item = (&'a str, &'a str)>,
    ) -> String {
        let channels = channels.map(|(name, fingerprint)| json!([name, fingerprint]));
        let events = events.map(|(name, fingerprint)| json!([name, "event", fingerprint]));
        digits(hash(&channels.chain(events).collect()))
    }

    fn resolved(&mut self, schema: &Schema) -> Value {
        let mut schema = normal(schema.as_value().clone());
        schema::referenced(&schema, &mut |name| self.settle(name));
        schema::references_mut(&mut schema, &mut |reference| self.resolve(reference, &HashMap::new()));
        schema
    }

    /// Writes the hash of a definition in place of the reference to it.
    fn resolve(&self, reference: &mut String, within: &HashMap<&str, u64>) {
        let hash = schema::definition(reference)
            .and_then(|name| within.get(name.as_ref()).copied().or_else(|| self.definitions.get(name.as_ref())?.hash));
        if let Some(hash) = hash {
            *reference = digits(hash);
        }
    }

    /// Sees to it that a definition, and whatever it refers to, has its hash.
    ///
    /// Tarjan's algorithm: definitions that refer to each other in a circle come out together, and after all that they
    /// refer to outside of the circle.
    fn settle(&mut self, name: &str) {
        let mut walk = Walk::default();
        self.visit(name, &mut walk);
    }

    fn visit(&mut self, name: &str, walk: &mut Walk) -> Option<usize> {
        if let Some(&low) = walk.lowest.get(name) {
            return Some(low);
        }
        let definition = self.definitions.get_mut(name).filter(|definition| definition.hash.is_none())?;
        let refers_to = std::mem::take(&mut definition.refers_to);
        let index = walk.path.len();
        walk.path.push(name.to_owned());
        walk.lowest.insert(name.to_owned(), index);
        let mut low = index;
        for used in &refers_to {
            if let Some(reached) = self.visit(used, walk) {
                low = low.min(reached);
            }
        }
        walk.lowest.insert(name.to_owned(), low);
        if low == index {
            let circle = walk.path.split_off(index);
            for name in &circle {
                walk.lowest.remove(name);
            }
            self.settle_circle(&circle);
            return None;
        }
        Some(low)
    }

    fn settle_circle(&mut self, circle: &[String]) {
        let hashes = match circle {
            [alone] => self.hash_alone(alone).map(|hash| (alone.as_str(), hash)).into_iter().collect(),
            circle => self.hash_together(circle),
        };
        for (name, hash) in hashes {
            if let Some(definition) = self.definitions.get_mut(name) {
                definition.hash = Some(hash);
            }
        }
    }

    /// Hashes a definition that no other refers back to. That it refers to itself is told by a 0.
    fn hash_alone(&mut self, name: &str) -> Option<u64> {
        let mut schema = std::mem::take(&mut self.definitions.get_mut(name)?.normal);
        let itself = HashMap::from([(name, 0)]);
        schema::references_mut(&mut schema, &mut |reference| self.resolve(reference, &itself));
        Some(hash(&schema))
    }

    /// Hashes definitions that refer to each other: each by its own form and by those that it refers to, a few steps
    /// far, and then with the hashes of the whole circle, so that a change anywhere changes all.
    fn hash_together<'a>(&self, circle: &'a [String]) -> HashMap<&'a str, u64> {
        const STEPS: usize = 4;
        let mut hashes: HashMap<_, _> = circle.iter().map(|name| (name.as_str(), 0)).collect();
        for _ in 0..STEPS {
            let step = circle.iter().filter_map(|name| {
                let mut schema = self.definitions.get(name)?.normal.clone();
                schema::references_mut(&mut schema, &mut |reference| self.resolve(reference, &hashes));
                Some((name.as_str(), hash(&schema)))
            });
            hashes = step.collect();
        }
        let mut all: Vec<_> = hashes.values().copied().collect();
        all.sort_unstable();
        hashes.into_iter().map(|(name, own)| (name, hash(&json!([own, all])))).collect()
    }
}

/// Where [`Fingerprints::visit`] is: the definitions that it came by, and for each the first of them that it leads to.
#[derive(Default)]
struct Walk {
    path: Vec<String>,
    lowest: HashMap<String, usize>,
}

/// SipHash-2-4 with a key of zeros over the JSON text, whose keys serde_json keeps sorted.
fn hash(value: &Value) -> u64 {
    SipHasher24::new().hash(value.to_string().as_bytes())
}

fn digits(hash: u64) -> String {
    format!("{hash:016x}")
}

/// The normal form of a schema.
fn normal(schema: Value) -> Value {
    let Value::Object(mut schema) = schema else { return schema };
    schema.retain(|keyword, _| !ANNOTATIONS.contains(&keyword.as_str()));
    schema::subschemas_mut(&mut schema, |inner| *inner = normal(inner.take()));
    if let Some(only) = schema.remove("const") {
        schema.insert("enum".to_owned(), Value::Array(vec![only]));
    }
    for keyword in ["enum", "required", "type"] {
        if let Some(Value::Array(values)) = schema.get_mut(keyword) {
            // Nearly all are texts, which need not be written to be compared.
            values.sort_by(|a, b| a.as_str().cmp(&b.as_str()).then_with(|| a.to_string().cmp(&b.to_string())));
        }
    }
    for keyword in ["allOf", "anyOf", "oneOf"] {
        if let Some(Value::Array(schemas)) = schema.get_mut(keyword) {
            if keyword != "allOf" {
                join_texts(schemas);
            }
            schemas.sort_by_cached_key(without_references);
        }
    }
    // What is left of a reference or an enum when the doc comment beside it is gone.
    if schema.len() == 1
        && let Some((keyword, Value::Array(schemas))) = schema.iter_mut().next()
        && matches!(keyword.as_str(), "allOf" | "anyOf" | "oneOf")
        && let [only] = schemas.as_mut_slice()
    {
        return only.take();
    }
    Value::Object(schema)
}

/// Joins the alternatives that are given texts: schemars splits an enum where one of its variants has a doc comment.
fn join_texts(schemas: &mut Vec<Value>) {
    let mut texts = Vec::new();
    schemas.retain_mut(|schema| match schema {
        Value::Object(schema) if is_texts(schema) => {
            if let Some(Value::Array(values)) = schema.get_mut("enum") {
                texts.append(values);
            }
            false
        }
        _ => true,
    });
    if !texts.is_empty() {
        texts.sort_by_cached_key(Value::to_string);
        schemas.push(json!({"enum": texts, "type": "string"}));
    }
}

fn is_texts(schema: &Map<String, Value>) -> bool {
    schema.len() == 2 && schema.contains_key("enum") && schema.get("type").is_some_and(|kind| kind == "string")
}

/// What a schema is sorted by: references have names, and names do not count.
fn without_references(schema: &Value) -> String {
    let mut schema = schema.clone();
    schema::references_mut(&mut schema, &mut String::clear);
    schema.to_string()
}
