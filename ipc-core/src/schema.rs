//! JSON Schemas as trees: where a schema holds further ones, and what its references name.

pub(crate) mod mend;

use std::borrow::Cow;

use serde_json::{Map, Value};

/// Where the definitions of a description stand, as a reference spells it.
const DEFINITIONS: &str = "#/$defs/";

/// The keyword of an integer that is a `bigint` in TypeScript, and of what holds such integers. It says nothing of what
/// travels.
pub(crate) const BIGINT: &str = "x-ipc-bigint";

/// What the value of a keyword holds.
enum Holds {
    /// One schema, or (in `items` of older drafts) an array of them.
    Schemas,
    /// An object whose keys are names and whose values are schemas.
    NamedSchemas,
    /// Data, even where it looks like a schema.
    Data,
}

/// Every keyword of 2020-12 that applies a schema. schemars' own walk leaves out the `unevaluated…` ones.
fn holds(keyword: &str) -> Holds {
    match keyword {
        "additionalItems"
        | "additionalProperties"
        | "allOf"
        | "anyOf"
        | "contains"
        | "contentSchema"
        | "else"
        | "if"
        | "items"
        | "not"
        | "oneOf"
        | "prefixItems"
        | "propertyNames"
        | "then"
        | "unevaluatedItems"
        | "unevaluatedProperties" => Holds::Schemas,
        "$defs" | "definitions" | "dependentSchemas" | "patternProperties" | "properties" => Holds::NamedSchemas,
        _ => Holds::Data,
    }
}

/// Shows `visit` every schema that stands directly in `schema`.
pub(crate) fn subschemas_mut(schema: &mut Map<String, Value>, mut visit: impl FnMut(&mut Value)) {
    for (keyword, value) in schema {
        match (holds(keyword), value) {
            (Holds::Schemas, Value::Array(many)) => many.iter_mut().for_each(&mut visit),
            (Holds::Schemas, one) => visit(one),
            (Holds::NamedSchemas, Value::Object(named)) => named.values_mut().for_each(&mut visit),
            _ => {}
        }
    }
}

/// Shows `visit` every schema that stands directly in `schema`.
fn subschemas(schema: &Map<String, Value>, mut visit: impl FnMut(&Value)) {
    for (keyword, value) in schema {
        match (holds(keyword), value) {
            (Holds::Schemas, Value::Array(many)) => many.iter().for_each(&mut visit),
            (Holds::Schemas, one) => visit(one),
            (Holds::NamedSchemas, Value::Object(named)) => named.values().for_each(&mut visit),
            _ => {}
        }
    }
}

/// Whether `schema` has a keyword, however deep.
pub(crate) fn holds_keyword(schema: &Map<String, Value>, keyword: &str) -> bool {
    let mut found = schema.contains_key(keyword);
    subschemas(schema, |inner| found |= inner.as_object().is_some_and(|inner| holds_keyword(inner, keyword)));
    found
}

/// Shows `visit` every schema that stands directly in `left`, and with it the one that stands in the same place of `right`.
pub(crate) fn pairs(
    left: &Map<String, Value>,
    right: &mut Map<String, Value>,
    visit: &mut dyn FnMut(&Value, Option<&mut Value>),
) {
    for (keyword, value) in left {
        let other = right.get_mut(keyword);
        match (holds(keyword), value, other) {
            (Holds::Schemas, Value::Array(many), Some(Value::Array(others))) => {
                let mut others = others.iter_mut();
                many.iter().for_each(|one| visit(one, others.next()));
            }
            (Holds::Schemas, Value::Array(many), _) => many.iter().for_each(|one| visit(one, None)),
            (Holds::Schemas, one, other) => visit(one, other),
            (Holds::NamedSchemas, Value::Object(named), Some(Value::Object(others))) => {
                named.iter().for_each(|(name, one)| visit(one, others.get_mut(name)));
            }
            (Holds::NamedSchemas, Value::Object(named), _) => named.values().for_each(|one| visit(one, None)),
            _ => {}
        }
    }
}

/// Shows `visit` every reference in `schema`, however deep.
pub(crate) fn references_mut(schema: &mut Value, visit: &mut dyn FnMut(&mut String)) {
    if let Value::Object(schema) = schema {
        if let Some(Value::String(reference)) = schema.get_mut("$ref") {
            visit(reference);
        }
        subschemas_mut(schema, |inner| references_mut(inner, visit));
    }
}

/// Shows `visit` the name of every definition that `schema` refers to, however deep.
pub(crate) fn referenced(schema: &Value, visit: &mut dyn FnMut(&str)) {
    if let Value::Object(schema) = schema {
        if let Some(name) = schema.get("$ref").and_then(Value::as_str).and_then(definition) {
            visit(&name);
        }
        subschemas(schema, |inner| referenced(inner, visit));
    }
}

/// The name of the definition that a reference names; `None` where it points elsewhere.
pub(crate) fn definition(reference: &str) -> Option<Cow<'_, str>> {
    let name = reference.strip_prefix(DEFINITIONS)?;
    if !name.contains(['%', '~']) {
        return Some(Cow::Borrowed(name));
    }
    let mut bytes = Vec::with_capacity(name.len());
    let mut rest = name.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let escaped = after.get(..2).filter(|_| byte == b'%');
        let code = escaped.and_then(|hex| u8::from_str_radix(std::str::from_utf8(hex).ok()?.trim_start(), 16).ok());
        bytes.push(code.unwrap_or(byte));
        rest = if code.is_some() { after.get(2..).unwrap_or_default() } else { after };
    }
    let name = String::from_utf8(bytes).ok()?;
    Some(Cow::Owned(name.replace("~1", "/").replace("~0", "~")))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_reference_names_its_definition_whatever_its_characters() {
        for (reference, name) in [
            ("#/$defs/Item", Some("Item")),
            ("#/$defs/Page%3CItem%3E", Some("Page<Item>")),
            ("#/$defs/a~1b~0c", Some("a/b~c")),
            ("#/$defs/%C3%89t%C3%A9", Some("Été")),
            ("#/$defs/100%", Some("100%")),
            ("https://example.org/item.json", None),
        ] {
            assert_eq!(definition(reference).as_deref(), name, "{reference}");
        }
    }

    #[test]
    fn references_are_found_in_schemas_and_not_in_data() {
        let schema = json!({
            "properties": {"$ref": {"$ref": "#/$defs/A"}},
            "unevaluatedProperties": {"$ref": "#/$defs/B"},
            "items": [{"$ref": "#/$defs/C"}],
            "default": {"$ref": "#/$defs/D"},
            "const": {"$ref": "#/$defs/E"},
        });
        let mut found = Vec::new();
        referenced(&schema, &mut |name| found.push(name.to_owned()));
        found.sort();
        assert_eq!(found, ["A", "B", "C"]);
    }
}
