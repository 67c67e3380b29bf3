//! AsyncAPI documents.

use std::sync::OnceLock;

use ipc_bridge::export::{self, AsyncApiInfo};
use ipc_bridge::{Description, Router};
use jsonschema::{Draft, Validator};
use serde_json::{Value, json};

use crate::contract::{description, fetch_errors, item};

/// The format's own schema; see the README beside it.
fn official() -> &'static Validator {
    static OFFICIAL: OnceLock<Validator> = OnceLock::new();
    OFFICIAL.get_or_init(|| {
        let schema: Value = serde_json::from_str(include_str!("asyncapi/3.0.0.json")).unwrap();
        jsonschema::options().with_draft(Draft::Draft7).build(&schema).unwrap()
    })
}

fn document() -> Value {
    let info = AsyncApiInfo::new("Shop", "1.2.0").description("What is *in* the shop.").endpoint("my-shop");
    export::asyncapi(&description(), &info)
}

fn assert_valid(document: &Value) {
    let errors: Vec<_> =
        official().iter_errors(document).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:#?}");
}

/// Shows `visit` every reference of a document.
fn references(value: &Value, visit: &mut dyn FnMut(&str)) {
    match value {
        Value::Object(members) => members.iter().for_each(|(key, value)| match value {
            Value::String(reference) if key == "$ref" => visit(reference),
            value => references(value, visit),
        }),
        Value::Array(values) => values.iter().for_each(|value| references(value, visit)),
        _ => {}
    }
}

/// A validator for the payload of a message.
fn payload(document: &Value, channel: &str, message: &str) -> Validator {
    let message = &document["channels"][channel]["messages"][message];
    let message = match message["$ref"].as_str() {
        Some(reference) => document.pointer(reference.trim_start_matches('#')).unwrap(),
        None => message,
    };
    let mut schema = message["payload"].clone();
    schema["components"] = document["components"].clone();
    jsonschema::draft7::meta::validate(&schema).unwrap_or_else(|error| panic!("{error}"));
    jsonschema::draft7::new(&schema).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn a_document_is_what_the_official_schema_says() {
    assert_valid(&document());
    let empty = Router::new().description().unwrap();
    assert_valid(&export::asyncapi(&empty, &AsyncApiInfo::new("Nothing", "0")));
}

#[test]
fn the_official_schema_refuses_what_is_no_document() {
    for (place, wrong) in [
        ("/asyncapi", json!("2.6.0")),
        ("/info", json!({"title": "Shop"})),
        ("/operations/data:fetch/action", json!("call")),
        ("/operations/data:fetch/reply/messages", json!("request")),
        ("/channels/data:fetch/messages/request/payload", json!({"type": "strong"})),
        ("/components/schemas/Item", json!({"properties": []})),
    ] {
        let mut document = document();
        *document.pointer_mut(place).unwrap_or_else(|| panic!("nothing is at {place}")) = wrong;
        assert!(!official().is_valid(&document), "{place}");
    }
}

#[test]
fn every_reference_leads_somewhere() {
    let document = document();
    let mut count = 0;
    references(&document, &mut |reference| {
        count += 1;
        assert!(document.pointer(reference.trim_start_matches('#')).is_some(), "{reference}");
    });
    assert!(count > 50, "{count}");
}

#[test]
fn what_a_client_calls_is_received_and_answered() {
    let document = document();
    let messages = |place: &str| -> Vec<String> {
        let references = document.pointer(place).and_then(Value::as_array).unwrap_or_else(|| panic!("{place}"));
        let name = |reference: &Value| reference["$ref"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
        references.iter().map(name).collect()
    };
    for (channel, received, answered) in [
        ("data:fetch", vec!["request"], vec!["response", "NOT_FOUND", "LENT", "failure"]),
        ("data:list", vec!["request"], vec!["response", "failure"]),
        ("count:to", vec!["request"], vec!["item", "end", "failure"]),
        ("sum:all", vec!["request", "incoming"], vec!["response", "TOO_MUCH", "failure"]),
        ("sum:so-far", vec!["request", "incoming"], vec!["item", "end", "TOO_MUCH", "failure"]),
    ] {
        assert_eq!(document["operations"][channel]["action"], "receive");
        assert_eq!(document["channels"][channel]["address"], channel);
        assert_eq!(messages(&format!("/operations/{channel}/messages")), received);
        assert_eq!(messages(&format!("/operations/{channel}/reply/messages")), answered);
    }
}

#[test]
fn what_is_published_is_sent_and_what_peers_publish_is_received() {
    let document = document();
    let operations = document["operations"].as_object().unwrap();
    let action = |name: &str| operations.get(name).map(|operation| operation["action"].as_str().unwrap());
    assert_eq!(action("status:changed"), Some("send"));
    assert_eq!(action("status:changed+publish"), Some("receive"));
    assert_eq!(action("job:progress"), Some("send"));
    assert_eq!(action("job:progress+publish"), None);
    assert_eq!(operations["status:changed"].get("reply"), None);
}

#[test]
fn a_payload_is_the_whole_body_that_travels() {
    let document = document();
    let succeeded = |data: Value| json!({"success": true, "data": data});
    for (channel, message, json) in [
        ("data:fetch", "request", json!({"id": 1})),
        ("data:fetch", "response", succeeded(item())),
        ("data:list", "response", succeeded(json!({"items": [item()], "next": 7}))),
        ("data:form:fill", "request", json!({"street": "a", "number": -1, "comment": null})),
        ("count:to", "item", json!(7)),
        ("count:to", "end", succeeded(Value::Null)),
        ("sum:all", "incoming", json!(7)),
        ("status:changed", "event", json!({"online": true})),
        ("status:changed", "response", succeeded(Value::Null)),
        ("user:login", "failure", json!({"success": false, "error": {"code": "DENIED", "message": ""}})),
    ] {
        let payload = payload(&document, channel, message);
        payload.validate(&json).unwrap_or_else(|error| panic!("{channel} {message}: {error}"));
        assert!(!payload.is_valid(&json!([json])), "{channel} {message}");
    }
    let errors = fetch_errors();
    for (message, json) in ["NOT_FOUND", "LENT", "failure"].into_iter().zip(&errors) {
        payload(&document, "data:fetch", message).validate(json).unwrap_or_else(|error| panic!("{message}: {error}"));
        for other in errors.iter().filter(|other| *other != json) {
            assert!(!payload(&document, "data:fetch", message).is_valid(other), "{message} {other}");
        }
    }
}

#[test]
fn a_channel_says_what_the_format_has_no_word_for() {
    let document = document();
    let of = |channel: &str, key: &str| document["channels"][channel][key].clone();
    assert_eq!(document["info"]["x-ipc-fingerprint"], description().fingerprint());
    assert_eq!(of("data:fetch", "x-ipc-kind"), "call");
    assert_eq!(of("data:fetch", "x-ipc-permission"), "data:read");
    assert_eq!(of("data:fetch", "x-ipc-timeout-ms"), 2000);
    assert_eq!(of("sum:all", "x-ipc-detached"), true);
    assert_eq!(of("sum:so-far", "x-ipc-kind"), "duplex");
    assert_eq!(of("job:progress", "x-ipc-lag"), "keep_latest");
    assert_eq!(of("job:progress", "x-ipc-permission"), "job:see");
    assert_eq!(of("job:progress", "x-ipc-key")["format"], "uint32");
    assert_eq!(of("status:changed", "x-ipc-retain"), true);
    assert_eq!(of("status:changed", "x-ipc-publish-permission"), "status:tell");
    assert_eq!(of("data:count", "x-ipc-deprecated"), "use `data:list`");
    let told = document["operations"]["data:count"]["description"].as_str().unwrap();
    assert_eq!(told, "**Deprecated:** use `data:list`\n\nThe number of items.");
    assert_eq!(document["operations"]["data:fetch"]["summary"], "Fetches one item by its id.");
    assert_eq!(document["servers"]["local"]["host"], "my-shop");
}

#[test]
fn every_type_has_a_name_that_the_format_allows() {
    let document = document();
    let names: Vec<_> = document["components"]["schemas"].as_object().unwrap().keys().collect();
    assert!(names.iter().any(|name| *name == "Page_Item_"), "{names:?}");
    for name in names {
        assert!(name.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c)), "{name}");
    }
}

#[test]
fn the_same_description_makes_the_same_document() {
    let read: Description = serde_json::from_str(&serde_json::to_string(&description()).unwrap()).unwrap();
    let info = AsyncApiInfo::new("Shop", "1.2.0").description("What is *in* the shop.").endpoint("my-shop");
    assert_eq!(export::asyncapi(&read, &info).to_string(), document().to_string());
}
