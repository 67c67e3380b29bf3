//! A schema in one line: `Item[] | null`.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::markup::Markup;
use crate::description::Description;
use crate::schema;

/// The types that a page has a place for.
#[derive(Debug)]
pub(super) struct Types<'a>(BTreeSet<&'a str>);

impl<'a> Types<'a> {
    pub(super) fn of(description: &'a Description) -> Self {
        Self(description.definitions().map(|(name, _)| name).collect())
    }

    #[cfg(test)]
    pub(super) fn named(names: impl IntoIterator<Item = &'a str>) -> Self {
        Self(names.into_iter().collect())
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.0.contains(name)
    }
}

/// The id of a type's place on the page.
pub(super) fn anchor(name: &str) -> String {
    let mut anchor = String::from("type-");
    for byte in name.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' | b'.' => anchor.push(char::from(byte)),
            // No id holds a blank, and a `%` in a link would be read as an escape.
            other => anchor.push_str(&format!("-{other:02x}")),
        }
    }
    anchor
}

/// Writes a type as programmers of frontends write one, its named parts as links.
pub(super) fn write(out: &mut Markup, types: &Types<'_>, schema: &Value) {
    match schema {
        Value::Bool(false) => word(out, "never"),
        Value::Object(schema) => object(out, types, schema),
        _ => word(out, "any"),
    }
}

fn object(out: &mut Markup, types: &Types<'_>, schema: &Map<String, Value>) {
    if let Some(Value::String(reference)) = schema.get("$ref") {
        return refer(out, types, reference);
    }
    if let Some(only) = schema.get("const") {
        return literal(out, only);
    }
    if let Some(Value::Array(values)) = schema.get("enum") {
        return joined(out, " | ", values, literal);
    }
    if schema.get("x-ipc-binary").is_some_and(|binary| binary == true) {
        return word(out, "bytes");
    }
    for (keyword, between) in [("anyOf", " | "), ("oneOf", " | "), ("allOf", " & ")] {
        if let Some(Value::Array(schemas)) = schema.get(keyword) {
            return joined(out, between, schemas, |out, schema| write(out, types, schema));
        }
    }
    match schema.get("type") {
        Some(Value::String(kind)) => of_kind(out, types, kind, schema),
        Some(Value::Array(kinds)) => joined(out, " | ", kinds, |out, kind| {
            of_kind(out, types, kind.as_str().unwrap_or("any"), schema);
        }),
        _ if schema.contains_key("properties") => fields(out, types, schema),
        _ => word(out, "any"),
    }
}

fn of_kind(out: &mut Markup, types: &Types<'_>, kind: &str, schema: &Map<String, Value>) {
    match kind {
        "array" => array(out, types, schema),
        "object" => match schema.get("properties") {
            Some(Value::Object(properties)) if !properties.is_empty() => fields(out, types, schema),
            _ => map(out, types, schema),
        },
        "integer" | "number" => {
            word(out, number(schema).unwrap_or(if kind == "integer" { "integer" } else { "number" }))
        }
        "string" | "boolean" | "null" => {
            out.element("span", "t-word", kind);
        }
        _ => word(out, "any"),
    }
}

/// The Rust type of a number, which says its bounds in the fewest letters.
pub(super) fn number(schema: &Map<String, Value>) -> Option<&'static str> {
    Some(match schema.get("format")?.as_str()? {
        "int8" => "i8",
        "int16" => "i16",
        "int32" => "i32",
        "int64" => "i64",
        "int128" => "i128",
        "int" => "isize",
        "uint8" => "u8",
        "uint16" => "u16",
        "uint32" => "u32",
        "uint64" => "u64",
        "uint128" => "u128",
        "uint" => "usize",
        "float" => "f32",
        "double" => "f64",
        _ => return None,
    })
}

fn array(out: &mut Markup, types: &Types<'_>, schema: &Map<String, Value>) {
    if let Some(Value::Array(places)) = schema.get("prefixItems") {
        out.text("[");
        joined(out, ", ", places, |out, place| write(out, types, place));
        out.text("]");
        return;
    }
    let items = schema.get("items").unwrap_or(&Value::Bool(true));
    if is_several(items) {
        out.text("(");
        write(out, types, items);
        out.text(")[]");
    } else {
        write(out, types, items);
        out.text("[]");
    }
}

/// Whether a type is written as several with something between them.
fn is_several(schema: &Value) -> bool {
    let many = |keyword: &str| schema.get(keyword).and_then(Value::as_array).is_some_and(|many| many.len() > 1);
    ["anyOf", "oneOf", "allOf", "enum", "type"].into_iter().any(many)
}

fn map(out: &mut Markup, types: &Types<'_>, schema: &Map<String, Value>) {
    let keys = schema.get("patternProperties").and_then(Value::as_object);
    let values = keys.and_then(|keys| keys.values().next()).or_else(|| schema.get("additionalProperties"));
    match values {
        Some(Value::Bool(false)) => {
            out.text("{}");
        }
        Some(values @ Value::Object(_)) => {
            out.text("{ [").element("span", "t-field", "key").text("]: ");
            write(out, types, values);
            out.text(" }");
        }
        _ => word(out, "object"),
    }
}

fn fields(out: &mut Markup, types: &Types<'_>, schema: &Map<String, Value>) {
    out.text("{ ");
    let fields: Vec<_> = properties(schema).collect();
    joined(out, ", ", &fields, |out, (name, schema, required)| {
        out.element("span", "t-field", name).text(if *required { ": " } else { "?: " });
        write(out, types, schema);
    });
    out.text(" }");
}

/// The properties of an object: those that must be there, as they were declared, and then the others by their names.
pub(super) fn properties(schema: &Map<String, Value>) -> impl Iterator<Item = (&str, &Value, bool)> {
    let properties = schema.get("properties").and_then(Value::as_object);
    let names = schema.get("required").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let names: Vec<&str> = names.iter().filter_map(Value::as_str).collect();
    let others = properties.into_iter().flatten().filter(|(name, _)| !names.contains(&name.as_str()));
    let others: Vec<_> = others.map(|(name, schema)| (name.as_str(), schema, false)).collect();
    let required = names.into_iter().filter_map(move |name| Some((name, properties?.get(name)?, true)));
    required.chain(others)
}

fn refer(out: &mut Markup, types: &Types<'_>, reference: &str) {
    match schema::definition(reference) {
        Some(name) if types.has(&name) => {
            let href = format!("#{}", anchor(&name));
            out.open("a", &[("class", "t-name"), ("href", &href)]).text(&name).close("a");
        }
        _ => {
            out.element("span", "t-name", reference);
        }
    }
}

fn literal(out: &mut Markup, value: &Value) {
    out.element("span", "t-text", &value.to_string());
}

fn word(out: &mut Markup, word: &'static str) {
    out.element("span", "t-word", word);
}

fn joined<T>(out: &mut Markup, between: &str, parts: &[T], mut write: impl FnMut(&mut Markup, &T)) {
    for (place, part) in parts.iter().enumerate() {
        if place > 0 {
            out.text(between);
        }
        write(out, part);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// The notation of a schema, without the tags around its words.
    fn noted(schema: Value) -> String {
        let mut out = Markup::default();
        write(&mut out, &Types::named(["Item", "Page<Item>"]), &schema);
        let (mut text, mut within) = (String::new(), false);
        for character in out.into_string().chars() {
            match character {
                '<' => within = true,
                '>' => within = false,
                other if !within => text.push(other),
                _ => {}
            }
        }
        text.replace("&quot;", "\"").replace("&lt;", "<").replace("&gt;", ">")
    }

    #[test]
    fn a_type_is_written_in_one_line() {
        for (schema, expected) in [
            (json!({"type": "integer", "format": "uint64", "minimum": 0}), "u64"),
            (json!({"type": "integer"}), "integer"),
            (json!({"type": "string", "x-ipc-binary": true}), "bytes"),
            (json!({"$ref": "#/$defs/Page%3CItem%3E"}), "Page<Item>"),
            (json!({"allOf": [{"$ref": "#/$defs/Item"}], "description": "x"}), "Item"),
            (json!({"anyOf": [{"$ref": "#/$defs/Item"}, {"type": "null"}]}), "Item | null"),
            (json!({"type": ["string", "null"]}), "string | null"),
            (json!({"type": "array", "items": {"type": ["string", "null"]}}), "(string | null)[]"),
            (json!({"type": "array", "prefixItems": [{"type": "boolean"}, true]}), "[boolean, any]"),
            (json!({"enum": ["a", 1]}), "\"a\" | 1"),
            (json!({"type": "object", "additionalProperties": {"type": "null"}}), "{ [key]: null }"),
            (json!({"type": "object", "additionalProperties": false}), "{}"),
            (json!({"type": "object"}), "object"),
            (json!(true), "any"),
            (json!(false), "never"),
            (
                json!({
                    "type": "object",
                    "properties": {"b": {"const": "x"}, "a": {"type": "number"}, "c": true},
                    "required": ["b", "a"],
                }),
                "{ b: \"x\", a: number, c?: any }",
            ),
        ] {
            assert_eq!(noted(schema.clone()), expected, "{schema}");
        }
    }

    #[test]
    fn no_two_types_have_one_place() {
        let names = ["a", "A", "a b", "a-20b", "a_b", "Page<Item>", "é"];
        let anchors: BTreeSet<_> = names.into_iter().map(anchor).collect();
        assert_eq!(anchors.len(), names.len(), "{anchors:?}");
        assert!(anchors.iter().all(|anchor| anchor.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))));
    }
}
