//! What values a schema has: alternatives, each of one JSON type.
//!
//! References are followed, `allOf` is multiplied out with what stands beside it, `anyOf` and `oneOf` are alternatives.

use std::collections::BTreeMap;

use schemars::Schema;
use serde_json::{Map, Value};

use super::lists::Lists;
use super::objects::Objects;
use super::rules::{self, Rules};
use crate::description::fingerprint::ANNOTATIONS;
use crate::schema;

/// What marks a text that stands for binary data.
const BINARY: &str = "x-ipc-binary";
/// The most alternatives that are told apart.
const MAX_CASES: usize = 4096;
/// The most references that are followed from one to the next, for one shape.
const MAX_REFERENCES: usize = 64;
/// The most schemas that are looked at for one shape.
const MAX_SCHEMAS: usize = 16_384;

/// Schemas that all hold, each somewhere in a description.
pub(super) type Node<'a> = Vec<&'a Value>;

/// What values a node has.
#[derive(Debug, Clone, Default)]
pub(super) struct Shape<'a> {
    /// The alternatives; `None` where it is any value.
    pub(super) cases: Option<Vec<Case<'a>>>,
    /// What stands there and is not understood, by its keyword.
    pub(super) odd: Vec<(&'a str, &'a Value)>,
}

/// An alternative.
#[derive(Debug, Clone)]
pub(super) enum Case<'a> {
    Null,
    Boolean,
    Literal(&'a Value),
    Number { integer: bool, format: Option<&'a str>, rules: Rules<'a> },
    Text { binary: bool, rules: Rules<'a> },
    List(Lists<'a>),
    Object(Objects<'a>),
}

/// The definitions that the references of one description name.
#[derive(Debug, Clone, Copy)]
pub(super) struct Side<'a>(pub(super) &'a BTreeMap<String, Schema>);

impl<'a> Side<'a> {
    /// The node without references that stand alone, so that one type is one node wherever it is used.
    pub(super) fn resolved(self, node: &[&'a Value]) -> Node<'a> {
        let mut resolved: Vec<_> = node.iter().map(|schema| self.target(schema)).collect();
        resolved.sort_by_key(|schema| address(schema));
        resolved.dedup_by_key(|schema| address(schema));
        resolved
    }

    fn target(self, mut schema: &'a Value) -> &'a Value {
        for _ in 0..MAX_REFERENCES {
            match schema.as_object().filter(|object| object.len() == 1).and_then(|object| self.referred(object)) {
                Some(target) => schema = target,
                None => break,
            }
        }
        schema
    }

    /// What the `$ref` of a schema names.
    pub(super) fn referred(self, schema: &'a Map<String, Value>) -> Option<&'a Value> {
        let name = schema::definition(schema.get("$ref")?.as_str()?)?;
        self.0.get(name.as_ref()).map(Schema::as_value)
    }

    pub(super) fn shape(self, node: &[&'a Value]) -> Shape<'a> {
        let mut shape = Shape::default();
        let mut walk = Walk { within: Vec::new(), left: MAX_SCHEMAS };
        for schema in node {
            shape.and(self.shape_of(schema, &mut walk));
        }
        if shape.odd.contains(&TOO_MANY) {
            // What was left out is compared word by word.
            shape.odd.extend(node.iter().map(|schema| (TOO_MANY.0, *schema)));
        }
        shape
    }

    fn shape_of(self, schema: &'a Value, walk: &mut Walk) -> Shape<'a> {
        walk.left = walk.left.saturating_sub(1);
        let schema = match schema {
            Value::Object(_) if walk.left == 0 || walk.within.len() > MAX_REFERENCES => {
                return Shape { cases: None, odd: vec![TOO_MANY] };
            }
            Value::Object(schema) => schema,
            Value::Bool(false) => return Shape::nothing(),
            Value::Bool(true) => return Shape::default(),
            odd => return Shape { cases: None, odd: vec![("", odd)] },
        };
        let mut shape = Shape { cases: plain(schema), odd: Vec::new() };
        for (keyword, value) in schema {
            match (keyword.as_str(), value) {
                ("$ref", reference) => match self.referred(schema) {
                    // What consists of itself and something else is the something else.
                    Some(target) if walk.within.contains(&address(target)) => shape.and(Shape::nothing()),
                    Some(target) => {
                        walk.within.push(address(target));
                        shape.and(self.shape_of(target, walk));
                        walk.within.pop();
                    }
                    None => shape.odd.push(("$ref", reference)),
                },
                ("allOf", Value::Array(all)) => {
                    for one in all {
                        shape.and(self.shape_of(one, walk));
                    }
                }
                ("anyOf" | "oneOf", Value::Array(some)) => {
                    let mut either = Shape::nothing();
                    for one in some {
                        either.or(self.shape_of(one, walk));
                    }
                    shape.and(either);
                }
                (keyword, value) if !is_understood(keyword) => shape.odd.push((keyword, value)),
                _ => {}
            }
        }
        if let Some(further) = schema.get("unevaluatedProperties") {
            for case in shape.cases.iter_mut().flatten() {
                if let Case::Object(object) = case {
                    object.close_with(further);
                }
            }
        }
        shape
    }
}

/// A walk over what a schema consists of, by references and combinations.
struct Walk {
    /// The definitions that it is in.
    within: Vec<usize>,
    /// How many schemas may still be looked at.
    left: usize,
}

/// What stands in place of alternatives that are not told apart.
const TOO_MANY: (&str, &Value) = ("too many alternatives", &Value::Null);

impl<'a> Shape<'a> {
    const fn nothing() -> Self {
        Self { cases: Some(Vec::new()), odd: Vec::new() }
    }

    /// Both hold.
    fn and(&mut self, other: Self) {
        self.odd.extend(other.odd);
        self.cases = match (self.cases.take(), other.cases) {
            (None, cases) | (cases, None) => cases,
            (Some(left), Some(right)) if left.len().saturating_mul(right.len()) > MAX_CASES * 8 => {
                self.odd.push(TOO_MANY);
                Some(left)
            }
            (Some(left), Some(right)) => {
                Some(left.iter().flat_map(|one| right.iter().filter_map(|other| one.and(other))).collect())
            }
        };
    }

    /// Either holds.
    fn or(&mut self, other: Self) {
        self.odd.extend(other.odd);
        match (&mut self.cases, other.cases) {
            (Some(cases), Some(more)) => {
                cases.extend(more);
                if cases.len() > MAX_CASES {
                    self.odd.push(TOO_MANY);
                    cases.truncate(MAX_CASES);
                }
            }
            _ => self.cases = None,
        }
    }
}

const TYPES: [&str; 6] = ["null", "boolean", "number", "string", "array", "object"];

/// What the keywords of a schema say by themselves, without the schemas that it refers to or combines.
fn plain(schema: &Map<String, Value>) -> Option<Vec<Case<'_>>> {
    let literals = match (schema.get("const"), schema.get("enum")) {
        (Some(only), _) => Some(std::slice::from_ref(only)),
        (None, Some(Value::Array(values))) => Some(values.as_slice()),
        _ => None,
    };
    let types: Vec<&str> = match schema.get("type") {
        Some(Value::String(one)) => vec![one],
        Some(Value::Array(several)) => several.iter().filter_map(Value::as_str).collect(),
        _ if literals.is_none() && !schema.keys().any(|keyword| demands(keyword)) => return None,
        _ => TYPES.to_vec(),
    };
    let typed: Vec<_> = types.iter().flat_map(|kind| of_type(kind, schema)).collect();
    Some(match literals {
        Some(literals) => {
            let fits = |literal: &&Value| typed.iter().any(|case| case.has_type_of(literal));
            literals.iter().filter(fits).map(Case::Literal).collect()
        }
        None => typed,
    })
}

fn of_type<'a>(kind: &str, schema: &'a Map<String, Value>) -> Option<Case<'a>> {
    let format = schema.get("format").and_then(Value::as_str);
    Some(match kind {
        "null" => Case::Null,
        "boolean" => Case::Boolean,
        "number" => Case::Number { integer: false, format, rules: Rules::of(schema, rules::NUMBER) },
        "integer" => Case::Number { integer: true, format, rules: Rules::of(schema, rules::NUMBER) },
        "string" => Case::Text {
            binary: schema.get(BINARY).is_some_and(|binary| binary == true),
            rules: Rules::of(schema, rules::TEXT),
        },
        "array" => Case::List(Lists::of(schema)),
        "object" => Case::Object(Objects::of(schema)),
        _ => return None,
    })
}

/// Whether a keyword demands something of the values of some type.
fn demands(keyword: &str) -> bool {
    [rules::NUMBER, rules::TEXT, rules::LIST, rules::OBJECT].concat().contains(&keyword)
        || matches!(keyword, "items" | "prefixItems" | "properties" | "required")
        || matches!(keyword, "additionalProperties" | "patternProperties" | "unevaluatedProperties")
}

/// Whether a keyword is read here, or is one that demands nothing.
fn is_understood(keyword: &str) -> bool {
    demands(keyword)
        || ANNOTATIONS.contains(&keyword)
        || keyword.starts_with("x-")
        || matches!(keyword, "$defs" | "$ref" | "allOf" | "anyOf" | "const" | "enum" | "oneOf" | "type")
}

impl<'a> Case<'a> {
    /// What both have; `None` where no value is of both.
    fn and(&self, other: &Self) -> Option<Self> {
        Some(match (self, other) {
            (Self::Null, Self::Null) => Self::Null,
            (Self::Boolean, Self::Boolean) => Self::Boolean,
            (Self::Literal(one), Self::Literal(other)) if one == other => Self::Literal(one),
            (Self::Literal(literal), case) | (case, Self::Literal(literal)) if case.has_type_of(literal) => {
                Self::Literal(literal)
            }
            (
                Self::Number { integer, format, rules },
                Self::Number { integer: other_integer, format: other_format, rules: other },
            ) => Self::Number {
                integer: *integer || *other_integer,
                format: format.or(*other_format),
                rules: rules.and(other),
            },
            (Self::Text { binary, rules }, Self::Text { binary: other_binary, rules: other }) => {
                Self::Text { binary: *binary || *other_binary, rules: rules.and(other) }
            }
            (Self::List(one), Self::List(other)) => Self::List(one.and(other)),
            (Self::Object(one), Self::Object(other)) => Self::Object(one.and(other)),
            _ => return None,
        })
    }

    fn has_type_of(&self, value: &Value) -> bool {
        match (self, value) {
            (Self::Null, Value::Null)
            | (Self::Boolean, Value::Bool(_))
            | (Self::Number { integer: false, .. }, Value::Number(_))
            | (Self::Text { .. }, Value::String(_))
            | (Self::List(_), Value::Array(_))
            | (Self::Object(_), Value::Object(_)) => true,
            (Self::Number { integer: true, .. }, Value::Number(number)) => !number.is_f64(),
            _ => false,
        }
    }

    /// Whether a value is surely of this alternative.
    pub(super) fn admits(&self, value: &Value) -> bool {
        self.has_type_of(value)
            && match self {
                Self::Null | Self::Boolean => true,
                Self::Number { rules, .. } => rules.admit(value),
                Self::Text { binary: false, rules } => rules.admit(value),
                _ => false,
            }
    }
}

/// What tells a schema from all others that are in memory.
pub(super) fn address(schema: &Value) -> usize {
    std::ptr::from_ref(schema).addr()
}
