//! Types that refer to themselves: the comparison ends, and goes by what they are and not by what they are called.

use crate::case::{NewClients, OldClients, echo, judge};

pair!(a_field_of_a_tree
    { pub(crate) struct T { children: Vec<T>, weight: u8 } }
    { pub(crate) struct T { children: Vec<T>, weight: u16 } }
    NewClients, OldClients; Type ".weight" "it is a `uint16` and was a `uint8`");

pair!(a_tree_of_two_types
    { pub(crate) struct T { left: Option<Box<Right>> } pub(crate) struct Right { up: Vec<T>, name: String } }
    { pub(crate) struct T { left: Option<Box<Other>> } pub(crate) struct Other { up: Vec<T> } }
    NewClients, OldClients; FieldRemoved ".left.name" "the field is gone");

pair!(a_variant_of_an_expression
    { pub(crate) enum T { Literal(u8), Sum(Box<T>, Box<T>) } }
    { pub(crate) enum T { Literal(u8), Sum(Box<T>, Box<T>), Not(Box<T>) } }
    NewClients, OldClients; VariantAdded "" "the variant `Not` is new");

/// A list that is written as two types which alternate is the list.
#[test]
fn a_circle_of_two_is_a_circle_of_one() {
    mod old {
        #[derive(serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
        pub(crate) struct T {
            next: Option<Box<T>>,
        }
    }
    mod new {
        #[derive(serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
        pub(crate) struct T {
            next: Option<Box<Even>>,
        }
        #[derive(serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
        pub(crate) struct Even {
            next: Option<Box<T>>,
        }
    }
    let (old, new) = (echo::<old::T>(), echo::<new::T>());
    let changes: Vec<_> = old.diff(&new).into_iter().collect();
    let [change] = changes.as_slice() else { panic!("one change: {changes:?}") };
    // Its fingerprint is another, and that is all.
    assert_eq!((change.what(), change.is_breaking()), ("its schemas are written otherwise", false));
}

/// Nested so deep that each level twice over would never end.
#[test]
fn a_type_that_is_used_everywhere_is_compared_once() {
    use serde_json::{Map, json};
    let definitions = |deepest: &str| {
        let level = |at: u32| {
            let next = json!({"$ref": format!("#/$defs/L{}", at + 1)});
            (format!("L{at}"), json!({"type": "object", "properties": {"a": next, "b": next}, "required": ["a", "b"]}))
        };
        let mut levels: Map<_, _> = (0..40).map(level).collect();
        levels.insert("L40".to_owned(), json!({"type": deepest}));
        serde_json::Value::Object(levels)
    };
    let root = json!({"$ref": "#/$defs/L0"});
    let of = |deepest| crate::case::schemas(&root, &root, &definitions(deepest));
    assert!(of("string").diff(&of("string")).is_empty());
    let changes = of("string").diff(&of("integer"));
    assert!(changes.is_breaking());
    let first = changes.iter().next().expect("a change");
    assert_eq!(first.what(), "it is an integer and was a text");
    assert!(changes.len() <= 32, "a type is told of at some places: {}", changes.len());
    judge(
        [&of("integer"), &of("number")],
        [NewClients, OldClients],
        Some((&".a".repeat(40), ipc_core::diff::ChangeKind::Type, "it is a number and was an integer")),
    );
}

/// What a file says is not always what a type can be.
#[test]
fn schemas_that_consist_of_themselves_are_compared() {
    use serde_json::json;
    let root = json!({"$ref": "#/$defs/T"});
    let of = |more: serde_json::Value| {
        let itself = json!({"$ref": "#/$defs/T"});
        crate::case::schemas(&root, &root, &json!({"T": {"anyOf": [itself, itself, {"type": "string"}, more]}}))
    };
    let (old, new) = (of(json!({"type": "boolean"})), of(json!({"$ref": "#/$defs/T"})));
    assert!(old.diff(&old).is_empty() && new.diff(&new).is_empty());
    let changes = old.diff(&new);
    assert_eq!(changes.iter().next().expect("a change").what(), "it is a boolean no more");

    // A definition that is twice in the next, forty times.
    let definitions: serde_json::Map<_, _> = (0..40)
        .map(|at| {
            let next = json!({"$ref": format!("#/$defs/L{}", at + 1)});
            (format!("L{at}"), json!({"anyOf": [next, next]}))
        })
        .chain([("L40".to_owned(), json!({"type": "string"}))])
        .collect();
    let root = json!({"$ref": "#/$defs/L0"});
    let deep = crate::case::schemas(&root, &root, &definitions.into());
    assert!(deep.diff(&crate::case::schemas(&json!(true), &json!(true), &json!({}))).is_breaking());
}

/// Deeper than any type, and than a stack is.
#[test]
fn schemas_that_are_too_deep_are_compared_word_by_word() {
    use serde_json::{Value, json};
    let chain = |link: fn(Value) -> Value, end: Value| {
        let link = |at: u32| (format!("L{at}"), link(json!({"$ref": format!("#/$defs/L{}", at + 1)})));
        let links: serde_json::Map<_, _> = (0..20_000).map(link).chain([("L20000".to_owned(), end)]).collect();
        let root = json!({"$ref": "#/$defs/L0"});
        crate::case::schemas(&root, &root, &links.into())
    };
    let links: [fn(Value) -> Value; 3] = [
        |next| json!({"type": "object", "properties": {"next": next}}),
        |next| json!({"allOf": [next], "minLength": 1}),
        |next| json!({"anyOf": [next, {"type": "null"}]}),
    ];
    for link in links {
        let (old, new) = (chain(link, json!({"type": "string"})), chain(link, json!({"type": "integer"})));
        assert!(old.diff(&old).is_empty());
        let changes = old.diff(&new);
        assert!(changes.is_breaking(), "{changes}");
        assert!(changes.iter().all(|change| change.kind() == ipc_core::diff::ChangeKind::NotJudged), "{changes}");
    }
}
