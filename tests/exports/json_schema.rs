//! JSON Schema documents.

use std::collections::BTreeSet;

use ipc_bridge::{Description, export};
use jsonschema::Validator;
use serde_json::{Value, json};

use crate::contract::{description, fetch_errors, item};

fn validator(schema: &Value) -> Validator {
    jsonschema::draft202012::meta::validate(schema).unwrap_or_else(|error| panic!("{error}"));
    jsonschema::draft202012::new(schema).unwrap_or_else(|error| panic!("{error}"))
}

/// What travels on a channel, and what does not: a part of it, its JSON, and whether the schema takes it.
fn examples() -> Vec<(&'static str, &'static str, Value, bool)> {
    let mut examples = vec![
        ("data:fetch", "request", json!({"id": 7}), true),
        ("data:fetch", "request", json!({"id": 0}), false),
        ("data:fetch", "response", item(), true),
        ("data:fetch", "response", json!({"id": 7}), false),
        ("data:fetch", "error", json!({"code": "INVALID_INPUT", "message": "", "details": {"issues": []}}), true),
        ("data:fetch", "error", json!({"code": "OUT_OF_ORDER", "message": ""}), false),
        ("data:fetch", "error", json!({"code": "NOT_FOUND", "message": ""}), false),
        ("data:fetch", "item", item(), false),
        ("data:list", "response", json!({"items": [item()], "next": null}), true),
        ("data:list", "response", json!({"items": [{}], "next": null}), false),
        ("data:form:fill", "request", json!({"street": "a", "number": 1}), true),
        ("data:form:fill", "request", json!({"street": "a", "number": 1, "more": 1}), false),
        ("count:to", "item", json!(4), true),
        ("count:to", "response", json!(null), false),
        ("sum:all", "incoming", json!(4), true),
        ("sum:all", "incoming", json!(-4), false),
        ("sum:all", "response", json!(4), true),
        ("sum:so-far", "incoming", json!(4), true),
        ("sum:so-far", "item", json!(4), true),
        ("sum:so-far", "error", json!({"code": "TOO_MUCH", "message": "", "details": {"limit": 7}}), true),
        ("status:changed", "event", json!({"online": true}), true),
        ("status:changed", "event", json!({"online": 1}), false),
        ("status:changed", "key", json!(1), false),
        ("job:progress", "key", json!(1), true),
        ("job:progress", "key", json!("1"), false),
    ];
    for failed in fetch_errors() {
        examples.push(("data:fetch", "error", failed["error"].clone(), true));
    }
    examples
}

#[test]
fn one_document_takes_what_travels_on_every_channel_and_nothing_else() {
    let schema = export::json_schema(&description());
    let validator = validator(&schema);
    for (channel, part, json, taken) in examples() {
        let file = json!({ channel: { part: json } });
        assert_eq!(validator.is_valid(&file), taken, "{file}");
    }
    assert!(validator.is_valid(&json!({})));
    assert!(!validator.is_valid(&json!({"data:fecth": {}})));
}

#[test]
fn the_document_of_each_channel_says_the_same_by_itself() {
    let description = description();
    let schemas = export::json_schemas(&description);
    assert_eq!(schemas.len(), description.channels().len() + description.events().len());
    for (channel, part, json, taken) in examples() {
        let validator = validator(&schemas[&export::schema_file_name(channel)]);
        let file = json!({ part: json });
        assert_eq!(validator.is_valid(&file), taken, "{channel} {file}");
    }
}

#[test]
fn the_document_of_a_channel_has_the_definitions_that_it_needs_and_no_others() {
    let schemas = export::json_schemas(&description());
    let names = |file: &str| schemas[file]["$defs"].as_object().map(|types| types.keys().cloned().collect::<Vec<_>>());
    assert_eq!(names("data~form~fill.schema.json"), Some(vec!["Form".to_owned(), "FormOutput".to_owned()]));
    let of_fetch = names("data~fetch.schema.json").unwrap();
    assert!(of_fetch.iter().any(|name| name == "Note"), "{of_fetch:?}");
    assert!(!of_fetch.iter().any(|name| name == "Form" || name.starts_with("Page")), "{of_fetch:?}");
    assert_eq!(names("count~to.schema.json"), None);
}

#[test]
fn a_document_says_what_schemas_have_no_word_for() {
    let schema = export::json_schema(&description());
    assert_eq!(schema["x-ipc-fingerprint"], description().fingerprint());
    let fetch = &schema["properties"]["data:fetch"];
    assert_eq!(fetch["x-ipc-kind"], "call");
    assert_eq!(fetch["x-ipc-permission"], "data:read");
    assert_eq!(fetch["x-ipc-timeout-ms"], 2000);
    assert!(fetch["description"].as_str().unwrap().starts_with("Fetches one item by its id."));
    assert_eq!(schema["properties"]["sum:all"]["x-ipc-detached"], true);
    let count = &schema["properties"]["data:count"];
    assert_eq!((&count["deprecated"], &count["x-ipc-deprecated"]), (&json!(true), &json!("use `data:list`")));
    let progress = &schema["properties"]["job:progress"];
    assert_eq!((&progress["x-ipc-lag"], &progress["x-ipc-retain"]), (&json!("keep_latest"), &json!(false)));
    let status = &schema["properties"]["status:changed"];
    assert_eq!((&status["x-ipc-shared"], &status["x-ipc-publish-permission"]), (&json!(true), &json!("status:tell")));
    let password = &schema["properties"]["user:login"]["properties"]["request"]["properties"]["password"];
    assert_eq!(password["x-ipc-sensitive"], true);
}

#[test]
fn no_two_channels_share_a_file_and_every_system_takes_its_name() {
    let channels = [
        "data:fetch",
        "data:fetch:all",
        "data.fetch:all",
        "data_fetch:all",
        "data-fetch:all",
        "con:x",
        "con.x:y",
        "con:.x:y",
        "con.:x",
        "nul.txt:x",
        "com1.a:b",
        "com10.a:b",
        "com.a:b",
        "lpt9.a:b",
        "..:..",
        ".:a",
    ];
    let files: Vec<_> = channels.iter().map(|channel| export::schema_file_name(channel)).collect();
    assert_eq!(files.iter().collect::<BTreeSet<_>>().len(), channels.len(), "{files:?}");
    for file in &files {
        assert!(file.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"~._-".contains(&byte)), "{file}");
        let stem = file.split('.').next().unwrap();
        assert!(!["con", "nul", "com1", "lpt9"].contains(&stem), "{file}");
        assert!(file.ends_with(".schema.json"));
    }
}

#[test]
fn the_same_description_makes_the_same_documents() {
    let read: Description = serde_json::from_str(&serde_json::to_string(&description()).unwrap()).unwrap();
    assert_eq!(export::json_schema(&read).to_string(), export::json_schema(&description()).to_string());
    assert_eq!(export::json_schemas(&read), export::json_schemas(&description()));
}
