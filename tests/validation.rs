//! Constraints on what travels: checked before the handler runs, and told in the schema.
#![deny(warnings)]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may panic")]

mod support;

use std::collections::BTreeMap;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering};

use garde::Validate;
use ipc_bridge::garde;
use ipc_bridge::prelude::*;
use ipc_core::{Body, Dispatch};
use schemars::{JsonSchema, SchemaGenerator};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use support::dispatch;

const START: &str = "a(";
const MOST: u64 = 20;

static DIGITS: LazyLock<regex::Regex> = LazyLock::new(|| regex::Regex::new("^[0-9]+$").unwrap());

#[derive(Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[garde(allow_unvalidated)]
struct Filter {
    #[garde(length(min = 1))]
    name: String,
    #[garde(dive)]
    next: Option<Box<Filter>>,
}

fn even(value: &u64, _: &()) -> garde::Result {
    if value.is_multiple_of(2) { Ok(()) } else { Err(garde::Error::new("not even")) }
}

/// Takes one of each.
#[handler("check:all")]
#[expect(clippy::too_many_arguments, reason = "one for each rule")]
fn all(
    #[garde(range(min = 1, max = MOST))] number: u64,
    #[garde(range(min = -1))] optional: Option<i32>,
    #[garde(length(min = 2, max = 4), ascii)] text: String,
    #[garde(length(min = 1, max = 2), inner(length(chars, equal = 1), alphanumeric))] list: Vec<String>,
    #[garde(prefix(START), suffix("$"), contains("-"))] parts: String,
    #[garde(pattern(r"^\w+$"))] word: Option<String>,
    #[garde(pattern(DIGITS))] digits: Option<String>,
    #[garde(email)] email: Option<String>,
    #[garde(url)] url: Option<String>,
    #[garde(ip)] ip: Option<String>,
    #[garde(ipv4)] ipv4: Option<String>,
    #[garde(ipv6)] ipv6: Option<String>,
    #[garde(required)] needed: Option<u8>,
    #[garde(custom(even))] even: u64,
    #[garde(custom(|value: &u64, _: &()| even(value, &())))] closure: u64,
    #[garde(dive)] filter: Filter,
    filters: Option<Vec<Filter>>,
    #[garde(inner(inner(range(max = 3))))] nested: Option<Vec<u8>>,
    #[garde(length(max = 1), skip)] map: BTreeMap<String, u8>,
    #[garde(length(bytes, min = 5, max = 8))] bytes: Option<String>,
    #[garde(length(utf16, min = 5))] units: Option<String>,
) -> usize {
    let _ = (number, optional, text, list, parts, word, digits, email, url, ip, ipv4, ipv6, needed, even, closure);
    let _ = (filter, filters, nested, map, bytes, units);
    0
}

fn good() -> Value {
    json!({
        "number": 20, "optional": -1, "text": "ab", "list": ["1"], "parts": "a(-$", "word": "ä1", "digits": "12",
        "email": "a@b.example", "url": "http://b.example", "ip": "::1", "ipv4": "1.2.3.4", "ipv6": "::1", "needed": 1,
        "even": 2, "closure": 2, "filter": {"name": "x", "next": null}, "filters": [{"name": "x", "next": null}],
        "nested": [3], "map": {"a": 1}, "bytes": "12345", "units": "12345",
    })
}

/// The issues of a call, each `path: message`.
fn issues<H: ipc_bridge::Handler + Request>(body: &Value) -> Vec<String> {
    issues_of::<H>(&body.to_string())
}

/// The same of a body that no [`Value`] holds exactly.
fn issues_of<H: ipc_bridge::Handler + Request>(body: &str) -> Vec<String> {
    let router = Router::new().handle::<H>();
    let mut out = Body::default();
    let dispatch = dispatch(&router, H::CHANNEL, body, &mut out);
    assert!(matches!(dispatch, Dispatch::Answered), "a plain function answers at once");
    let answer: Value = serde_json::from_slice(&out.json).unwrap();
    if answer["success"] == json!(true) {
        return Vec::new();
    }
    assert_eq!(answer["error"]["code"], "INVALID_INPUT", "{answer}");
    let found = answer["error"]["details"]["issues"].as_array().unwrap();
    found
        .iter()
        .map(|issue| format!("{}: {}", issue["path"].as_str().unwrap(), issue["message"].as_str().unwrap()))
        .collect()
}

#[test]
fn a_payload_that_keeps_every_constraint_passes() {
    assert_eq!(issues::<all>(&good()), Vec::<String>::new());
}

#[test]
fn every_broken_constraint_is_reported_with_its_path() {
    let paths = |key: &str, value: Value| {
        let mut body = good();
        body[key] = value;
        issues::<all>(&body).into_iter().map(|issue| issue.split(": ").next().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let one = |key: &str, value: Value| assert_eq!(paths(key, value.clone()), [key], "{value}");
    one("number", json!(0));
    one("number", json!(21));
    one("optional", json!(-2));
    one("text", json!("a"));
    one("text", json!("äb"));
    one("parts", json!("b(-$"));
    one("parts", json!("a(-"));
    one("parts", json!("a($"));
    one("word", json!("a b"));
    one("digits", json!("a"));
    one("email", json!("x"));
    one("url", json!("x"));
    one("ip", json!("x"));
    one("ipv4", json!("::1"));
    one("ipv6", json!("1.2.3.4"));
    one("needed", json!(null));
    one("even", json!(1));
    one("closure", json!(1));
    one("map", json!({"a": 1, "b": 2}));
    one("bytes", json!("1234"));
    one("units", json!("1234"));
    assert_eq!(paths("list", json!([])), ["list"]);
    assert_eq!(paths("list", json!(["1", "12"])), ["list[1]"]);
    assert_eq!(paths("list", json!(["1", "-"])), ["list[1]"]);
    assert_eq!(paths("nested", json!([1, 9])), ["nested[1]"]);
    let empty = json!({"name": "", "next": {"name": "", "next": null}});
    assert_eq!(paths("filter", empty.clone()), ["filter.name", "filter.next.name"]);
    assert_eq!(paths("filters", json!([empty])), ["filters[0].name", "filters[0].next.name"]);
}

#[test]
fn several_mistakes_are_reported_at_once() {
    let mut body = good();
    body["number"] = json!(0);
    body["text"] = json!("");
    assert_eq!(issues::<all>(&body), ["number: lower than 1", "text: length is lower than 2"]);
}

#[handler("check:option")]
fn option(
    #[garde(inner(range(max = 3)))] one: Option<u8>,
    #[garde(inner(inner(inner(ascii))))] many: Option<Vec<Vec<String>>>,
) -> u64 {
    u64::from(one.unwrap_or(0)) + many.map_or(0, |many| many.len() as u64)
}

#[test]
fn what_an_option_holds_has_the_path_of_the_option() {
    assert_eq!(issues::<option>(&json!({"one": 4})), ["one: greater than 3"]);
    assert_eq!(issues::<option>(&json!({"many": [["a"], ["a", "ä"]]})), ["many[1][1]: not ascii"]);
    let schema = schema::<option>();
    assert_eq!(schema["properties"]["one"]["maximum"], 3);
    assert_eq!(schema["properties"]["many"]["items"]["items"]["pattern"], r"^[\x00-\x7F]*$");
}

static RAN: AtomicU32 = AtomicU32::new(0);

#[handler("check:run")]
fn run(#[garde(range(min = 1))] id: u64) {
    RAN.fetch_add(u32::try_from(id).unwrap_or(u32::MAX), Ordering::SeqCst);
}

#[test]
fn a_constraint_on_a_parameter_is_checked_before_the_handler_runs() {
    assert_eq!(issues::<run>(&json!({"id": 0})), ["id: lower than 1"]);
    assert_eq!(RAN.load(Ordering::SeqCst), 0);
    assert_eq!(issues::<run>(&json!({"id": 3})), Vec::<String>::new());
    assert_eq!(RAN.load(Ordering::SeqCst), 3);
}

#[handler("check:whole")]
fn whole(#[payload] filter: Filter) {
    drop(filter);
}

#[handler("check:names")]
fn names(
    #[payload]
    #[garde(length(max = 1), inner(ascii))]
    names: Vec<String>,
) {
    drop(names);
}

#[test]
fn a_whole_payload_is_validated_under_its_own_paths() {
    assert_eq!(issues::<whole>(&json!({"name": "", "next": null})), ["name: length is lower than 1"]);
    assert_eq!(issues::<names>(&json!(["a", "ä"])), [": length is greater than 1", "[1]: not ascii"]);
}

fn schema<T: JsonSchema>() -> Value {
    SchemaGenerator::default().into_root_schema_for::<T>().to_value()
}

#[test]
fn the_constraints_stand_in_the_schema() {
    let schema = schema::<all>();
    let field = |name: &str| schema["properties"][name].clone();
    let has = |name: &str, expected: Value| {
        let found = field(name);
        for (key, value) in expected.as_object().unwrap() {
            assert_eq!(&found[key], value, "`{key}` of {found}");
        }
    };
    has("number", json!({"type": "integer", "minimum": 1, "maximum": 20}));
    has("optional", json!({"type": ["integer", "null"], "minimum": -1}));
    has("text", json!({"minLength": 2, "maxLength": 4, "pattern": r"^[\x00-\x7F]*$"}));
    has(
        "list",
        json!({
            "minItems": 1, "maxItems": 2, "minLength": null,
            "items": {"type": "string", "minLength": 1, "maxLength": 1, "pattern": r"^[\p{Alphabetic}\p{N}]*$"},
        }),
    );
    has("parts", json!({"pattern": r"^a\(", "allOf": [{"pattern": r"\$$"}, {"pattern": "-"}]}));
    has("word", json!({"pattern": r"^\w+$"}));
    has("digits", json!({"pattern": "^[0-9]+$"}));
    has("email", json!({"format": "email"}));
    has("url", json!({"format": "uri"}));
    has("ip", json!({"anyOf": [{"format": "ipv4"}, {"format": "ipv6"}]}));
    has("ipv4", json!({"format": "ipv4"}));
    has("ipv6", json!({"format": "ipv6"}));
    has("needed", json!({"type": "integer"}));
    assert!(schema["required"].as_array().unwrap().contains(&json!("needed")));
    has(
        "nested",
        json!({"type": ["array", "null"], "items": {"type": "integer", "format": "uint8", "minimum": 0, "maximum": 3}}),
    );
    has("map", json!({"maxProperties": 1}));
    // A character has up to four bytes or two units: the schema must not refuse what the handler takes.
    has("bytes", json!({"minLength": 2, "maxLength": 8}));
    has("units", json!({"minLength": 3}));
    assert_eq!(schema["additionalProperties"], json!(false));
    assert_eq!(schema["description"], "Takes one of each.");
}

#[test]
fn the_schema_of_a_whole_payload_is_that_of_its_type() {
    let schema = schema::<names>();
    assert_eq!((&schema["type"], &schema["maxItems"]), (&json!("array"), &json!(1)));
    assert_eq!(schema["items"]["pattern"], r"^[\x00-\x7F]*$");
}

const FAR: u128 = 1 << 100;
const LEAST: f32 = 0.1;

#[handler("check:bounds")]
fn bounds(
    #[garde(range(min = 7, max = FAR))] big: u128,
    #[garde(range(min = -0.5, max = f64::INFINITY))] open: f64,
    #[garde(range(min = LEAST, max = 0.7))] small: f32,
) -> usize {
    let _ = (big, open, small);
    0
}

#[test]
fn a_bound_is_told_as_it_travels_and_one_that_does_not_travel_is_only_checked() {
    let schema = schema::<bounds>();
    let told = |name: &str| ["minimum", "maximum"].map(|bound| schema["properties"][name].get(bound).cloned());
    assert_eq!(told("big"), [Some(json!(7)), None]);
    assert_eq!(told("open"), [Some(json!(-0.5)), None]);
    assert_eq!(told("small"), [Some(json!(0.1)), Some(json!(0.7))]);
    assert_eq!(issues::<bounds>(&json!({"big": 7, "open": -0.5, "small": 0.1})), Vec::<String>::new());
    let far = format!("{{\"big\":{},\"open\":0.5,\"small\":0.7}}", FAR + 1);
    assert_eq!(issues_of::<bounds>(&far), [format!("big: greater than {FAR}")]);
    assert_eq!(issues::<bounds>(&json!({"big": 6, "open": -1, "small": 0})).len(), 3);
}
