//! The JSON Schema of descriptions: that it is published as it is, and that every description keeps it.

use std::path::Path;
use std::sync::OnceLock;

use ipc_core::{Description, Event, Router};
use jsonschema::Validator;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::document;

/// The schema as it is published.
///
/// `UPDATE_GOLDEN=1 cargo test -p ipc-core --test description` writes it anew.
fn published() -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/description.schema.json");
    let text = format!("{:#}\n", Description::schema().as_value());
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, &text).expect("the schema is written");
    }
    let published = std::fs::read_to_string(&path).expect("the schema is read");
    assert_eq!(published.replace("\r\n", "\n"), text, "docs/description.schema.json is not what the crate says");
    serde_json::from_str(&published).expect("JSON")
}

/// Asserts that a description is what its published schema says.
pub(crate) fn keeps_its_schema(description: &Description) {
    static VALIDATOR: OnceLock<Validator> = OnceLock::new();
    let validator = VALIDATOR.get_or_init(|| jsonschema::draft202012::new(&published()).expect("a schema"));
    let document = serde_json::to_value(description).expect("JSON");
    if let Err(error) = validator.validate(&document) {
        panic!("{error} at {}: {document:#}", error.instance_path());
    }
}

/// How far a job is.
#[derive(Debug, Serialize, Deserialize, JsonSchema, Event)]
#[event("job:progress", key = "job", lag = "keep_latest", retain, permission = "job:see", crate = ipc_core)]
struct Progress {
    job: u64,
}

fn router() -> Router {
    document::router().shared_event::<Progress>()
}

#[test]
fn the_published_schema_is_one_and_takes_what_is_written() {
    jsonschema::draft202012::meta::validate(&published()).expect("a schema");
    for router in [Router::new(), document::router(), router()] {
        keeps_its_schema(&router.description().expect("a description"));
    }
}

#[test]
fn the_published_schema_refuses_what_is_no_description() {
    let validator = jsonschema::draft202012::new(&published()).expect("a schema");
    let good = serde_json::to_value(router().description().expect("a description")).expect("JSON");
    for (place, wrong) in [
        ("/$schema", json!("http://json-schema.org/draft-07/schema")),
        ("/protocol", json!("1")),
        ("/fingerprint", json!("0123")),
        ("/channels", json!([])),
        ("/channels/data:fetch/kind", json!("shout")),
        ("/channels/data:fetch/request", json!({"type": "strong"})),
        ("/channels/data:fetch/errors/0/code", json!(404)),
        ("/events/job:progress/lag", json!("hurry")),
        ("/events/job:progress/data", json!(7)),
        ("/$defs/Item", json!({"properties": []})),
    ] {
        let mut document = good.clone();
        *document.pointer_mut(place).unwrap_or_else(|| panic!("nothing is at {place}")) = wrong;
        assert!(!validator.is_valid(&document), "{place}");
    }
    let mut document = good.clone();
    document["channels"]["data:fetch"].as_object_mut().expect("an object").remove("kind");
    assert!(!validator.is_valid(&document), "every channel has a kind");
    for missing in ["$schema", "protocol", "generator", "fingerprint", "channels", "$defs"] {
        let mut document = good.clone();
        document.as_object_mut().expect("an object").remove(missing);
        assert!(!validator.is_valid(&document), "{missing}");
    }
}

#[test]
fn keys_of_a_later_version_are_passed_over() {
    let description = router().description().expect("a description");
    let mut document = serde_json::to_value(&description).expect("JSON");
    for place in ["", "/channels/data:fetch", "/channels/data:fetch/errors/0", "/events/job:progress"] {
        let part = document.pointer_mut(place).and_then(Value::as_object_mut).expect("an object");
        part.insert("of-2031".to_owned(), json!({"nobody": ["knows"]}));
    }
    assert_eq!(serde_json::from_value::<Description>(document.clone()).expect("a description"), description);
    let validator = jsonschema::draft202012::new(&published()).expect("a schema");
    assert!(validator.is_valid(&document));
}
