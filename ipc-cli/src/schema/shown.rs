//! Schemas as people read them: `{ id: integer ≥ 1, tags?: string[] }`.

use serde_json::{Map, Value};

/// As deep as a schema is shown.
const MAX_DEPTH: usize = 6;

/// A schema on one line. What it refers to is told by name.
pub(crate) fn shown(schema: &Value) -> String {
    show(schema, 0)
}

fn show(schema: &Value, depth: usize) -> String {
    let Value::Object(schema) = schema else {
        return if *schema == Value::Bool(false) { "nothing" } else { "anything" }.to_owned();
    };
    if depth >= MAX_DEPTH {
        return "…".to_owned();
    }
    if let Some(to) = schema.get("$ref").and_then(Value::as_str) {
        return to.rsplit('/').next().unwrap_or(to).to_owned();
    }
    for keyword in ["anyOf", "oneOf"] {
        if let Some(several) = schema.get(keyword).and_then(Value::as_array) {
            return joined(several.iter().map(|one| show(one, depth + 1)), " | ");
        }
    }
    if let Some(parts) = schema.get("allOf").and_then(Value::as_array) {
        return joined(parts.iter().map(|one| show(one, depth + 1)), " & ");
    }
    if let Some(only) = schema.get("const") {
        return only.to_string();
    }
    if let Some(values) = schema.get("enum").and_then(Value::as_array) {
        return joined(values.iter().map(Value::to_string), " | ");
    }
    match schema.get("type") {
        Some(Value::Array(kinds)) => {
            joined(kinds.iter().filter_map(Value::as_str).map(|kind| of(kind, schema, depth)), " | ")
        }
        Some(Value::String(kind)) => of(kind, schema, depth),
        _ if schema.contains_key("properties") => of("object", schema, depth),
        _ => "anything".to_owned(),
    }
}

fn joined(parts: impl Iterator<Item = String>, by: &str) -> String {
    let mut parts: Vec<_> = parts.collect();
    parts.dedup();
    parts.join(by)
}

fn of(kind: &str, schema: &Map<String, Value>, depth: usize) -> String {
    let number = |keyword: &str| schema.get(keyword).filter(|value| value.is_number());
    match kind {
        "string" if schema.get("x-ipc-binary") == Some(&Value::Bool(true)) => "bytes".to_owned(),
        "string" => {
            let format = schema.get("format").or_else(|| schema.get("pattern")).and_then(Value::as_str);
            let format = format.map(|format| format!(" ({format})")).unwrap_or_default();
            format!("string{}{format}", range(number("minLength"), number("maxLength"), " of ", " letters"))
        }
        "integer" | "number" => {
            let (least, most) = (number("minimum").filter(told_low), number("maximum").filter(told_high));
            format!("{kind}{}", range(least, most, " ", ""))
        }
        "array" => {
            let item = match (schema.get("prefixItems").and_then(Value::as_array), schema.get("items")) {
                (Some(items), _) => return format!("[{}]", joined_all(items.iter().map(|one| show(one, depth + 1)))),
                (None, Some(item)) => show(item, depth + 1),
                (None, None) => "anything".to_owned(),
            };
            let item = if item.contains(' ') && !item.starts_with('{') { format!("({item})") } else { item };
            format!("{item}[]{}", range(number("minItems"), number("maxItems"), " of ", ""))
        }
        "object" => object(schema, depth),
        other => other.to_owned(),
    }
}

fn joined_all(parts: impl Iterator<Item = String>) -> String {
    parts.collect::<Vec<_>>().join(", ")
}

fn object(schema: &Map<String, Value>, depth: usize) -> String {
    let required = |name: &str| {
        schema.get("required").and_then(Value::as_array).is_some_and(|all| all.iter().any(|one| one == name))
    };
    let fields = schema.get("properties").and_then(Value::as_object);
    let mut parts: Vec<_> = fields
        .into_iter()
        .flatten()
        .map(|(name, field)| format!("{name}{}: {}", if required(name) { "" } else { "?" }, show(field, depth + 1)))
        .collect();
    let patterns = schema.get("patternProperties").and_then(Value::as_object).into_iter().flat_map(Map::values);
    let others = schema.get("additionalProperties").filter(|others| **others != Value::Bool(false));
    parts.extend(patterns.chain(others).map(|others| format!("[name]: {}", show(others, depth + 1))));
    if parts.is_empty() { "{}".to_owned() } else { format!("{{ {} }}", parts.join(", ")) }
}

fn range(least: Option<&Value>, most: Option<&Value>, before: &str, behind: &str) -> String {
    match (least, most) {
        (None, None) => String::new(),
        (Some(least), None) => format!("{before}≥ {least}{behind}"),
        (None, Some(most)) => format!("{before}≤ {most}{behind}"),
        (Some(least), Some(most)) if least == most => format!("{before}{least}{behind}"),
        (Some(least), Some(most)) => format!("{before}{least} to {most}{behind}"),
    }
}

/// The bounds of a type's own say little: 0, and those that have many digits.
fn told_low(least: &&Value) -> bool {
    least.as_f64().is_some_and(|least| least != 0.0 && least.abs() < 1e6)
}

fn told_high(most: &&Value) -> bool {
    most.as_f64().is_some_and(|most| most.abs() < 1e6)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_schema_is_told_on_one_line() {
        for (schema, said) in [
            (json!(true), "anything"),
            (json!({"type": "integer", "minimum": 1, "maximum": 18_446_744_073_709_551_615_u64}), "integer ≥ 1"),
            (json!({"type": "integer", "minimum": 0, "maximum": 255}), "integer ≤ 255"),
            (json!({"type": ["string", "null"]}), "string | null"),
            (json!({"type": "string", "minLength": 2, "maxLength": 8}), "string of 2 to 8 letters"),
            (json!({"type": "string", "format": "uuid"}), "string (uuid)"),
            (json!({"type": "string", "x-ipc-binary": true}), "bytes"),
            (json!({"anyOf": [{"$ref": "#/$defs/Item"}, {"type": "null"}]}), "Item | null"),
            (json!({"enum": ["a", "b"]}), r#""a" | "b""#),
            (json!({"type": "array", "items": {"enum": [1, 2]}}), "(1 | 2)[]"),
            (json!({"type": "array", "prefixItems": [{"type": "null"}, {"type": "null"}]}), "[null, null]"),
            (
                json!({"type": "object", "properties": {"id": {"type": "null"}, "x": {}}, "required": ["id"]}),
                "{ id: null, x?: anything }",
            ),
            (json!({"type": "object", "additionalProperties": {"type": "number"}}), "{ [name]: number }"),
        ] {
            assert_eq!(shown(&schema), said, "{schema}");
        }
    }
}
