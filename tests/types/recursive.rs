//! Types that hold themselves, and types that are generic.

use std::collections::BTreeMap;

use ipc_bridge::prelude::*;
use ipc_bridge::{DescriptionError, RouterProblem};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::case::{Case, travels};

/// How deep the deepest values of this file are: two levels of JSON each stay below what serde_json reads.
const DEEP: usize = 60;

travels! {
    of_trees: Tree = Case {
        values: vec![Tree::default(), deep_tree(DEEP)],
        refused: &["{}", r#"{"value":1,"children":[1]}"#, r#"{"value":1,"children":[{"value":-1,"children":[]}]}"#],
        ..Case::default()
    };
    of_chains: Chain = Case {
        values: vec![
            Chain { id: 1, next: None },
            (0..DEEP as u64)
                .fold(Chain { id: u64::MAX, next: None }, |next, id| Chain { id, next: Some(Box::new(next)) }),
        ],
        taken: &[r#"{"id":1}"#, r#"{"id":1,"next":{"id":2}}"#],
        refused: &[r#"{"id":1,"next":{}}"#, r#"{"id":1,"next":{"id":2,"next":{"id":-1}}}"#, r#"{"id":1,"next":1}"#],
        ..Case::default()
    };
    of_expressions: Expression = Case {
        values: vec![
            Expression::Number(i64::MIN),
            Expression::Add(
                Box::new(Expression::Number(1)),
                Box::new(Expression::Negate(Box::new(Expression::Nothing))),
            ),
            Expression::Let { name: "x".to_owned(), be: Box::new(Expression::Number(i64::MAX)) },
            (0..DEEP).fold(Expression::Nothing, |inner, _| Expression::Negate(Box::new(inner))),
        ],
        refused: &[
            r#"{"Add":[{"Number":1}]}"#,
            r#"{"Negate":{"Negate":{"Number":9223372036854775808}}}"#,
            r#"{"Negate":null}"#,
        ],
        ..Case::default()
    };
    of_tagged_queries: Query = Case {
        values: vec![Query::All {
            of: vec![Query::Is { id: u64::MAX }, Query::Not { query: Box::new(Query::Is { id: 0 }) }],
        }],
        refused: &[
            r#"{"op":"not"}"#,
            r#"{"op":"not","query":{"op":"is"}}"#,
            r#"{"op":"all","of":[{"op":"is","id":-1}]}"#,
        ],
        ..Case::default()
    };
    of_json_like_values: Any = Case {
        values: vec![
            Any::Nothing,
            Any::Many(vec![Any::Natural(u64::MAX), Any::Integer(i64::MIN), Any::Text(String::new())]),
            Any::Fields([("a".to_owned(), Any::Many(vec![Any::Nothing]))].into()),
        ],
        refused: &["true", "[[true]]", r#"{"a":{"b":true}}"#, "18446744073709551616"],
        ..Case::default()
    };
    of_folders_and_files: Folder = Case {
        values: vec![Folder {
            name: "a".to_owned(),
            files: vec![File { size: u64::MAX, within: Some(Box::new(Folder { name: String::new(), files: vec![] })) }],
        }],
        refused: &[
            r#"{"name":""}"#,
            r#"{"name":"","files":[{"size":-1,"within":null}]}"#,
            r#"{"name":"","files":[{"size":1,"within":{"name":""}}]}"#,
        ],
        ..Case::default()
    };
    of_generic_pages: (Page<u64>, Page<Chain>, Page<Page<Chain>>) = Case {
        values: vec![(
            Page { items: vec![u64::MAX], next: Some(1) },
            Page { items: vec![Chain { id: 1, next: None }], next: None },
            Page { items: vec![Page { items: vec![], next: None }], next: Some(u64::MAX) },
        )],
        refused: &[
            r#"[{"items":[{"id":1}]},{"items":[]},{"items":[]}]"#,
            r#"[{"items":[]},{"items":[1]},{"items":[]}]"#,
            r#"[{"items":[]},{"items":[]},{"items":[{"id":1}]}]"#,
        ],
        taken: &[r#"[{"items":[1]},{"items":[{"id":1}]},{"items":[{"items":[{"id":1}]}]}]"#],
        ..Case::default()
    };
}

#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
struct Tree {
    value: u64,
    children: Vec<Tree>,
}

fn deep_tree(depth: usize) -> Tree {
    (0..depth).fold(Tree { value: u64::MAX, children: vec![] }, |inner, _| {
        let leaf = Tree { value: 1, children: vec![] };
        Tree { value: 2, children: vec![inner, leaf] }
    })
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
struct Chain {
    id: u64,
    next: Option<Box<Chain>>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
enum Expression {
    Nothing,
    Number(i64),
    Negate(Box<Expression>),
    Add(Box<Expression>, Box<Expression>),
    Let { name: String, be: Box<Expression> },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "op", rename_all = "snake_case")]
enum Query {
    Is { id: u64 },
    Not { query: Box<Query> },
    All { of: Vec<Query> },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
enum Any {
    Nothing,
    Natural(u64),
    Integer(i64),
    Text(String),
    Many(Vec<Any>),
    Fields(BTreeMap<String, Any>),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
struct Folder {
    name: String,
    files: Vec<File>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
struct File {
    size: u64,
    within: Option<Box<Folder>>,
}

// The name has characters that a reference must escape.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Page<{T}>")]
struct Page<T> {
    items: Vec<T>,
    next: Option<u64>,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
struct Unnamed<T> {
    items: Vec<T>,
}

#[handler("pages:first")]
fn first(#[payload] page: Unnamed<u64>) -> usize {
    page.items.len()
}

#[handler("pages:second")]
fn second(#[payload] page: Unnamed<String>) -> usize {
    page.items.len()
}

#[tokio::test]
async fn a_generic_type_of_one_name_for_all_its_parameters_is_served_once_and_not_twice() {
    let place = ipc_bridge::memory::endpoint();
    Server::bind(&place).serve(Router::new().handle::<first>()).await.unwrap();
    let error = Router::new().handle::<first>().handle::<second>().check().unwrap_err();
    let [RouterProblem::Description(DescriptionError::SharedName { name, .. })] = error.problems() else {
        panic!("another error than a shared name: {error}");
    };
    assert_eq!(name, "Unnamed");
    assert!(error.to_string().contains(r#"`#[schemars(rename = "{T}…")]`"#), "{error}");
}
