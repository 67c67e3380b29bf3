//! What holds others: maps with keys of all kinds, sets, lists, tuples, options, pointers.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::case::TakenBy::{Schema, Serde};
use crate::case::{Case, only, travels};

const KEY_RANGE: &str = "schemars describes the keys of all integer types by one pattern of digits";
const LEADING_ZERO: &str = "it is a number to the pattern, and none to JSON";
const KEY_SIGN: &str = "schemars takes a key that cannot be 0 for one that can be negative";
const ANY_KEY: &str = "schemars describes keys by a pattern or a list, and this type has neither";
const REPEATED: &str =
    "serde reads a set from a list that repeats itself; a client that follows the schema does not send one";

travels! {
    from_u64: BTreeMap<u64, String> = Case {
        values: vec![BTreeMap::new(), [(0, "none".to_owned()), (u64::MAX, "all \u{1F980}".to_owned())].into()],
        refused: &[
            r#"{"-1":""}"#,
            r#"{"1.0":""}"#,
            r#"{"1e2":""}"#,
            r#"{" 1":""}"#,
            r#"{"+1":""}"#,
            r#"{"":""}"#,
            r#"{"one":""}"#,
            r#"{"1":1}"#,
            "[]",
            "null",
        ],
        differences: vec![
            only(Schema, r#"{"18446744073709551616":""}"#, KEY_RANGE),
            only(Schema, r#"{"007":""}"#, LEADING_ZERO),
        ],
        ..Case::default()
    };
    from_i32: HashMap<i32, bool> = Case {
        values: vec![HashMap::new(), [(i32::MIN, true), (i32::MAX, false)].into()],
        refused: &[r#"{"1.5":true}"#, r#"{"-":true}"#, r#"{"one":true}"#, r#"{"1":1}"#],
        differences: vec![
            only(Schema, r#"{"2147483648":true}"#, KEY_RANGE),
            only(Schema, r#"{"-0":true}"#, LEADING_ZERO),
        ],
        ..Case::default()
    };
    from_u8: BTreeMap<u8, u64> = Case {
        values: vec![[(0, 0), (u8::MAX, u64::MAX)].into()],
        refused: &[r#"{"-1":1}"#, r#"{"x":1}"#, r#"{"1":18446744073709551616}"#],
        differences: vec![only(Schema, r#"{"256":1}"#, KEY_RANGE)],
        ..Case::default()
    };
    from_i128: BTreeMap<i128, u8> = Case {
        values: vec![[(i128::MIN, 1), (i128::MAX, 2)].into()],
        refused: &[r#"{"1.5":1}"#, r#"{"x":1}"#, r#"{"1":256}"#],
        ..Case::default()
    };
    from_integers_above_0: BTreeMap<std::num::NonZeroU8, u8> = Case {
        values: vec![[(std::num::NonZeroU8::MIN, 1)].into()],
        refused: &[r#"{"x":1}"#],
        differences: vec![only(Schema, r#"{"0":1}"#, KEY_RANGE), only(Schema, r#"{"-1":1}"#, KEY_SIGN)],
        ..Case::default()
    };
    from_ids: BTreeMap<Id, String> = Case {
        values: vec![[(Id(7), "seven".to_owned())].into()],
        refused: &[r#"{"x":""}"#, r#"{"-7":""}"#],
        ..Case::default()
    };
    from_texts: HashMap<String, Option<u64>> = Case {
        values: vec![
            HashMap::new(),
            [("\u{1F980} \"x\" \\ \n".to_owned(), None), (String::new(), Some(u64::MAX))].into(),
        ],
        refused: &[r#"{"a":-1}"#, r#"{"a":""}"#, "[]"],
        ..Case::default()
    };
    from_variants: BTreeMap<Color, u8> = Case {
        values: vec![[(Color::Red, 1), (Color::DarkGreen, 2)].into()],
        refused: &[r#"{"blue":1}"#, r#"{"Red":1}"#, r#"{"red":256}"#],
        ..Case::default()
    };
    from_truth: BTreeMap<bool, u8> = Case {
        values: vec![[(true, 1), (false, 0)].into()],
        refused: &[r#"{"true":256}"#],
        differences: vec![only(Schema, r#"{"maybe":1}"#, ANY_KEY)],
        ..Case::default()
    };
    from_characters: BTreeMap<char, u8> = Case {
        values: vec![[('é', 1), ('\u{1F980}', 2)].into()],
        refused: &[r#"{"é":256}"#],
        differences: vec![only(Schema, r#"{"two":1}"#, ANY_KEY)],
        ..Case::default()
    };
    from_uuids: BTreeMap<Uuid, u8> = Case {
        values: vec![[(Uuid::nil(), 0), (Uuid::max(), 1)].into()],
        refused: &[r#"{"00000000-0000-0000-0000-000000000000":256}"#],
        differences: vec![only(Schema, r#"{"x":1}"#, ANY_KEY)],
        ..Case::default()
    };
    from_dates: BTreeMap<NaiveDate, u8> = Case {
        values: vec![[(NaiveDate::from_ymd_opt(2024, 2, 29).unwrap(), 29)].into()],
        refused: &[r#"{"2024-02-29":256}"#],
        differences: vec![only(Schema, r#"{"2023-02-29":1}"#, ANY_KEY)],
        ..Case::default()
    };
    of_sets: BTreeSet<u64> = Case {
        values: vec![BTreeSet::new(), [0, u64::MAX].into()],
        refused: &["[18446744073709551616]", "{}"],
        differences: vec![only(Serde, "[1,1]", REPEATED)],
        ..Case::default()
    };
    of_hashed_sets: HashSet<String> = Case {
        values: vec![HashSet::new(), ["a".to_owned(), "b".to_owned()].into()],
        refused: &["[1]", r#""a""#],
        differences: vec![only(Serde, r#"["a","a"]"#, REPEATED)],
        ..Case::default()
    };
    of_tuples: (u64, Option<String>, (bool,)) = Case {
        values: vec![(u64::MAX, None, (true,)), (0, Some("ü".to_owned()), (false,))],
        refused: &["[1,null]", "[1,null,[true],2]", "[1,null,[]]", "[-1,null,[true]]", "{}"],
        ..Case::default()
    };
    of_arrays: [i64; 3] = Case {
        values: vec![[i64::MIN, 0, i64::MAX]],
        refused: &["[1,2]", "[1,2,3,4]", "[1,2,9223372036854775808]"],
        ..Case::default()
    };
    of_lists_of_lists: Vec<Vec<Option<u8>>> = Case {
        values: vec![vec![], vec![vec![], vec![None, Some(255)]]],
        refused: &["[1]", "[[256]]", "[null]"],
        ..Case::default()
    };
    of_optional_options: Option<Option<u8>> =
        Case { values: vec![None, Some(Some(1))], taken: &["null"], refused: &["256"], ..Case::default() };
    of_nothing: () = Case { values: vec![()], refused: &["0", "{}", "[]"], ..Case::default() };
    of_pointers: (Box<u64>, Arc<str>, Cow<'static, str>, Arc<[u8]>) = Case {
        values: vec![(Box::new(u64::MAX), "shared".into(), "borrowed".into(), [1, 2].into())],
        refused: &[r#"[-1,"","",[]]"#, r#"[1,2,"",[]]"#, r#"[1,"","",[256]]"#],
        ..Case::default()
    };
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
struct Id(u32);

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum Color {
    Red,
    DarkGreen,
}
