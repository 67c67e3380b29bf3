//! Contracts that have no bindings, and why: descriptions as another program may have written them.

use ipc_bridge::Description;
use ipc_bridge::export::{TypeScript, TypeScriptProblem};
use serde_json::{Value, json};

/// A contract with one channel, which answers with this.
fn answering(response: &Value, definitions: &Value) -> Description {
    serde_json::from_value(json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "protocol": 1,
        "generator": "another 1.0",
        "fingerprint": "0123456789abcdef",
        "channels": {"a:b": {"request": {"type": "object"}, "response": response, "fingerprint": "0123456789abcdef"}},
        "$defs": definitions,
    }))
    .unwrap()
}

fn problems(response: Value, definitions: Value) -> Vec<TypeScriptProblem> {
    TypeScript::new().write(&answering(&response, &definitions)).unwrap_err().problems().to_vec()
}

#[test]
fn a_mark_on_what_holds_no_integer_names_the_place_and_the_mend() {
    let response = json!({"type": "object", "properties": {
        "name": {"type": "string", "x-ipc-bigint": true},
        "item": {"allOf": [{"$ref": "#/$defs/Item"}], "x-ipc-bigint": true},
    }});
    let definitions =
        json!({"Item": {"type": "object", "properties": {"id": {"type": "integer", "format": "uint64"}}}});
    let said: Vec<_> = problems(response, definitions).iter().map(ToString::to_string).collect();
    assert_eq!(
        said,
        [
            "`a:b: the response.item` is marked as `bigint` and holds no integer of its own: mark the fields of `Item`",
            "`a:b: the response.name` is marked as `bigint` and holds no integer: leave the mark out",
        ]
    );
}

#[test]
fn a_type_that_is_nothing_but_itself_is_refused() {
    let definitions = json!({
        "A": {"anyOf": [{"$ref": "#/$defs/B"}, {"type": "null"}]},
        "B": {"$ref": "#/$defs/A"},
        "C": {"type": "object", "properties": {"c": {"$ref": "#/$defs/C"}}},
    });
    let circle = |name: &str| TypeScriptProblem::Circle { name: name.to_owned() };
    assert_eq!(problems(json!({"$ref": "#/$defs/A"}), definitions), [circle("A"), circle("B")]);
}

#[test]
fn a_reference_out_of_the_description_is_refused() {
    for to in ["https://example.org/item.json", "#/$defs/Missing"] {
        let expected = TypeScriptProblem::Reference { place: "a:b: the response".to_owned(), to: to.to_owned() };
        assert_eq!(problems(json!({"$ref": to}), json!({})), [expected]);
    }
}

#[test]
fn binary_data_where_another_variant_has_a_text_is_refused() {
    let binary = json!({"type": "string", "x-ipc-binary": true});
    for (one, other) in [
        (binary.clone(), json!({"type": "string"})),
        (
            json!({"type": "object", "properties": {"data": binary}}),
            json!({"type": "object", "additionalProperties": {"type": ["string", "null"]}}),
        ),
        (
            json!({"type": "array", "items": binary}),
            json!({"type": "array", "prefixItems": [{"type": "integer"}, {"type": "string"}], "maxItems": 2}),
        ),
        (binary.clone(), json!({"$ref": "#/$defs/Text"})),
    ] {
        let definitions =
            json!({"Text": {"anyOf": [{"$ref": "#/$defs/Text2"}, {"type": "null"}]}, "Text2": {"type": "string"}});
        let problems = problems(json!({"anyOf": [one, other]}), definitions);
        assert!(
            matches!(problems.as_slice(), [TypeScriptProblem::BinaryOrText { place }] if place == "a:b"),
            "{problems:?}"
        );
    }
}

#[test]
fn everything_that_is_wrong_is_told_at_once() {
    let response = json!({"type": "object", "properties": {
        "one": {"$ref": "#/$defs/Missing"},
        "two": {"type": "boolean", "x-ipc-bigint": true},
    }});
    let said = TypeScript::new().write(&answering(&response, &json!({}))).unwrap_err().to_string();
    assert_eq!(
        said,
        "2 things keep the contract from TypeScript:\n\
         - `a:b: the response.one` refers to `#/$defs/Missing`, which is not in the description: use a schema that refers \
         to its own definitions\n\
         - `a:b: the response.two` is marked as `bigint` and holds no integer: leave the mark out"
    );
}

#[test]
fn schemas_that_rust_does_not_write_are_read_as_what_they_say() {
    for (schema, expected) in [
        (json!(true), "unknown"),
        (json!(false), "never"),
        (json!({}), "unknown"),
        (json!({"not": {}}), "never"),
        (json!({"enum": []}), "never"),
        (json!({"enum": [1, "a", null, true]}), "1 | \"a\" | null | true"),
        (json!({"type": "integer"}), "number"),
        (json!({"type": "array"}), "unknown[]"),
        (
            json!({"type": "array", "prefixItems": [{"type": "null"}], "items": {"type": "string"}}),
            "[null, ...string[]]",
        ),
        (json!({"type": ["string", "number"]}), "string | number"),
        (json!({"type": "object"}), "{ [key: string]: never }"),
        (json!({"type": "object", "additionalProperties": {}}), "{ [key: string]: unknown }"),
        (json!({"properties": {"a-b": {"type": "null"}}, "required": ["a-b"]}), "{ \"a-b\": null }"),
        (json!({"type": "array", "items": {"type": ["boolean", "null"]}}), "(boolean | null)[]"),
    ] {
        let written = TypeScript::new().write(&answering(&schema, &json!({}))).unwrap();
        assert!(written.contains(&format!("readonly response: {expected};\n")), "{schema}: {written}");
    }
}
