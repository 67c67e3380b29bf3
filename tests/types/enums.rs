//! Enums of every tagging, with variants of every kind, each nested in each.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::case::TakenBy::{Schema, Serde};
use crate::case::{Case, only, travels};

const FROM_ARRAY: &str = "serde reads an enum with a tag inside from an array too";
const UNIT_AS_MAP: &str = "serde reads a unit variant from an object too";
const CONTENT_OF_NOTHING: &str = "schemars does not say that a variant without content has none";
const FLATTENED_UNIT: &str = "schemars describes a unit variant as a text, and beside a tag it is written as a field";

travels! {
    tagged_outside: External<Leaf> = Case {
        values: external(leaves()),
        taken: &[r#"{"Named":{"inner":{"id":1,"delta":1},"more":1}}"#],
        refused: &[
            r#""Other""#,
            r#""New""#,
            "{}",
            r#"{"New":{"id":-1,"delta":0}}"#,
            r#"{"Pair":[{"id":1,"delta":1}]}"#,
            r#"{"Nil":null,"New":{"id":1,"delta":1}}"#,
            r#"{"nil":null}"#,
            "null",
        ],
        differences: vec![only(Serde, r#"{"Nil":null}"#, UNIT_AS_MAP)],
    };
    tagged_inside: Internal<Leaf> = Case {
        values: [internal(leaves()), leaves().into_iter().map(Internal::New).collect()].concat(),
        taken: &[r#"{"kind":"nil","more":1}"#, r#"{"id":18446744073709551615,"delta":-1,"kind":"new"}"#],
        refused: &[
            r#"{"kind":"Nil"}"#,
            r#"{"id":1,"delta":1}"#,
            r#"{"kind":"new","id":1}"#,
            r#"{"kind":"named"}"#,
            r#"{"kind":"new","id":18446744073709551616,"delta":1}"#,
            "{}",
            r#""nil""#,
            "null",
        ],
        differences: vec![only(Serde, r#"["nil"]"#, FROM_ARRAY)],
    };
    tagged_beside: Adjacent<Leaf> = Case {
        values: adjacent(leaves()),
        taken: &[r#"{"t":"Nil","c":null}"#, r#"{"c":{"id":18446744073709551615,"delta":-1},"t":"New"}"#],
        refused: &[
            r#"{"t":"New"}"#,
            r#"{"t":"Other"}"#,
            r#"{"c":null}"#,
            r#"{"t":"New","c":{"id":-1,"delta":1}}"#,
            "{}",
        ],
        differences: vec![
            only(Schema, r#"{"t":"Nil","c":1}"#, CONTENT_OF_NOTHING),
            only(Serde, r#"["New",{"id":1,"delta":1}]"#, FROM_ARRAY),
        ],
    };
    untagged: Untagged<Leaf> = Case {
        values: untagged(leaves()),
        refused: &[
            "true",
            "{}",
            r#"{"inner":1}"#,
            r#"[{"id":1,"delta":1}]"#,
            r#"{"id":18446744073709551616,"delta":1}"#,
        ],
        ..Case::default()
    };
    of_numbers_untagged: Number = Case {
        values: vec![
            Number::Natural(u64::MAX),
            Number::Integer(i64::MIN),
            Number::Real(0.5),
            Number::Text("1".to_owned()),
        ],
        taken: &["9007199254740993", "1e300"],
        refused: &["null", "true", "[1]"],
        ..Case::default()
    };
    of_texts_alone: Level = Case {
        values: vec![Level::Low, Level::VeryHigh],
        refused: &[r#""VeryHigh""#, r#""""#, "0", r#"{"very_high":1}"#],
        differences: vec![only(Serde, r#""high""#, "schemars describes a variant by the one name that is written")],
        ..Case::default()
    };
    that_deny_the_unknown: Denying = Case {
        values: vec![Denying::Nil, Denying::Named { first_id: u64::MAX }],
        refused: &[r#"{"kind":"Named","firstId":1,"more":1}"#, r#"{"kind":"Named","first_id":1}"#],
        ..Case::default()
    };
    with_a_catch_all: Open = Case {
        values: vec![Open::Known { id: u64::MAX }, Open::Unknown],
        refused: &["{}", r#"{"kind":"Known"}"#, r#"{"kind":"Known","id":-1}"#],
        differences: vec![only(
            Serde,
            r#"{"kind":"newer"}"#,
            "the schema is this version's, which knows no newer variants",
        )],
        ..Case::default()
    };
    of_optional_fields: External<Option<u64>> = Case {
        values: external(vec![None, Some(u64::MAX)]),
        taken: &[r#"{"Named":{}}"#],
        refused: &[r#"{"New":-1}"#, r#"{"Pair":[null]}"#],
        ..Case::default()
    };
    of_maps_tagged_inside: Internal<BTreeMap<String, u64>> = Case {
        values: vec![Internal::Nil, Internal::New([("a".to_owned(), u64::MAX)].into())],
        refused: &[r#"{"kind":"new","a":-1}"#, r#"{"kind":"new","a":""}"#],
        ..Case::default()
    };

    outside_in_outside: External<External<Leaf>> = Case {
        values: external(external(leaves())),
        refused: &[r#"{"New":"Other"}"#, r#"{"New":null}"#],
        ..Case::default()
    };
    inside_in_outside: External<Internal<Leaf>> = Case {
        values: external(internal(leaves())),
        refused: &[r#"{"New":{"kind":"Nil"}}"#, r#"{"New":"nil"}"#],
        ..Case::default()
    };
    beside_in_outside: External<Adjacent<Leaf>> = Case {
        values: external(adjacent(leaves())),
        refused: &[r#"{"New":{"t":"New"}}"#, r#"{"New":{}}"#],
        ..Case::default()
    };
    untagged_in_outside: External<Untagged<Leaf>> =
        Case { values: external(untagged(leaves())), refused: &[r#"{"New":1}"#, r#"{"Named":{}}"#], ..Case::default() };
    outside_in_inside: Internal<External<Leaf>> = Case {
        values: [
            internal(external(leaves())),
            vec![
                Internal::New(External::New(leaf())),
                Internal::New(External::Named { inner: leaf() }),
                Internal::New(External::Pair(leaf(), u64::MAX)),
                Internal::New(External::Nil),
            ],
        ]
        .concat(),
        refused: &[r#"{"kind":"new"}"#, r#"{"kind":"new","Other":1}"#, r#"{"kind":"named","inner":"Other"}"#],
        differences: vec![only(Serde, r#"{"kind":"new","Nil":null}"#, FLATTENED_UNIT)],
        ..Case::default()
    };
    inside_in_inside: Internal<Internal<Leaf>> = Case {
        values: internal(internal(leaves())),
        refused: &[r#"{"kind":"named","inner":{"kind":"Nil"}}"#],
        ..Case::default()
    };
    beside_in_inside: Internal<Adjacent<Leaf>> = Case {
        values: [internal(adjacent(leaves())), adjacent(leaves()).into_iter().map(Internal::New).collect()].concat(),
        refused: &[r#"{"kind":"new"}"#, r#"{"kind":"new","t":"New"}"#, r#"{"kind":"new","t":"Other"}"#],
        ..Case::default()
    };
    untagged_in_inside: Internal<Untagged<Leaf>> = Case {
        values: [
            internal(untagged(leaves())),
            vec![Internal::New(Untagged::New(leaf())), Internal::New(Untagged::Named { inner: leaf() })],
        ]
        .concat(),
        refused: &[r#"{"kind":"new"}"#, r#"{"kind":"named","inner":1}"#],
        ..Case::default()
    };
    outside_in_beside: Adjacent<External<Leaf>> = Case {
        values: adjacent(external(leaves())),
        refused: &[r#"{"t":"New","c":"Other"}"#, r#"{"t":"New"}"#],
        ..Case::default()
    };
    inside_in_beside: Adjacent<Internal<Leaf>> = Case {
        values: adjacent(internal(leaves())),
        refused: &[r#"{"t":"New","c":{"kind":"Nil"}}"#],
        ..Case::default()
    };
    beside_in_beside: Adjacent<Adjacent<Leaf>> =
        Case { values: adjacent(adjacent(leaves())), refused: &[r#"{"t":"New","c":{"t":"New"}}"#], ..Case::default() };
    untagged_in_beside: Adjacent<Untagged<Leaf>> = Case {
        values: adjacent(untagged(leaves())),
        refused: &[r#"{"t":"New","c":1}"#, r#"{"t":"New"}"#],
        ..Case::default()
    };
    outside_in_untagged: Untagged<External<Leaf>> = Case {
        values: untagged(external(leaves())),
        refused: &[r#""Other""#, r#"["Nil"]"#, r#"{"inner":"Other"}"#],
        ..Case::default()
    };
    inside_in_untagged: Untagged<Internal<Leaf>> = Case {
        values: untagged(internal(leaves())),
        refused: &[r#"{"kind":"Nil"}"#, r#"{"inner":{}}"#],
        ..Case::default()
    };
    beside_in_untagged: Untagged<Adjacent<Leaf>> = Case {
        values: untagged(adjacent(leaves())),
        refused: &[r#"{"t":"New"}"#, r#"{"inner":{}}"#],
        ..Case::default()
    };
    untagged_in_untagged: Untagged<Untagged<Leaf>> = Case {
        // Others are written as one of these is.
        values: [
            untagged(leaves()).into_iter().map(|inner| Untagged::Named { inner }).collect(),
            vec![Untagged::New(Untagged::New(leaf())), Untagged::New(Untagged::Pair(leaf(), 1))],
        ]
        .concat(),
        refused: &["1", r#"{"inner":{"inner":1}}"#, "[[1],3]"],
        ..Case::default()
    };
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
struct Leaf {
    id: u64,
    delta: i64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "ExternalOf{T}")]
enum External<T> {
    Nil,
    Named { inner: T },
    New(T),
    Pair(T, u64),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[schemars(rename = "InternalOf{T}")]
enum Internal<T> {
    Nil,
    Named { inner: T, number: u64 },
    New(T),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "t", content = "c")]
#[schemars(rename = "AdjacentOf{T}")]
enum Adjacent<T> {
    Nil,
    Named { inner: T },
    New(T),
    Pair(T, u64),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
#[schemars(rename = "UntaggedOf{T}")]
enum Untagged<T> {
    Named { inner: T },
    New(T),
    Pair(T, u64),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
enum Number {
    Natural(u64),
    Integer(i64),
    Real(f64),
    Text(String),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Level {
    Low,
    #[serde(alias = "high")]
    VeryHigh,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all_fields = "camelCase", deny_unknown_fields)]
enum Denying {
    Nil,
    Named { first_id: u64 },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind")]
enum Open {
    Known {
        id: u64,
    },
    #[serde(other)]
    Unknown,
}

fn leaf() -> Leaf {
    Leaf { id: u64::MAX, delta: i64::MIN }
}

fn leaves() -> Vec<Leaf> {
    vec![leaf(), Leaf { id: (1 << 53) + 1, delta: 0 }]
}

fn external<T: Clone>(inner: Vec<T>) -> Vec<External<T>> {
    let of = |inner: T| {
        [External::Named { inner: inner.clone() }, External::New(inner.clone()), External::Pair(inner, u64::MAX)]
    };
    inner.into_iter().flat_map(of).chain([External::Nil]).collect()
}

fn internal<T>(inner: Vec<T>) -> Vec<Internal<T>> {
    let of = |inner: T| Internal::Named { inner, number: u64::MAX };
    inner.into_iter().map(of).chain([Internal::Nil]).collect()
}

fn adjacent<T: Clone>(inner: Vec<T>) -> Vec<Adjacent<T>> {
    let of = |inner: T| {
        [Adjacent::Named { inner: inner.clone() }, Adjacent::New(inner.clone()), Adjacent::Pair(inner, u64::MAX)]
    };
    inner.into_iter().flat_map(of).chain([Adjacent::Nil]).collect()
}

fn untagged<T: Clone>(inner: Vec<T>) -> Vec<Untagged<T>> {
    let of = |inner: T| {
        [Untagged::Named { inner: inner.clone() }, Untagged::New(inner.clone()), Untagged::Pair(inner, u64::MAX)]
    };
    inner.into_iter().flat_map(of).collect()
}
