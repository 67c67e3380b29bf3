//! How changes are told.

use ipc_core::Router;
use serde_json::json;

use crate::case::{Breaks, NewClients, schemas};

#[test]
fn changes_are_a_document_and_lines() {
    let old = schemas(&json!({"type": "object", "properties": {"a": {"type": "integer"}}}), &json!(true), &json!({}));
    let new = json!({"type": "object", "properties": {"a": {"type": "integer", "minimum": 1}, "a b": {}}});
    let changes = old.diff(&schemas(&new, &json!(true), &json!({})));
    let told = "test:echo: request.a: the minimum `1` is new (breaks old clients: they may send what is refused now)\n\
                test:echo: request.\"a b\": the field is new (breaks nobody: it may be left out, and old servers ignore it)";
    assert_eq!(changes.to_string(), told);
    let document = serde_json::to_value(&changes).expect("JSON");
    let first = json!({
        "subject": "channel",
        "channel": "test:echo",
        "place": "request.a",
        "kind": "constraint",
        "what": "the minimum `1` is new",
        "why": "breaks old clients: they may send what is refused now",
        "breaks": {"old_clients": true, "new_clients": false},
    });
    assert_eq!(document["changes"][0], first);
    assert_eq!(document["old"], "0");
    assert_eq!(serde_json::from_value::<ipc_core::diff::Changes>(document).expect("changes"), changes);
    assert_eq!((changes.len(), changes.breaking().count()), (2, 1));
}

#[test]
fn another_version_of_the_protocol_breaks_all() {
    let old = serde_json::to_value(Router::new().description().expect("a description")).expect("JSON");
    let mut new = old.clone();
    new["protocol"] = json!(2);
    let [old, new] = [old, new].map(|document| serde_json::from_value::<ipc_core::Description>(document).unwrap());
    let changes = old.diff(&new);
    assert_eq!(Breaks::of(changes.clone()), crate::case::Both);
    assert!(changes.to_string().starts_with("version 2 of the protocol, and 1 before (breaks"), "{changes}");
}

/// A description that was kept as a file is compared as the one that was written to it.
#[test]
fn a_description_that_was_read_from_a_file_is_the_one_that_was_written() {
    mod contract {
        channel!("data:fetch" fetch { id: u64, name: Option<String> } -> Vec<u8>);
    }
    let router = Router::new().handle::<contract::fetch>();
    let description = router.description().expect("a description");
    let text = serde_json::to_string_pretty(&description).expect("JSON");
    let read: ipc_core::Description = serde_json::from_str(&text).expect("a description");
    assert!(read.diff(&description).is_empty());
    assert_eq!(Breaks::of(read.diff(&Router::new().description().unwrap())), NewClients.reversed());
}
