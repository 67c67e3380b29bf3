//! Events whose integers are exact: `#[ipc(bigint)]` on a field stands where `JsonSchema` would put the same mark.

use ipc_bridge::export::TypeScript;
use ipc_bridge::prelude::*;
use ipc_bridge::{Description, DescriptionError};
use serde_json::{Value, json};

/// The same events, whose fields are marked by this.
macro_rules! events {
    ($module:ident, #[$($mark:tt)*]) => {
        #[allow(dead_code, reason = "what is asked for is their schemas alone")]
        mod $module {
            use std::collections::BTreeMap;

            use ipc_bridge::prelude::*;
            use schemars::JsonSchema;
            use serde::{Deserialize, Serialize};

            /// Where something is.
            #[derive(Clone, Serialize, Deserialize, JsonSchema)]
            pub(super) struct Place {
                column: u64,
            }

            /// A number with a name.
            #[derive(Clone, Serialize, Deserialize, JsonSchema)]
            pub(super) struct Many(u64);

            /// A struct whose fields have other names, and much else that is said of them.
            #[derive(Clone, Serialize, Deserialize, JsonSchema, Event)]
            #[event("shape:named", retain)]
            #[serde(rename_all = "camelCase", default)]
            #[schemars(rename = "Renamed", title = "named")]
            struct Named {
                /// How large it is.
                #[$($mark)*]
                the_size: u64,
                #[$($mark)*]
                #[serde(rename = "moved")]
                other: Vec<u64>,
                #[$($mark)*]
                #[serde(rename(serialize = "written", deserialize = "read"))]
                both: Option<i64>,
                #[$($mark)*]
                #[serde(default = "number", skip_serializing_if = "BTreeMap::is_empty")]
                pairs: BTreeMap<String, (u64, u8)>,
                #[$($mark)*]
                #[schemars(schema_with = "text", extend("x-own" = [1, 2]))]
                text: String,
                #[serde(flatten)]
                place: Place,
                #[serde(skip)]
                skipped: u64,
                #[$($mark)*]
                many: Many,
                /// Documented.
                #[$($mark)*]
                documented: Vec<Many>,
                within: Option<Box<Self>>,
                #[$($mark)*]
                #[schemars(with = "(u64, Option<Box<Self>>)")]
                again: Option<Box<Self>>,
                plain: u64,
            }

            impl Default for Named {
                fn default() -> Self {
                    let place = Place { column: 7 };
                    Self {
                        the_size: 1, other: vec![2], both: None, pairs: BTreeMap::new(), text: String::new(), place,
                        skipped: 0, many: Many(1), documented: Vec::new(), within: None, again: None, plain: 3,
                    }
                }
            }

            fn text(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
                generator.subschema_for::<u64>()
            }

            fn number() -> BTreeMap<String, (u64, u8)> {
                BTreeMap::new()
            }

            #[derive(Clone, Serialize, Deserialize, JsonSchema, Event)]
            #[event("shape:tuple")]
            struct Tuple(u64, #[$($mark)*] u64);

            #[derive(Clone, Serialize, Deserialize, JsonSchema, Event)]
            #[event("shape:newtype")]
            struct Newtype(#[$($mark)*] u64);

            #[derive(Clone, Serialize, Deserialize, JsonSchema, Event)]
            #[event("shape:inline")]
            #[schemars(inline)]
            struct Inline {
                #[$($mark)*]
                inner: u64,
            }

            /// Variants that are documented stand elsewhere than those that are not.
            #[derive(Clone, Serialize, Deserialize, JsonSchema, Event)]
            #[event("shape:external")]
            #[serde(rename_all = "snake_case", rename_all_fields = "camelCase")]
            #[repr(u8)]
            enum External {
                /// Documented, with a number of its own.
                First = 100,
                Second = 1,
                NewType(#[$($mark)*] u64),
                PairOf(#[$($mark)*] u64, u64),
                #[serde(rename = "other")]
                WithFields {
                    #[$($mark)*]
                    first_field: u64,
                    second_field: u64,
                },
                #[serde(skip)]
                Never,
                #[deprecated]
                Last,
                #[serde(untagged)]
                Rest(#[$($mark)*] u64),
            }

            #[derive(Clone, Serialize, Deserialize, JsonSchema, Event)]
            #[event("shape:internal")]
            #[serde(tag = "type")]
            enum Internal {
                Fields {
                    #[$($mark)*]
                    id: u64,
                    plain: u64,
                },
                Unit,
            }

            #[derive(Clone, Serialize, Deserialize, JsonSchema, Event)]
            #[event("shape:adjacent")]
            #[serde(tag = "type", content = "data", deny_unknown_fields)]
            enum Adjacent {
                One(#[$($mark)*] u64),
                Fields {
                    plain: u64,
                    #[$($mark)*]
                    id: Option<u64>,
                },
            }

            #[derive(Clone, Serialize, Deserialize, JsonSchema, Event)]
            #[event("shape:untagged")]
            #[serde(untagged)]
            enum Untagged {
                Word(String),
                Number(#[$($mark)*] u64),
                Fields {
                    #[$($mark)*]
                    id: u64,
                },
            }

            /// The events travel otherwise as well: in an answer, in what is asked for, and within other types.
            #[handler("shape:again")]
            fn again(named: Named, external: Vec<External>) -> (Named, Option<External>) {
                (named, external.into_iter().next())
            }

            pub(super) fn router() -> Router {
                Router::new()
                    .handle::<again>()
                    .shared_event::<Named>()
                    .event::<Tuple>()
                    .event::<Newtype>()
                    .event::<Inline>()
                    .event::<External>()
                    .event::<Internal>()
                    .event::<Adjacent>()
                    .event::<Untagged>()
            }
        }
    };
}

events!(ours, #[ipc(bigint)]);
events!(theirs, #[schemars(extend("x-ipc-bigint" = true))]);

fn json_of(router: &Router) -> Value {
    serde_json::to_value(router.description().unwrap_or_else(|error| panic!("{error}"))).unwrap()
}

#[test]
fn a_mark_on_a_field_stands_where_the_schema_has_it_in_events_of_every_shape() {
    let (ours, theirs) = (json_of(&ours::router()), json_of(&theirs::router()));
    for (name, of_theirs) in theirs["$defs"].as_object().unwrap() {
        assert_eq!(ours["$defs"][name], *of_theirs, "{name}");
    }
    assert_eq!(ours, theirs);
    // Both that is read and that is written, where they differ.
    let named = |name: &str, field: &str| ours["$defs"][name]["properties"][field]["x-ipc-bigint"].clone();
    assert_eq!([named("Renamed", "read"), named("RenamedOutput", "written")], [json!(true), json!(true)]);
    assert_eq!(named("Renamed", "plain"), Value::Null);
}

#[test]
fn the_bindings_of_a_marked_event_have_bigints() {
    let written = TypeScript::new().write(&ours::router().description().unwrap()).unwrap();
    for line in [
        "theSize: bigint;",
        "moved: bigint[];",
        "written: bigint | null;",
        "read?: bigint | null;",
        "plain: number;",
        "pairs?: { [key: string]: [bigint, bigint] };",
        "export type Tuple = [number, bigint];",
        "export type Untagged = string | bigint | { id: bigint };",
        "\"shape:inline\": { inner: bigint };",
    ] {
        assert!(written.contains(line), "there is no `{line}` in:\n{written}");
    }
    let expected = TypeScript::new().write(&theirs::router().description().unwrap()).unwrap();
    assert!(written == expected, "{written}");
}

#[test]
fn the_marks_of_an_event_travel_with_its_description() {
    let written = serde_json::to_string(&ours::router().description().unwrap()).unwrap();
    let read: Description = serde_json::from_str(&written).unwrap();
    assert_eq!(TypeScript::new().write(&read), TypeScript::new().write(&theirs::router().description().unwrap()));
}

mod keyed {
    use ipc_bridge::prelude::*;
    use schemars::JsonSchema;
    use serde::{Deserialize, Serialize};

    #[derive(Serialize, Deserialize, JsonSchema, Event)]
    #[event("job:progress", key = "job")]
    pub(super) struct Progress {
        #[ipc(bigint)]
        job: u64,
        done: u64,
    }
}

#[test]
fn the_key_of_an_event_is_as_exact_as_its_field() {
    let description = Router::new().event::<keyed::Progress>().description().unwrap();
    let event = description.event("job:progress").unwrap();
    assert_eq!(event.key().unwrap().get("x-ipc-bigint"), Some(&json!(true)));
    let written = TypeScript::new().write(&description).unwrap();
    assert!(written.contains("readonly progress: ipc.Event<IpcContract, \"job:progress\", bigint>;"), "{written}");
    assert!(written.contains("  job: bigint;\n  done: number;"), "{written}");
}

mod transparent {
    use ipc_bridge::prelude::*;
    use schemars::JsonSchema;
    use serde::{Deserialize, Serialize};

    /// What it holds has a schema of its own, which others use as well.
    #[derive(Serialize, Deserialize, JsonSchema)]
    pub(super) struct Number(u64);

    #[derive(Serialize, Deserialize, JsonSchema, Event)]
    #[event("number:drawn")]
    #[serde(transparent)]
    pub(super) struct Drawn {
        #[ipc(bigint)]
        number: Number,
    }

    #[derive(Serialize, Deserialize, JsonSchema, Event)]
    #[event("number:plain")]
    pub(super) struct Plain {
        number: Number,
    }
}

#[test]
fn a_transparent_event_is_marked_and_not_what_it_holds() {
    let router = Router::new().event::<transparent::Drawn>().event::<transparent::Plain>();
    let description = router.description().unwrap();
    let data = |channel| description.event(channel).unwrap().data().clone().to_value();
    assert_eq!(data("number:drawn"), json!({"allOf": [{"$ref": "#/$defs/Number"}], "x-ipc-bigint": true}));
    let described = json_of(&router);
    assert_eq!(described["$defs"]["Number"]["x-ipc-bigint"], Value::Null);
}

mod by_hand {
    use ipc_bridge::prelude::*;
    use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
    use serde::{Deserialize, Serialize};

    #[derive(Serialize, Deserialize, Event)]
    #[event("number:drawn")]
    pub(super) struct Drawn {
        #[ipc(bigint)]
        number: u64,
    }

    impl JsonSchema for Drawn {
        fn schema_name() -> std::borrow::Cow<'static, str> {
            "Drawn".into()
        }

        fn json_schema(_: &mut SchemaGenerator) -> Schema {
            json_schema!({"type": "string"})
        }
    }
}

#[test]
fn a_mark_that_has_no_place_in_a_schema_made_by_hand_is_told_before_anything_is_served() {
    let router = Router::new().event::<by_hand::Drawn>();
    let error = router.description().unwrap_err();
    assert_eq!(error, DescriptionError::Unmarked { channel: "number:drawn".to_owned() });
    let said = error.to_string();
    assert!(said.starts_with("`#[ipc(bigint)]` on a field of the event `number:drawn` has no place"), "{said}");
    assert!(router.check().is_err());
}

#[test]
fn a_mark_changes_no_fingerprint_of_an_event() {
    mod plain {
        #[derive(serde::Serialize, serde::Deserialize, schemars::JsonSchema, ipc_bridge::Event)]
        #[event("job:progress", key = "job")]
        pub(super) struct Progress {
            job: u64,
            done: u64,
        }
    }
    let plain = Router::new().event::<plain::Progress>().description().unwrap();
    let marked = Router::new().event::<keyed::Progress>().description().unwrap();
    assert_eq!(plain.fingerprint(), marked.fingerprint());
}
