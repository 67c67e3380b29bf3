//! The description as a document.

use ipc_core::{Description, Router};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// An item.
#[derive(Serialize, Deserialize, JsonSchema)]
pub(crate) struct Item {
    /// Where it lies.
    place: Place,
    id: u64,
}

#[derive(Serialize, Deserialize, JsonSchema)]
pub(crate) struct Place(String);

#[derive(Serialize, Deserialize, JsonSchema)]
pub(crate) struct Missing {
    id: u64,
}

error!(FetchError { "NOT_FOUND" "No such item.": Missing, "BUSY" "" });
channel!("data:fetch" fetch { #[garde(range(min = 1))] id: u64 } -> Item | FetchError; "Fetches an item.");
channel!("data:count" count {} -> u32; "Counts." "use data:fetch");
channel!("data:place" place(Place) -> bool);

pub(crate) fn router() -> Router {
    Router::new().handle::<place>().handle::<fetch>().handle::<count>()
}

#[test]
fn every_channel_says_what_it_takes_and_answers() {
    let description = router().description().expect("a description");
    let fetch = description.channel("data:fetch").expect("the channel");
    assert_eq!(fetch.doc(), "Fetches an item.");
    assert_eq!(fetch.deprecated(), None);
    assert_eq!(
        fetch.request().as_value(),
        &json!({
            "type": "object",
            "properties": {"id": {"type": "integer", "format": "uint64", "minimum": 1, "maximum": u64::MAX}},
            "required": ["id"],
            "additionalProperties": false,
        })
    );
    assert_eq!(fetch.response().expect("one answer").as_value(), &json!({"$ref": "#/$defs/Item"}));
    let codes: Vec<_> = fetch.errors().iter().map(|error| (error.code(), error.doc())).collect();
    assert_eq!(codes, [("NOT_FOUND", "No such item."), ("BUSY", "")]);
    assert_eq!(fetch.errors()[0].details().map(|s| s.as_value()), Some(&json!({"$ref": "#/$defs/Missing"})));
    assert_eq!(fetch.errors()[1].details(), None);
    let item = description.definition("Item").expect("the definition").as_value();
    assert_eq!(
        item["properties"]["place"],
        json!({"allOf": [{"$ref": "#/$defs/Place"}], "description": "Where it lies."})
    );
    assert_eq!(description.channel("data:count").expect("the channel").deprecated(), Some("use data:fetch"));
}

#[test]
fn a_description_is_one_document_that_is_read_back_as_it_was() {
    let description = router().description().expect("a description");
    let text = serde_json::to_string(&description).expect("JSON");
    assert_eq!(serde_json::from_str::<Description>(&text).expect("a description"), description);
    let reordered = Router::new().handle::<count>().handle::<fetch>().handle::<place>();
    assert_eq!(serde_json::to_string(&reordered.description().expect("a description")).expect("JSON"), text);
    let document: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(document["protocol"], 1);
    assert!(document["generator"].as_str().expect("a text").starts_with("ipc-bridge "));
    assert_eq!(document["channels"]["data:place"]["request"], json!({"$ref": "#/$defs/Place"}));
    let names: Vec<_> = description.channels().map(|(name, _)| name).collect();
    assert_eq!(names, ["data:count", "data:fetch", "data:place"]);
}

#[test]
fn a_schema_that_stands_alone_has_the_definitions_that_it_needs_and_no_others() {
    let description = router().description().expect("a description");
    let alone = |channel: &str| {
        description
            .standalone(description.channel(channel).expect("the channel").response().expect("one answer"))
            .as_value()
            .clone()
    };
    let names = |schema: &Value| schema["$defs"].as_object().expect("definitions").keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&alone("data:fetch")), ["Item", "Place"]);
    assert_eq!(alone("data:count").get("$defs"), None);
    assert_eq!(alone("data:count")["$schema"], "https://json-schema.org/draft/2020-12/schema");
}

#[test]
fn a_router_without_channels_has_a_description() {
    let description = Router::new().description().expect("a description");
    assert_eq!(description.channels().len(), 0);
    assert_eq!(description.definitions().len(), 0);
    assert_eq!(description.fingerprint().len(), 16);
}
