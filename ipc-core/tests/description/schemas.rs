//! Each schema against serde: what one takes or writes, the other accepts.

use std::collections::{BTreeMap, HashSet};
use std::num::NonZeroU8;

use ipc_core::Router;
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::channel::Echo;
use crate::published::keeps_its_schema;

/// Checks that the schemas of `T` are valid 2020-12 and agree with serde on texts that are a `T` and texts that are not.
fn agree<T>(accepted: &[&str], refused: &[&str])
where
    T: Serialize + DeserializeOwned + JsonSchema + Send + 'static,
{
    let of = std::any::type_name::<T>();
    let description = Router::new().handle::<Echo<T>>().description().expect("a description");
    keeps_its_schema(&description);
    let channel = description.channel("test:echo").expect("the channel");
    let validator = |schema| {
        let schema = description.standalone(schema);
        jsonschema::draft202012::meta::validate(schema.as_value()).unwrap_or_else(|error| panic!("{of}: {error}"));
        jsonschema::draft202012::new(schema.as_value()).unwrap_or_else(|error| panic!("{of}: {error}"))
    };
    let (request, response) = (validator(channel.request()), validator(channel.response().expect("one answer")));
    let json = |text: &str| serde_json::from_str::<Value>(text).expect("JSON");
    for text in accepted {
        let value: T = serde_json::from_str(text).unwrap_or_else(|error| panic!("{of} {text}: {error}"));
        if let Err(error) = request.validate(&json(text)) {
            panic!("{of} {text}: {error}");
        }
        let written = serde_json::to_string(&value).expect("JSON");
        if let Err(error) = response.validate(&json(&written)) {
            panic!("{of} {written}: {error}");
        }
    }
    for text in refused {
        assert!(serde_json::from_str::<T>(text).is_err(), "{of}: serde takes {text}");
        assert!(!request.is_valid(&json(text)), "{of}: the schema takes {text}");
    }
}

#[test]
fn integers_agree_at_their_bounds() {
    agree::<u8>(&["0", "255"], &["-1", "256", "1.5", "\"1\"", "null"]);
    agree::<i8>(&["-128", "127"], &["-129", "128"]);
    agree::<u16>(&["0", "65535"], &["-1", "65536"]);
    agree::<i16>(&["-32768", "32767"], &["-32769", "32768"]);
    agree::<u32>(&["0", "4294967295"], &["-1", "4294967296"]);
    agree::<i32>(&["-2147483648", "2147483647"], &["-2147483649", "2147483648"]);
    agree::<u64>(&["0", "18446744073709551615"], &["-1", "18446744073709551616"]);
    agree::<i64>(&["-9223372036854775808", "9223372036854775807"], &["9223372036854775808", "-9300000000000000000"]);
    agree::<u128>(&["0", "340282366920938463463374607431768211455"], &["-1"]);
    agree::<i128>(&["-170141183460469231731687303715884105728", "5"], &["0.5"]);
    agree::<NonZeroU8>(&["1", "255"], &["0", "256"]);
    agree::<Option<u8>>(&["null", "255"], &["256", "-1"]);
}

#[test]
fn containers_agree() {
    agree::<(u8, String)>(&["[1, \"a\"]"], &["[1]", "[1, \"a\", 2]", "[256, \"a\"]"]);
    agree::<[bool; 2]>(&["[true, false]"], &["[true]", "[true, false, true]"]);
    agree::<Vec<Option<char>>>(&["[]", "[null, \"é\"]"], &["[\"ab\"]", "{}"]);
    agree::<HashSet<String>>(&["[\"a\", \"b\"]"], &["[1]"]);
    agree::<BTreeMap<String, i8>>(&["{}", "{\"a\": -128}"], &["{\"a\": 128}", "[1]"]);
    agree::<BTreeMap<u32, bool>>(&["{\"7\": true}"], &["{\"a\": true}", "{\"7\": 1}"]);
    agree::<()>(&["null"], &["0", "{}"]);
    agree::<f64>(&["0.5", "-1e300", "3"], &["\"0.5\"", "true"]);
}

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Form {
    full_name: String,
    #[serde(default)]
    age: u8,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    nick: Option<String>,
    home: Option<Address>,
    /// Where it works.
    work: Address,
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct Address {
    street: String,
    #[serde(flatten)]
    place: Place,
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct Place {
    #[garde(range(min = 1, max = 100))]
    zone: i32,
}

#[test]
fn structs_agree() {
    let work = "\"work\": {\"street\": \"s\", \"zone\": 1}";
    agree::<Form>(
        &[
            &format!("{{\"fullName\": \"a\", {work}}}"),
            &format!("{{\"fullName\": \"a\", \"age\": 255, \"nick\": null, \"home\": null, {work}}}"),
            &format!("{{\"fullName\": \"a\", \"home\": {{\"street\": \"s\", \"zone\": 2, \"more\": 1}}, {work}}}"),
        ],
        &[
            "{\"fullName\": \"a\"}",
            &format!("{{{work}}}"),
            &format!("{{\"full_name\": \"a\", {work}}}"),
            &format!("{{\"fullName\": \"a\", \"more\": 1, {work}}}"),
            &format!("{{\"fullName\": \"a\", \"age\": 256, {work}}}"),
            "{\"fullName\": \"a\", \"work\": {\"street\": \"s\"}}",
            "{\"fullName\": \"a\", \"work\": {\"street\": \"s\", \"zone\": 2147483648}}",
        ],
    );
}

#[derive(Serialize, Deserialize, JsonSchema)]
enum External {
    Unit,
    /// With a doc comment.
    Told,
    New(u8),
    Pair(u8, bool),
    Named {
        a: i16,
    },
}

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Internal {
    NoData,
    Named { a: i16 },
    Inner(Place),
}

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(tag = "t", content = "c")]
enum Adjacent {
    Unit,
    New(u8),
    Named { a: i16 },
}

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
enum Untagged {
    Number(u8),
    Text(String),
    Named { a: i16 },
}

#[test]
fn enums_agree_in_every_representation() {
    agree::<External>(
        &["\"Unit\"", "\"Told\"", "{\"New\": 255}", "{\"Pair\": [1, true]}", "{\"Named\": {\"a\": -1}}"],
        &["\"New\"", "\"Other\"", "{\"New\": 256}", "{\"Pair\": [1]}", "{\"New\": 1, \"Named\": {\"a\": 1}}"],
    );
    agree::<Internal>(
        &["{\"kind\": \"no_data\"}", "{\"kind\": \"named\", \"a\": 1}", "{\"kind\": \"inner\", \"zone\": 3}"],
        &["{\"kind\": \"NoData\"}", "{\"a\": 1}", "{\"kind\": \"named\"}", "{\"kind\": \"inner\", \"zone\": \"3\"}"],
    );
    agree::<Adjacent>(
        &["{\"t\": \"Unit\"}", "{\"t\": \"New\", \"c\": 1}", "{\"t\": \"Named\", \"c\": {\"a\": 1}}"],
        &["{\"t\": \"New\"}", "{\"t\": \"New\", \"c\": 256}", "{\"c\": 1}"],
    );
    agree::<Untagged>(&["255", "\"a\"", "{\"a\": 32767}"], &["256", "true", "{\"a\": 32768}"]);
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct Tree<T> {
    value: T,
    #[serde(default)]
    leaves: Vec<Tree<T>>,
}

#[test]
fn recursive_and_generic_types_agree() {
    agree::<Tree<u8>>(
        &["{\"value\": 1}", "{\"value\": 1, \"leaves\": [{\"value\": 2, \"leaves\": []}]}"],
        &["{\"leaves\": []}", "{\"value\": 1, \"leaves\": [{\"value\": 256}]}"],
    );
    agree::<Tree<Option<External>>>(&["{\"value\": null}", "{\"value\": \"Unit\"}"], &["{\"value\": 7}"]);
}
