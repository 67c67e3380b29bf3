//! Files of capabilities: what is read, what is refused, and that the schema says the same.
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::Path;

use ipc_core::{Capabilities, Event, Grants, Router, handler};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

#[handler("data:fetch", permission = "data:read", crate = ipc_core)]
fn fetch(id: u64) -> u64 {
    id
}

#[handler("data:delete", permission = "data:delete", crate = ipc_core)]
fn delete(id: u64) -> u64 {
    id
}

#[handler("settings:open", crate = ipc_core)]
fn open() {}

#[derive(Debug, Serialize, Deserialize, JsonSchema, Event)]
#[event("chat:said", crate = ipc_core)]
struct Said {
    text: String,
}

fn router() -> Router {
    Router::new().handle::<fetch>().handle::<delete>().handle::<open>().shared_event::<Said>()
}

const TOML: &str = r#"
"$schema" = "https://example.org/capabilities.schema.json"

[capabilities.main]
description = "The main process."
allow = ["*"]

[capabilities.settings-window]
allow = ["settings:*", "data:*", "chat:said:publish"]
deny = ["data:delete"]

[capabilities.tools]
same_user = true
allow = ["ipc:introspect"]

[capabilities.nobody]
"#;

fn mistakes(text: &str) -> Vec<String> {
    let checked = Capabilities::from_toml(text).and_then(|unchecked| unchecked.check(&router()));
    checked.expect_err(text).mistakes().iter().map(ToString::to_string).collect()
}

#[test]
fn sets_are_read_by_their_names() {
    let capabilities = Capabilities::from_toml(TOML).unwrap().check(&router()).unwrap();
    let window = Grants::none().allow("settings:*").allow("data:*").allow("chat:said:publish").deny("data:delete");
    let tools = Grants::same_user().allow("ipc:introspect");
    let expected = [("main", Grants::all()), ("nobody", Grants::none()), ("settings-window", window), ("tools", tools)];
    let read: Vec<_> = capabilities.iter().map(|(name, grants)| (name, grants.clone())).collect();
    assert_eq!(read, expected);
    assert_eq!(capabilities.grants("main"), Some(&Grants::all()));
    assert_eq!(capabilities.grants("mian"), None);
}

#[test]
fn json_says_the_same_as_toml() {
    let value = json!({
        "$schema": "https://example.org/capabilities.schema.json",
        "capabilities": {
            "main": { "description": "The main process.", "allow": ["*"] },
            "settings-window": { "allow": ["settings:*", "data:*", "chat:said:publish"], "deny": ["data:delete"] },
            "tools": { "same_user": true, "allow": ["ipc:introspect"] },
            "nobody": {},
        },
    });
    let of_json = Capabilities::from_json(&value.to_string()).unwrap().check(&router()).unwrap();
    let of_toml = Capabilities::from_toml(TOML).unwrap().check(&router()).unwrap();
    assert_eq!(of_json, of_toml);
}

#[test]
fn every_mistake_is_told_at_once_with_its_line() {
    let text = r#"
[capabilities.main]
alow = ["*"]
allow = ["data:raed", "data:*",
    "Data:read", 7]
deny = "data:delete"

[capabilities.window]
deny = ["data:delte"]
allow = ["dat:*"]
same_user = "yes"

[permissions]
"#;
    let expected = [
        "line 3: capabilities.main.alow: `alow` has no meaning here: expected one of `allow`, `deny`, `same_user`, \
         `description`",
        "line 4: capabilities.main.allow[0]: `data:raed`: no channel needs it; did you mean `data:read`?",
        "line 5: capabilities.main.allow[2]: `Data:read` is no permission: it holds 'D'; a permission is made of a-z, \
         0-9, `_`, `.`, `-` and `:`",
        "line 5: capabilities.main.allow[3]: expected a permission as a text, and this is a number",
        "line 6: capabilities.main.deny: expected a list of permissions, and this is a text",
        "line 9: capabilities.window.deny[0]: `data:delte`: no channel needs it; did you mean `data:delete`?",
        "line 10: capabilities.window.allow[0]: `dat:*`: it names nothing that a channel needs; did you mean `data:*`?",
        "line 11: capabilities.window.same_user: expected true or false, and this is a text",
        "line 13: permissions: `permissions` has no meaning here: expected one of `capabilities`",
    ];
    assert_eq!(mistakes(text), expected);
    let error = Capabilities::from_toml(text).unwrap().check(&router()).unwrap_err();
    assert_eq!(error.to_string().lines().count(), 1 + expected.len());
    let lines: Vec<_> = error.mistakes().iter().map(ipc_core::CapabilityMistake::line).collect();
    assert_eq!(lines[0], Some(3));
    assert_eq!(error.mistakes()[1].path(), "capabilities.main.allow[0]");
}

#[test]
fn what_is_no_toml_is_told_with_every_line() {
    let said = mistakes("[capabilities.main]\nallow = [\ndeny = = 1\n");
    assert!(!said.is_empty());
    assert!(said.iter().all(|line| line.starts_with("line ")), "{said:?}");
    // A key that is there twice is none of TOML.
    let said = mistakes("[capabilities.main]\ndeny = [\"data:read\"]\ndeny = []\n");
    assert!(said.iter().any(|line| line.starts_with("line 3: ")), "{said:?}");
    assert_eq!(mistakes(""), ["there is no `capabilities`: write a table `[capabilities.main]` for each set"]);
}

#[test]
fn what_is_no_json_is_told_with_its_line() {
    let said = |text: &str| {
        let checked = Capabilities::from_json(text).and_then(|unchecked| unchecked.check(&router()));
        checked.expect_err(text).mistakes().iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    assert!(said("{\n\"capabilities\": [}")[0].starts_with("line 2: "));
    // The second would take back what the first denies.
    let twice = r#"{"capabilities": {"main": {"deny": ["data:read"], "deny": []}}}"#;
    assert!(said(twice)[0].contains("the key `deny` is there twice"), "{:?}", said(twice));
    assert_eq!(
        said(r#"{"capabilities": {"main": {"allow": ["data:raed", null]}}}"#),
        [
            "capabilities.main.allow[0]: `data:raed`: no channel needs it; did you mean `data:read`?",
            "capabilities.main.allow[1]: expected a permission as a text, and this is null",
        ]
    );
    assert_eq!(said("[]"), ["expected a table with `capabilities`, and this is a list"]);
}

/// The schema as it is published.
///
/// `UPDATE_GOLDEN=1 cargo test -p ipc-core --all-features --test capabilities` writes it anew.
fn published() -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/capabilities.schema.json");
    let text = format!("{:#}\n", Capabilities::schema().as_value());
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, &text).unwrap();
    }
    let published = std::fs::read_to_string(&path).unwrap();
    assert_eq!(published.replace("\r\n", "\n"), text, "docs/capabilities.schema.json is not what the crate says");
    serde_json::from_str(&published).unwrap()
}

#[test]
fn the_published_schema_takes_what_is_read_and_refuses_what_is_not() {
    let validator = jsonschema::validator_for(&published()).unwrap();
    let good = [
        json!({ "capabilities": {} }),
        json!({ "$schema": "x", "capabilities": { "main": { "allow": ["*"] } } }),
        json!({ "capabilities": { "a": { "allow": ["data:*", "data:read"], "deny": ["data:delete"], "same_user": true } } }),
        json!({ "capabilities": { "a": { "description": "x" }, "b": {} } }),
    ];
    for file in good {
        assert!(validator.is_valid(&file), "{file}");
        Capabilities::from_json(&file.to_string()).unwrap().check(&router()).unwrap_or_else(|error| panic!("{error}"));
    }
    let bad = [
        json!([]),
        json!({}),
        json!({ "$schema": 7, "capabilities": {} }),
        json!({ "capabilities": {}, "permissions": {} }),
        json!({ "capabilities": [] }),
        json!({ "capabilities": { "a": ["*"] } }),
        json!({ "capabilities": { "a": { "alow": ["*"] } } }),
        json!({ "capabilities": { "a": { "allow": "*" } } }),
        json!({ "capabilities": { "a": { "allow": [7] } } }),
        json!({ "capabilities": { "a": { "same_user": 1 } } }),
        json!({ "capabilities": { "a": { "description": null } } }),
    ];
    let malformed = ["", "data", "data:", ":read", "data*", "data::*", "**", "Data:read", "data:*:read", "data: read"];
    let malformed = malformed.map(|text| json!({ "capabilities": { "a": { "deny": [text] } } }));
    for file in bad.into_iter().chain(malformed) {
        assert!(!validator.is_valid(&file), "{file}");
        assert!(Capabilities::from_json(&file.to_string()).unwrap().check(&router()).is_err(), "{file}");
    }
}
