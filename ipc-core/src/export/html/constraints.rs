//! What a schema demands of a value beyond its type, each in a few words.

use serde_json::{Map, Value};

use super::notation;
use crate::schema::mend;

/// The constraints of a schema, and of the one type that it wraps.
pub(super) fn of(schema: &Value) -> Vec<String> {
    let mut found = Vec::new();
    collect(schema, &mut found);
    found
}

fn collect(schema: &Value, found: &mut Vec<String>) {
    let Value::Object(schema) = schema else { return };
    found.extend(range(schema));
    found.extend(extent(schema, "minLength", "maxLength", "character", "characters"));
    found.extend(extent(schema, "minItems", "maxItems", "item", "items"));
    found.extend(extent(schema, "minProperties", "maxProperties", "key", "keys"));
    let shown = |keyword: &str| schema.get(keyword).map(shown);
    found.extend(shown("multipleOf").map(|step| format!("a multiple of {step}")));
    found.extend(shown("pattern").map(|pattern| format!("matches {pattern}")));
    if notation::number(schema).is_none() {
        found.extend(shown("format").map(|format| format!("as {format}")));
    }
    if schema.get("uniqueItems").is_some_and(|unique| unique == true) {
        found.push("no two alike".to_owned());
    }
    found.extend(schema.get("default").map(|default| format!("by default {default}")));
    // `Option<T>`, and a type with words of its own around it.
    for keyword in ["anyOf", "oneOf", "allOf"] {
        if let Some(Value::Array(parts)) = schema.get(keyword) {
            let mut parts = parts.iter().filter(|part| part.get("type").is_none_or(|kind| kind != "null"));
            if let (Some(only), None) = (parts.next(), parts.next()) {
                collect(only, found);
            }
        }
    }
}

/// A text without the quotes around it.
fn shown(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// The bounds of a number, where they are tighter than those of its type.
fn range(schema: &Map<String, Value>) -> Option<String> {
    let of_type = schema.get("format").and_then(Value::as_str).and_then(mend::bounds);
    let (lowest, highest) = of_type.map(|(_, least, greatest)| (Value::Number(least), Value::Number(greatest))).unzip();
    let least = schema.get("minimum").filter(|least| Some(*least) != lowest.as_ref());
    let greatest = schema.get("maximum").filter(|greatest| Some(*greatest) != highest.as_ref());
    let above = schema.get("exclusiveMinimum");
    let below = schema.get("exclusiveMaximum");
    match (least, greatest, above, below) {
        (Some(least), Some(greatest), None, None) => Some(format!("{least} to {greatest}")),
        (None, None, None, None) => None,
        _ => {
            let bounds = [("≥ ", least), ("> ", above), ("≤ ", greatest), ("< ", below)];
            let bounds = bounds.into_iter().filter_map(|(sign, bound)| Some(format!("{sign}{}", bound?)));
            Some(bounds.collect::<Vec<_>>().join(", "))
        }
    }
}

/// How much of something there may be.
fn extent(schema: &Map<String, Value>, least: &str, most: &str, one: &str, many: &str) -> Option<String> {
    // The places of a tuple are all there to see.
    if schema.contains_key("prefixItems") {
        return None;
    }
    let count = |keyword: &str| schema.get(keyword).and_then(Value::as_u64);
    let unit = |number: u64| if number == 1 { one } else { many };
    Some(match (count(least).filter(|least| *least > 0), count(most)) {
        (None, None) => return None,
        (Some(least), None) => format!("at least {least} {}", unit(least)),
        (None, Some(most)) => format!("at most {most} {}", unit(most)),
        (Some(least), Some(most)) if least == most => format!("exactly {most} {}", unit(most)),
        (Some(least), Some(most)) => format!("{least} to {most} {many}"),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_demanded_is_said_in_a_few_words() {
        for (schema, expected) in [
            (json!({"type": "integer", "format": "uint8", "minimum": 0, "maximum": 255}), vec![]),
            (json!({"type": "integer", "format": "uint8", "minimum": 1, "maximum": 255}), vec!["≥ 1"]),
            (json!({"type": "integer", "format": "uint8", "minimum": 1, "maximum": 9}), vec!["1 to 9"]),
            (json!({"type": "number", "exclusiveMinimum": 0, "maximum": 1}), vec!["> 0, ≤ 1"]),
            (json!({"type": "string", "minLength": 1, "maxLength": 64}), vec!["1 to 64 characters"]),
            (json!({"type": "string", "maxLength": 1}), vec!["at most 1 character"]),
            (json!({"type": "string", "pattern": "^[a-z]$", "format": "uuid"}), vec!["matches ^[a-z]$", "as uuid"]),
            (
                json!({"type": "array", "minItems": 3, "maxItems": 3, "uniqueItems": true}),
                vec!["exactly 3 items", "no two alike"],
            ),
            (json!({"prefixItems": [true], "minItems": 1, "maxItems": 1}), vec![]),
            (json!({"anyOf": [{"type": "string", "minLength": 2}, {"type": "null"}]}), vec!["at least 2 characters"]),
            (json!({"allOf": [{"$ref": "#/$defs/A"}], "default": []}), vec!["by default []"]),
            (json!(true), vec![]),
        ] {
            assert_eq!(of(&schema), expected, "{schema}");
        }
    }
}
