//! Structs of every kind, and what serde's attributes make of them.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::case::TakenBy::{Schema, Serde};
use crate::case::{Case, only, travels};

const FROM_ARRAY: &str = "serde reads a struct from an array of its fields too";
const ALIAS: &str = "schemars describes a field by the one name that is written";
const IN_CODE: &str = "what `try_from` refuses stands in code";

travels! {
    without_fields: Unit = Case { values: vec![Unit], refused: &["{}", "[]", "0"], ..Case::default() };
    with_one_value: New = Case {
        values: vec![New(0), New(u64::MAX)],
        refused: &["[1]", "-1", "18446744073709551616"],
        ..Case::default()
    };
    transparent: Transparent =
        Case { values: vec![Transparent { inner: i64::MIN }], refused: &[r#"{"inner":1}"#], ..Case::default() };
    with_places: Places = Case {
        values: vec![Places(u64::MAX, "ü".to_owned())],
        refused: &["[1]", r#"[-1,""]"#, r#"[1,"",2]"#, "{}"],
        ..Case::default()
    };
    with_fields: Fields = Case {
        values: vec![Fields { id: u64::MAX, note: None }, Fields { id: 0, note: Some("\u{1F980}".to_owned()) }],
        taken: &[r#"{"id":1}"#, r#"{"id":1,"note":null}"#, r#"{"id":1,"more":[]}"#],
        refused: &["{}", r#"{"note":""}"#, r#"{"id":null}"#, r#"{"id":1,"note":2}"#, "null"],
        differences: vec![only(Serde, "[1,null]", FROM_ARRAY)],
    };
    renamed: Renamed = Case {
        values: vec![Renamed { full_name: "Ada".to_owned(), kind: Kind::VeryBig }],
        refused: &[
            r#"{"full_name":"","TYPE":"very-big"}"#,
            r#"{"fullName":"","kind":"very-big"}"#,
            r#"{"fullName":"","TYPE":"VeryBig"}"#,
        ],
        ..Case::default()
    };
    with_aliases: Aliased = Case {
        values: vec![Aliased { name: "Ada".to_owned() }],
        refused: &["{}", r#"{"name":1}"#, r#"{"nom":1}"#],
        differences: vec![only(Serde, r#"{"nom":"Ada"}"#, ALIAS)],
        ..Case::default()
    };
    with_defaults: Defaults = Case {
        values: vec![Defaults::default(), Defaults { limit: 0, page: 0, nick: Some("a".to_owned()) }],
        taken: &["{}", r#"{"limit":1}"#, r#"{"nick":null}"#, r#"{"page":18446744073709551615}"#],
        refused: &[r#"{"limit":null}"#, r#"{"page":-1}"#, r#"{"nick":1}"#],
        ..Case::default()
    };
    that_deny_the_unknown: Denying = Case {
        values: vec![Denying { id: 1, note: String::new() }],
        taken: &[r#"{"id":1}"#],
        refused: &[r#"{"id":1,"more":1}"#, r#"{"id":1,"Note":""}"#, r#"{"id":1,"hidden":1}"#, "{}"],
        ..Case::default()
    };
    with_a_struct_flattened: Flat = Case {
        values: vec![Flat { id: u64::MAX, size: Size { width: u64::MAX, shift: i64::MIN } }],
        taken: &[r#"{"shift":-1,"id":1,"more":{},"width":9007199254740993}"#],
        refused: &[
            r#"{"id":1,"width":1}"#,
            r#"{"id":1,"size":{"width":1,"shift":1}}"#,
            r#"{"id":1,"width":18446744073709551616,"shift":0}"#,
            r#"{"id":1,"width":1,"shift":9223372036854775808}"#,
        ],
        ..Case::default()
    };
    with_an_option_flattened: FlatOption = Case {
        values: vec![
            FlatOption { id: 1, size: None },
            FlatOption { id: 1, size: Some(Size { width: u64::MAX, shift: -1 }) },
        ],
        taken: &[r#"{"id":1,"width":1}"#],
        refused: &[r#"{"width":1,"shift":1}"#],
        differences: vec![only(Serde, r#"{"id":1,"width":-1,"shift":1}"#, "serde reads what does not fit as `None`")],
    };
    with_a_map_flattened: FlatMap = Case {
        values: vec![
            FlatMap { id: u64::MAX, more: BTreeMap::new() },
            FlatMap { id: 0, more: [("a".to_owned(), u64::MAX), ("\u{1F980}".to_owned(), (1 << 53) + 1)].into() },
        ],
        refused: &[r#"{"a":1}"#, r#"{"id":1,"a":-1}"#, r#"{"id":1,"a":""}"#, r#"{"id":1,"a":18446744073709551616}"#],
        ..Case::default()
    };
    with_an_enum_flattened: FlatEnum = Case {
        values: vec![
            FlatEnum { id: 1, shape: Shape::Round { radius: u64::MAX } },
            FlatEnum { id: 2, shape: Shape::Flat },
        ],
        refused: &[
            r#"{"id":1}"#,
            r#"{"id":1,"shape":"oval"}"#,
            r#"{"id":1,"shape":"round"}"#,
            r#"{"id":1,"shape":"round","radius":-1}"#,
            r#"{"shape":"flat"}"#,
        ],
        ..Case::default()
    };
    flattened_and_denying: FlatDenying = Case {
        values: vec![FlatDenying { id: 1, size: Size { width: u64::MAX, shift: 0 } }],
        refused: &[r#"{"id":1,"width":1,"shift":1,"more":1}"#, r#"{"id":1,"width":1}"#],
        ..Case::default()
    };
    read_by_try_from: Even = Case {
        values: vec![Even(0), Even(u64::MAX - 1)],
        refused: &["-2", "18446744073709551616", r#""2""#],
        differences: vec![only(Schema, "3", IN_CODE)],
        ..Case::default()
    };
    within_structs: Outer = Case {
        values: vec![Outer {
            flat: Flat { id: 1, size: Size { width: 2, shift: -3 } },
            all: vec![Defaults::default()],
        }],
        taken: &[r#"{"flat":{"id":1,"width":1,"shift":1},"all":[{}]}"#],
        refused: &[r#"{"flat":{"id":1},"all":[]}"#, r#"{"flat":{"id":1,"width":1,"shift":1},"all":[{"page":-1}]}"#],
        ..Case::default()
    };
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
struct Unit;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
struct New(u64);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
struct Transparent {
    inner: i64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
struct Places(u64, String);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
struct Fields {
    id: u64,
    note: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Renamed {
    full_name: String,
    #[serde(rename = "TYPE")]
    kind: Kind,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum Kind {
    VeryBig,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
struct Aliased {
    #[serde(alias = "nom")]
    name: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
struct Defaults {
    limit: u64,
    page: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    nick: Option<String>,
}

impl Default for Defaults {
    fn default() -> Self {
        Self { limit: u64::MAX, page: 1, nick: None }
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Denying {
    id: u64,
    #[serde(default = "Denying::note", skip_serializing_if = "String::is_empty")]
    note: String,
}

impl Denying {
    const fn note() -> String {
        String::new()
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
struct Size {
    width: u64,
    shift: i64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
struct Flat {
    id: u64,
    #[serde(flatten)]
    size: Size,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
struct FlatOption {
    id: u64,
    #[serde(flatten)]
    size: Option<Size>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
struct FlatMap {
    id: u64,
    #[serde(flatten)]
    more: BTreeMap<String, u64>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
struct FlatEnum {
    id: u64,
    #[serde(flatten)]
    shape: Shape,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "shape", rename_all = "snake_case")]
enum Shape {
    Flat,
    Round { radius: u64 },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct FlatDenying {
    id: u64,
    #[serde(flatten)]
    size: Size,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "u64", into = "u64")]
struct Even(u64);

impl TryFrom<u64> for Even {
    type Error = String;

    fn try_from(number: u64) -> Result<Self, String> {
        if number.is_multiple_of(2) { Ok(Self(number)) } else { Err(format!("{number} is odd")) }
    }
}

impl From<Even> for u64 {
    fn from(even: Even) -> Self {
        even.0
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
struct Outer {
    flat: Flat,
    all: Vec<Defaults>,
}
