//! From schemas to types.

use std::collections::BTreeMap;

use schemars::Schema;
use serde_json::{Map, Value};

use super::TypeScriptProblem;
use super::model::{Alternative, Docs, Member, Object, Rest, Type};
use crate::schema::{self, BIGINT};

/// The largest integer up to which a `number` holds each exactly.
const SAFE: i64 = (1 << 53) - 1;

/// Arrays of a fixed length up to this are written as tuples.
const LONGEST_TUPLE: u64 = 16;

/// What reads the schemas of one description.
#[derive(Debug)]
pub(super) struct Reader<'a> {
    definitions: BTreeMap<&'a str, &'a Value>,
    /// All integers of 64 bits are `bigint`s.
    bigint: bool,
    pub(super) problems: Vec<TypeScriptProblem>,
}

/// Where a schema stands, for what is said of it.
#[derive(Debug, Clone, Copy)]
struct Place<'a> {
    name: &'a str,
    /// What holds this says that its integers are `bigint`s.
    exact: bool,
}

impl<'a> Reader<'a> {
    pub(super) fn new(definitions: impl Iterator<Item = (&'a str, &'a Schema)>, bigint: bool) -> Self {
        let definitions = definitions.map(|(name, schema)| (name, schema.as_value())).collect();
        Self { definitions, bigint, problems: Vec::new() }
    }

    /// The type of a schema; `place` is what a mistake in it is said to be in.
    pub(super) fn read(&mut self, schema: &Schema, place: &str) -> Type {
        self.of(schema.as_value(), Place { name: place, exact: false })
    }

    fn of(&mut self, schema: &Value, place: Place<'_>) -> Type {
        let schema = match schema {
            Value::Object(schema) => schema,
            Value::Bool(false) => return Type::Never,
            _ => return Type::Unknown,
        };
        let marked = schema.get(BIGINT) == Some(&Value::Bool(true));
        let of = self.unmarked(schema, Place { exact: place.exact || marked, ..place });
        if marked && !holds_bigint(&of) {
            let held = self.named_within(&of).cloned();
            self.problems.push(TypeScriptProblem::NothingToMark { place: place.name.to_owned(), held });
        }
        of
    }

    fn unmarked(&mut self, schema: &Map<String, Value>, place: Place<'_>) -> Type {
        let mut parts = Vec::new();
        if let Some(name) = schema.get("$ref").and_then(Value::as_str) {
            parts.push(self.reference(name, place));
        }
        if schema.get("not").is_some_and(|not| *not == Value::Bool(true) || *not == Value::Object(Map::new())) {
            return Type::Never;
        }
        if let Some(only) = schema.get("const") {
            parts.push(literal(only));
        } else if let Some(Value::Array(values)) = schema.get("enum") {
            parts.push(Type::union(values.iter().map(|value| literal(value).into())));
        } else if let Some(of) = self.by_kind(schema, place) {
            parts.push(of);
        }
        for keyword in ["oneOf", "anyOf"] {
            if let Some(Value::Array(schemas)) = schema.get(keyword) {
                let alternatives: Vec<_> = schemas
                    .iter()
                    .map(|inner| Alternative { of: self.of(inner, place), docs: docs_of(inner) })
                    .collect();
                parts.push(Type::union(alternatives));
            }
        }
        if let Some(Value::Array(schemas)) = schema.get("allOf") {
            parts.extend(schemas.iter().map(|inner| self.of(inner, place)).collect::<Vec<_>>());
        }
        Type::all(parts)
    }

    fn reference(&mut self, reference: &str, place: Place<'_>) -> Type {
        let Some(name) = schema::definition(reference) else {
            let problem = TypeScriptProblem::Reference { place: place.name.to_owned(), to: reference.to_owned() };
            self.problems.push(problem);
            return Type::Unknown;
        };
        let Some(definition) = self.definitions.get(name.as_ref()).copied() else {
            let problem = TypeScriptProblem::Reference { place: place.name.to_owned(), to: reference.to_owned() };
            self.problems.push(problem);
            return Type::Unknown;
        };
        // A newtype of an integer can be made exact where it is used; what has members says so of each.
        if place.exact && definition.get("type").and_then(Value::as_str) == Some("integer") {
            return Type::BigInt;
        }
        Type::Named(name.into_owned())
    }

    /// What `type` says, and the keywords that belong to it.
    fn by_kind(&mut self, schema: &Map<String, Value>, place: Place<'_>) -> Option<Type> {
        let kinds: Vec<&str> = match schema.get("type") {
            Some(Value::String(one)) => vec![one],
            Some(Value::Array(several)) => several.iter().filter_map(Value::as_str).collect(),
            _ if schema.contains_key("properties") => vec!["object"],
            _ if schema.contains_key("prefixItems") => vec!["array"],
            _ => return None,
        };
        let alternatives: Vec<Alternative> = kinds
            .into_iter()
            .map(|kind| match kind {
                "null" => Type::Null,
                "boolean" => Type::Boolean,
                "string" if schema.get("x-ipc-binary") == Some(&Value::Bool(true)) => Type::Binary,
                "string" => Type::Text,
                "integer" => self.integer(schema, place),
                "number" => Type::Number,
                "array" => self.array(schema, place),
                "object" => Type::Object(self.object(schema, place)),
                _ => Type::Unknown,
            })
            .map(Alternative::from)
            .collect();
        Some(Type::union(alternatives))
    }

    fn integer(&self, schema: &Map<String, Value>, place: Place<'_>) -> Type {
        if place.exact {
            return Type::BigInt;
        }
        match schema.get("format").and_then(Value::as_str) {
            Some("int128" | "uint128") => Type::BigInt,
            Some("int8" | "int16" | "int32" | "uint8" | "uint16" | "uint32") => Type::Number,
            Some("int64" | "uint64" | "int" | "uint") => self.large(),
            _ if is_within(schema, "minimum", -SAFE) && is_within(schema, "maximum", SAFE) => Type::Number,
            _ => self.large(),
        }
    }

    const fn large(&self) -> Type {
        if self.bigint { Type::BigInt } else { Type::Integer }
    }

    fn array(&mut self, schema: &Map<String, Value>, place: Place<'_>) -> Type {
        let length = |keyword| schema.get(keyword).and_then(Value::as_u64);
        let (least, most) = (length("minItems"), length("maxItems"));
        if let Some(Value::Array(first)) = schema.get("prefixItems") {
            let items: Vec<_> = first.iter().map(|item| self.of(item, place)).collect();
            let rest = match schema.get("items") {
                Some(rest) if most != u64::try_from(items.len()).ok() && *rest != Value::Bool(false) => {
                    Some(Box::new(self.of(rest, place)))
                }
                _ => None,
            };
            return Type::Tuple(items, rest);
        }
        if most == Some(0) {
            return Type::Tuple(Vec::new(), None);
        }
        let item = schema.get("items").map_or(Type::Unknown, |items| self.of(items, place));
        match (least, most) {
            (Some(least), Some(most)) if least == most && most <= LONGEST_TUPLE => {
                Type::Tuple((0..most).map(|_| item.clone()).collect(), None)
            }
            _ => Type::List(Box::new(item)),
        }
    }

    fn object(&mut self, schema: &Map<String, Value>, place: Place<'_>) -> Object {
        let required: Vec<&str> = match schema.get("required") {
            Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        };
        let mut object = Object::default();
        if let Some(Value::Object(properties)) = schema.get("properties") {
            // Those that are required keep the order of their declaration; that of the others is lost.
            let order = |name: &str| required.iter().position(|known| *known == name).unwrap_or(required.len());
            let mut properties: Vec<_> = properties.iter().collect();
            properties.sort_by_key(|(name, _)| order(name));
            for (name, property) in properties {
                let within = format!("{}.{name}", place.name);
                let of = self.of(property, Place { name: &within, ..place });
                let optional = !required.contains(&name.as_str());
                object.members.push(Member { name: name.clone(), of, optional, docs: docs_of(property) });
            }
        }
        let pattern = schema.get("patternProperties").and_then(Value::as_object).and_then(|all| all.iter().next());
        object.rest = match (schema.get("additionalProperties"), pattern) {
            (None | Some(Value::Bool(false)), Some((pattern, value))) => {
                let by_number = matches!(pattern.as_str(), r"^\d+$" | r"^-?\d+$");
                Some(Rest { by_number, value: Box::new(self.of(value, place)) })
            }
            (None | Some(Value::Bool(false)), None) => None,
            (Some(value), _) => Some(Rest { by_number: false, value: Box::new(self.of(value, place)) }),
        };
        object
    }

    /// The first definition that a type names.
    fn named_within<'t>(&self, of: &'t Type) -> Option<&'t String> {
        match of {
            Type::Named(name) => Some(name),
            Type::List(inner) => self.named_within(inner),
            Type::Tuple(items, _) => items.iter().find_map(|item| self.named_within(item)),
            Type::Union(alternatives) => alternatives.iter().find_map(|one| self.named_within(&one.of)),
            Type::All(parts) => parts.iter().find_map(|part| self.named_within(part)),
            Type::Object(object) => object.rest.as_ref().and_then(|rest| self.named_within(&rest.value)),
            _ => None,
        }
    }
}

/// What is said of a schema's values.
pub(super) fn docs_of(schema: &Value) -> Docs {
    let text = |keyword: &str| schema.get(keyword).and_then(Value::as_str).unwrap_or_default().trim().to_owned();
    let description = text("description");
    Docs {
        text: if description.is_empty() { text("title") } else { description },
        deprecated: (schema.get("deprecated") == Some(&Value::Bool(true))).then(String::new),
        default: schema.get("default").cloned(),
    }
}

fn literal(value: &Value) -> Type {
    match value {
        Value::Null => Type::Null,
        Value::Bool(_) | Value::Number(_) | Value::String(_) => Type::Literal(value.clone()),
        Value::Array(items) => Type::Tuple(items.iter().map(literal).collect(), None),
        Value::Object(_) => Type::Unknown,
    }
}

fn is_within(schema: &Map<String, Value>, keyword: &str, bound: i64) -> bool {
    let stated = schema.get(keyword).and_then(Value::as_i64);
    stated.is_some_and(|stated| stated.unsigned_abs() <= bound.unsigned_abs())
}

fn holds_bigint(of: &Type) -> bool {
    match of {
        Type::BigInt => true,
        Type::List(inner) => holds_bigint(inner),
        Type::Tuple(items, rest) => items.iter().chain(rest.as_deref()).any(holds_bigint),
        Type::Object(object) => {
            object.members.iter().map(|member| &member.of).any(holds_bigint)
                || object.rest.as_ref().is_some_and(|rest| holds_bigint(&rest.value))
        }
        Type::Union(alternatives) => alternatives.iter().any(|one| holds_bigint(&one.of)),
        Type::All(parts) => parts.iter().any(holds_bigint),
        _ => false,
    }
}
