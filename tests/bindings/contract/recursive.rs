//! Types that hold themselves.

use std::collections::BTreeMap;

use arbitrary::{Arbitrary, Unstructured};
use ipc_bridge::Bytes;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::containers::bytes;
use super::numbers::{finite, safe, safe_signed};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Arbitrary)]
pub(crate) struct Tree {
    #[arbitrary(with = safe)]
    value: u64,
    children: Vec<Tree>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Arbitrary)]
pub(crate) struct Chain {
    #[schemars(extend("x-ipc-bigint" = true))]
    id: u64,
    next: Option<Box<Chain>>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Arbitrary)]
pub(crate) enum Expression {
    Number(#[arbitrary(with = safe_signed)] i64),
    Add(Box<Expression>, Box<Expression>),
    Negate(Box<Expression>),
    Let { name: String, be: Box<Expression> },
    Nothing,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Arbitrary)]
#[serde(tag = "op", rename_all = "snake_case")]
pub(crate) enum Query {
    All {
        of: Vec<Query>,
    },
    Not {
        query: Box<Query>,
    },
    Is {
        #[arbitrary(with = safe)]
        id: u64,
    },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub(crate) enum Json {
    Null,
    Yes(bool),
    Number(f64),
    Text(String),
    List(Vec<Json>),
    Object(BTreeMap<String, Json>),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Arbitrary)]
pub(crate) struct Folder {
    name: String,
    files: Vec<File>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Arbitrary)]
pub(crate) struct File {
    #[arbitrary(with = bytes)]
    content: Bytes,
    within: Option<Box<Folder>>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Arbitrary)]
#[schemars(rename = "PageOf{T}")]
pub(crate) struct Page<T> {
    items: Vec<T>,
    next: Option<u32>,
}

impl<'a> Arbitrary<'a> for Json {
    fn arbitrary(random: &mut Unstructured<'a>) -> arbitrary::Result<Self> {
        Ok(match random.int_in_range(0..=7)? {
            0 => Self::Null,
            1 => Self::Yes(random.arbitrary()?),
            2 | 3 => Self::Number(finite(random)?),
            4 | 5 => Self::Text(random.arbitrary()?),
            6 => Self::List(random.arbitrary()?),
            _ => Self::Object(random.arbitrary()?),
        })
    }
}
