//! The tables of `docs/evolving.md`, each row of which is judged anew.

use serde_json::{Value, json};

use crate::case::{Both, Breaks, NewClients, Nobody, OldClients, schemas};

const GUIDE: &str = include_str!("../../../docs/evolving.md");

/// The rows of the table that stands under a heading, without its own heading.
fn table(heading: &str) -> Vec<Vec<&'static str>> {
    let (_, section) = GUIDE.split_once(&format!("\n## {heading}\n")).expect("the heading");
    let section = section.split("\n## ").next().expect("a section");
    let rows = section.lines().filter_map(|line| line.strip_prefix("| ")?.strip_suffix(" |"));
    rows.skip(2).map(|row| row.split(" | ").collect()).collect()
}

fn words(breaks: Breaks) -> &'static str {
    match breaks {
        Nobody => "fine",
        NewClients => "server first",
        OldClients | Both => "breaks",
    }
}

fn object(properties: Value, required: &[&str]) -> Value {
    json!({"type": "object", "properties": properties, "required": required})
}

fn closed(properties: Value, required: &[&str]) -> Value {
    let mut object = object(properties, required);
    object["additionalProperties"] = json!(false);
    object
}

/// The old and the new schema of a row, each of which is an example of what the row says.
fn example(row: &str) -> Vec<(Value, Value)> {
    let byte = || json!({"type": "integer", "format": "uint8", "minimum": 0, "maximum": 255});
    let word = || json!({"type": "integer", "format": "uint16", "minimum": 0, "maximum": 65535});
    let text = || json!({"type": "string"});
    let a = || object(json!({"a": byte()}), &["a"]);
    let maybe = || json!({"type": ["integer", "null"]});
    match row {
        "documentation, a deprecation, a default value, a name of a Rust type, the order of fields" => vec![
            (text(), json!({"type": "string", "description": "a name"})),
            (text(), json!({"type": "string", "deprecated": true})),
            (text(), json!({"type": "string", "default": "a"})),
        ],
        "a field that may be left out is new" => vec![(a(), object(json!({"a": byte(), "b": byte()}), &["a"]))],
        "a field that may be left out is new, where unknown fields are refused" => {
            vec![(closed(json!({}), &[]), closed(json!({"b": byte()}), &[]))]
        }
        "a field that is always there is new" => vec![(a(), object(json!({"a": byte(), "b": byte()}), &["a", "b"]))],
        "a field that might be left out is gone" => vec![(object(json!({"a": byte(), "b": byte()}), &["a"]), a())],
        "a field that was always there is gone" => vec![(object(json!({"a": byte(), "b": byte()}), &["a", "b"]), a())],
        "a field that might be left out is gone, where unknown fields are refused" => {
            vec![(closed(json!({"b": byte()}), &[]), closed(json!({}), &[]))]
        }
        "a field has another name" => vec![(a(), object(json!({"b": byte()}), &["b"]))],
        "a field may be left out now" => vec![(a(), object(json!({"a": byte()}), &[]))],
        "a field must be there now" => vec![(object(json!({"a": byte()}), &[]), a())],
        "a value may be null now" => vec![(json!({"type": "integer"}), maybe())],
        "a value is never null now" => vec![(maybe(), json!({"type": "integer"}))],
        "a variant of an enum is new" => vec![
            (json!({"enum": ["A"]}), json!({"enum": ["A", "B"]})),
            (
                json!({"oneOf": [variant("A"), variant("B")]}),
                json!({"oneOf": [variant("A"), variant("B"), variant("C")]}),
            ),
        ],
        "a variant of an enum is gone" => vec![(json!({"enum": ["A", "B"]}), json!({"enum": ["A"]}))],
        "a variant has another name" => vec![(json!({"enum": ["A", "B"]}), json!({"enum": ["A", "C"]}))],
        "the tag of an enum stands elsewhere" => {
            let tagged = |name| object(json!({"t": {"const": name}, "x": byte()}), &["t", "x"]);
            let (outside, inside) = ([variant("A"), variant("B")], [tagged("A"), tagged("B")]);
            vec![(json!({"oneOf": outside}), json!({"oneOf": inside}))]
        }
        "an integer is of a wider type, or a number of any kind" => {
            vec![(byte(), word()), (byte(), json!({"type": "number", "format": "double"}))]
        }
        "an integer is of a narrower type" => vec![(word(), byte())],
        "a bound, a length or a pattern is new or tighter" => tighter().into(),
        "a bound, a length or a pattern is gone or looser" => tighter().map(|(old, new)| (new, old)).into(),
        "a pattern or a format is another" => vec![
            (json!({"type": "string", "pattern": "a"}), json!({"type": "string", "pattern": "b"})),
            (json!({"type": "string", "format": "date"}), json!({"type": "string", "format": "uuid"})),
        ],
        "a value is of another type" => vec![(text(), byte()), (a(), json!({"type": "array", "items": byte()}))],
        "any value is allowed (`serde_json::Value`)" => vec![(text(), json!(true))],
        "a tuple has one element more" => {
            let tuple = |items: &[Value]| json!({"type": "array", "prefixItems": items, "minItems": items.len(), "maxItems": items.len()});
            vec![(tuple(&[byte()]), tuple(&[byte(), byte()]))]
        }
        "the entries of a map, or the items of a list, are wider" => vec![
            (
                json!({"type": "object", "additionalProperties": byte()}),
                json!({"type": "object", "additionalProperties": word()}),
            ),
            (json!({"type": "array", "items": byte()}), json!({"type": "array", "items": word()})),
        ],
        "unknown fields are refused now (`deny_unknown_fields`)" => vec![(a(), closed(json!({"a": byte()}), &["a"]))],
        "unknown fields are ignored now" => vec![(closed(json!({"a": byte()}), &["a"]), a())],
        other => panic!("no example of `{other}`"),
    }
}

fn variant(name: &str) -> Value {
    closed(json!({name: {"type": "string"}}), &[name])
}

fn tighter() -> [(Value, Value); 4] {
    [
        (json!({"type": "integer"}), json!({"type": "integer", "minimum": 1})),
        (json!({"type": "integer", "maximum": 9}), json!({"type": "integer", "maximum": 8})),
        (json!({"type": "string"}), json!({"type": "string", "maxLength": 4})),
        (json!({"type": "string"}), json!({"type": "string", "pattern": "a"})),
    ]
}

#[test]
fn what_travels_is_judged_as_the_guide_says() {
    let rows = table("What travels");
    assert!(rows.len() > 25, "{} rows", rows.len());
    for row in rows {
        let [what, sent, got] = row.as_slice() else { panic!("three columns: {row:?}") };
        for (old, new) in example(what) {
            let [before, after] = [&old, &new].map(|schema| schemas(schema, schema, &json!({})));
            let changes = before.diff(&after);
            let of = |part: &str| Breaks::of(changes.iter().filter(|change| change.place().starts_with(part)).cloned());
            assert_eq!(words(of("request")), *sent, "{what}, sent\n{changes}");
            assert_eq!(words(of("response")), *got, "{what}, got\n{changes}");
            assert!(!changes.is_empty(), "{what}");
        }
    }
}

/// A contract of one handler and one event, with something of it replaced: `null` takes it out.
fn contract(edits: &[(&str, Value)]) -> ipc_core::Description {
    let mut document = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "protocol": 1,
        "generator": "test",
        "fingerprint": "0",
        "channels": {"a:call": {
            "request": {"type": "object"},
            "response": {"type": "null"},
            "errors": [{"code": "NOT_FOUND"}],
            "fingerprint": "0",
        }},
        "events": {"a:event": {
            "data": {"type": "object"}, "retain": false, "lag": "wait", "shared": false, "fingerprint": "0",
        }},
        "$defs": {},
    });
    for (pointer, value) in edits {
        let (parent, key) = pointer.rsplit_once('/').expect("a pointer");
        let parent = document.pointer_mut(parent).and_then(Value::as_object_mut).expect("an object");
        parent.insert(key.to_owned(), value.clone());
        parent.retain(|_, value| !value.is_null());
    }
    serde_json::from_value(document).expect("a description")
}

/// What is edited in the old contract and in the new one, for each example of a row.
fn edits(row: &str) -> Vec<[Vec<(&'static str, Value)>; 2]> {
    const CALL: &str = "/channels/a:call";
    const EVENT: &str = "/events/a:event";
    let or = |channel: Value, event: Value| vec![(CALL, channel), (EVENT, event)];
    let added =
        |edits: Vec<(&'static str, Value)>| edits.into_iter().map(|edit| [vec![edit], vec![]]).collect::<Vec<_>>();
    let one = |pointer, old: Value, new: Value| vec![[vec![(pointer, old)], vec![(pointer, new)]]];
    let back = |edits: Vec<[Vec<(&'static str, Value)>; 2]>| {
        edits.into_iter().map(|[old, new]| [new, old]).collect::<Vec<_>>()
    };
    let details = || one("/channels/a:call/errors", json!([{"code": "A"}]), json!([{"code": "A", "details": true}]));
    let code = || one("/channels/a:call/errors", json!([{"code": "A"}]), json!([{"code": "A"}, {"code": "B"}]));
    let permission = || {
        let call = one("/channels/a:call/permission", Value::Null, json!("a:b"));
        [call, one("/events/a:event/permission", Value::Null, json!("a:b"))].concat()
    };
    let key = || one("/events/a:event/key", Value::Null, json!({"type": "string"}));
    let shorter = || {
        let some = one("/channels/a:call/timeout_ms", json!(5000), json!(2000));
        [some, one("/channels/a:call/timeout_ms", Value::Null, json!(2000))].concat()
    };
    let flag = |pointer| one(pointer, json!(false), json!(true));
    match row {
        "a channel or an event is new" => added(or(Value::Null, Value::Null)),
        "a channel or an event is gone" => back(added(or(Value::Null, Value::Null))),
        "a channel answers with a stream, or takes one, and did not" => vec![
            [vec![], vec![("/channels/a:call/response", Value::Null), ("/channels/a:call/item", json!(true))]],
            [vec![], vec![("/channels/a:call/incoming", json!(true))]],
        ],
        "an error has a further code" => code(),
        "an error has a code no more" => back(code()),
        "a code has details now" => details(),
        "a code has no details any more" => back(details()),
        "an answer may take less time (`timeout`)" => shorter(),
        "an answer may take more time" => back(shorter()),
        "a handler that was stopped runs to its end when nobody waits any more (`detached`)" => {
            flag("/channels/a:call/detached")
        }
        "a handler that ran to its end is stopped when nobody waits any more" => {
            back(flag("/channels/a:call/detached"))
        }
        "a permission is needed that was not" => permission(),
        "a permission is needed no more" => back(permission()),
        "peers may publish an event now" => flag("/events/a:event/shared"),
        "peers may publish an event no more" => back(flag("/events/a:event/shared")),
        "an event is retained now" => flag("/events/a:event/retain"),
        "an event is retained no more" => back(flag("/events/a:event/retain")),
        "an event has a key now" => key(),
        "an event has a key no more" => back(key()),
        "an event whose subscribers missed none may drop some" => {
            one("/events/a:event/lag", json!("wait"), json!("drop_oldest"))
        }
        "an event that dropped some drops none" => one("/events/a:event/lag", json!("keep_latest"), json!("wait")),
        other => panic!("no example of `{other}`"),
    }
}

#[test]
fn channels_and_events_are_judged_as_the_guide_says() {
    let rows = table("Channels and events");
    assert!(rows.len() > 15, "{} rows", rows.len());
    for row in rows {
        let [what, expected] = row.as_slice() else { panic!("two columns: {row:?}") };
        for [old, new] in edits(what) {
            let changes = contract(&old).diff(&contract(&new));
            assert!(!changes.is_empty(), "{what}");
            assert_eq!(words(Breaks::of(changes.clone())), *expected, "{what}\n{changes}");
        }
    }
}
