//! What a fingerprint is made from.

use ipc_core::{Handler, Router};

/// The fingerprint of a router with this one handler, all of which are on the channel `data:fetch`.
fn of<H: Handler>() -> String {
    Router::new().handle::<H>().fingerprint().expect("a fingerprint").to_owned()
}

/// Types and a channel, in a module of its own: `contract!(a { … types … } { id: u64 } -> Item)`.
macro_rules! contract {
    ($module:ident { $($types:item)* } $($channel:tt)*) => {
        mod $module {
            #[allow(unused_imports, reason = "a contract need not have types of its own")]
            use schemars::JsonSchema;
            #[allow(unused_imports, reason = "a contract need not have types of its own")]
            use serde::{Deserialize, Serialize};
            $($types)*
            channel!("data:fetch" fetch $($channel)*);
        }
    };
}

contract!(plain {
    #[derive(Serialize, Deserialize, JsonSchema)] pub(crate) struct Item { id: u64, kind: Kind, nest: Option<Nest> }
    #[derive(Serialize, Deserialize, JsonSchema)] pub(crate) enum Kind { Small, Large }
    #[derive(Serialize, Deserialize, JsonSchema)] pub(crate) enum Nest { Leaf, Tree(Box<Item>), Other { x: u8 } }
    error!(Error { "NOT_FOUND" "": Item, "BUSY" "" });
} { id: u64, kind: Kind } -> Item | Error);

contract!(documented {
    /// # An item
    ///
    /// At length.
    #[derive(Serialize, Deserialize, JsonSchema)]
    #[schemars(example = 7)]
    pub(crate) struct Item {
        /// Its id.
        id: u64,
        /// Its kind.
        kind: Kind,
        /// What it lies in.
        #[deprecated]
        nest: Option<Nest>,
    }
    /// A kind.
    #[derive(Serialize, Deserialize, JsonSchema)]
    pub(crate) enum Kind {
        Small,
        /// Not small.
        Large,
    }
    /// A nest.
    #[derive(Serialize, Deserialize, JsonSchema)]
    pub(crate) enum Nest {
        /// No more.
        Leaf,
        /// More.
        Tree(Box<Item>),
        Other {
            /// Something.
            x: u8,
        },
    }
    error!(Error { "NOT_FOUND" "It is not there.": Item, "BUSY" "Try again." });
} {
    /// The id.
    id: u64,
    /// The kind.
    kind: Kind
} -> Item | Error; "Fetches." "no more");

contract!(reordered {
    #[derive(Serialize, Deserialize, JsonSchema)] pub(crate) struct Thing { nest: Option<Home>, kind: Kind, id: u64 }
    #[derive(Serialize, Deserialize, JsonSchema)] pub(crate) enum Kind { Large, Small }
    #[derive(Serialize, Deserialize, JsonSchema)] pub(crate) enum Home { Other { x: u8 }, Tree(Box<Thing>), Leaf }
    error!(Error { "BUSY" "", "NOT_FOUND" "": Thing });
} { kind: Kind, id: u64 } -> Thing | Error);

#[test]
fn the_fingerprint_does_not_depend_on_docs() {
    assert_eq!(of::<plain::fetch>(), of::<documented::fetch>());
}

#[test]
fn the_fingerprint_does_not_depend_on_names_of_types_and_order_of_fields() {
    assert_eq!(of::<plain::fetch>(), of::<reordered::fetch>());
}

contract!(one_field {} { id: u64 } -> u8);
contract!(two_fields {} { id: u64, name: String } -> u8);
contract!(other_name {} { ident: u64 } -> u8);
contract!(other_type {} { id: i64 } -> u8);
contract!(optional {} { id: Option<u64> } -> u8);
contract!(bounded {} { #[garde(range(max = 9))] id: u64 } -> u8);
contract!(other_response {} { id: u64 } -> u16);
contract!(with_code { error!(E { "A" "" }); } { id: u64 } -> u8 | E);
contract!(other_code { error!(E { "B" "" }); } { id: u64 } -> u8 | E);
contract!(with_details { error!(E { "A" "": u8 }); } { id: u64 } -> u8 | E);

#[test]
fn whatever_two_processes_must_agree_on_changes_the_fingerprint() {
    let mut all = vec![
        of::<one_field::fetch>(),
        of::<two_fields::fetch>(),
        of::<other_name::fetch>(),
        of::<other_type::fetch>(),
        of::<optional::fetch>(),
        of::<bounded::fetch>(),
        of::<other_response::fetch>(),
        of::<with_code::fetch>(),
        of::<other_code::fetch>(),
        of::<with_details::fetch>(),
        of::<plain::fetch>(),
    ];
    let count = all.len();
    all.sort();
    all.dedup();
    assert_eq!(all.len(), count);
}

macro_rules! circle {
    ($module:ident, $($field:ident)?) => {
        contract!($module {
            #[derive(Serialize, Deserialize, JsonSchema)] pub(crate) struct A { b: Vec<B> }
            #[derive(Serialize, Deserialize, JsonSchema)] pub(crate) struct B { c: Vec<C> }
            #[derive(Serialize, Deserialize, JsonSchema)] pub(crate) struct C { d: Vec<D> }
            #[derive(Serialize, Deserialize, JsonSchema)] pub(crate) struct D { e: Vec<E> }
            #[derive(Serialize, Deserialize, JsonSchema)] pub(crate) struct E { f: Vec<F> }
            #[derive(Serialize, Deserialize, JsonSchema)] pub(crate) struct F { g: Vec<G>, a: Vec<A> }
            #[derive(Serialize, Deserialize, JsonSchema)] pub(crate) struct G { $($field: u8)? }
        } {} -> A);
    };
}
circle!(circle,);
circle!(same_circle,);
circle!(other_circle, more);

#[test]
fn a_change_far_behind_types_that_refer_to_each_other_changes_the_fingerprint() {
    assert_eq!(of::<circle::fetch>(), of::<same_circle::fetch>());
    assert_ne!(of::<circle::fetch>(), of::<other_circle::fetch>());
}

channel!("data:list" list {} -> Vec<plain::Item>);
channel!("data:put" put { kind: plain::Kind } -> ());

#[test]
fn the_fingerprint_does_not_depend_on_the_order_of_the_handlers() {
    let one = Router::new().handle::<list>().handle::<put>().handle::<plain::fetch>();
    let other = Router::new().handle::<plain::fetch>().handle::<list>().handle::<put>();
    assert_eq!(one.fingerprint(), other.fingerprint());
}

#[test]
fn the_fingerprint_of_a_channel_does_not_depend_on_the_other_channels() {
    let router = Router::new().handle::<list>();
    let alone = router.description().expect("a description");
    let router = router.handle::<put>();
    let together = router.description().expect("a description");
    let of = |description: &ipc_core::Description| {
        description.channel("data:list").expect("the channel").fingerprint().to_owned()
    };
    assert_eq!(of(&alone), of(&together));
    assert_ne!(alone.fingerprint(), together.fingerprint());
    assert_eq!(router.fingerprint().expect("a fingerprint"), together.fingerprint());
}

#[test]
fn a_handler_that_is_added_later_counts() {
    let router = Router::new().handle::<list>();
    let before = router.fingerprint().expect("a fingerprint").to_owned();
    assert_ne!(router.handle::<put>().fingerprint().expect("a fingerprint"), before);
}

#[test]
fn a_fingerprint_is_the_same_in_every_build() {
    // Frozen: a change here makes every client of an older build a stranger.
    assert_eq!(of::<one_field::fetch>(), "a20826c58d30bf3d");
    assert_eq!(of::<plain::fetch>(), "df363afc64700c3d");
}

/// Who may call is the server's affair, and what travels stays the same.
#[test]
fn the_permission_of_a_channel_does_not_count() {
    mod plain {
        #[ipc_core::handler("data:fetch", crate = ipc_core)]
        pub(crate) fn fetch(id: u64) -> u64 {
            id
        }
    }
    mod guarded {
        #[ipc_core::handler("data:fetch", permission = "data:read", crate = ipc_core)]
        pub(crate) fn fetch(id: u64) -> u64 {
            id
        }
    }
    assert_eq!(of::<plain::fetch>(), of::<guarded::fetch>());
    let router = Router::new().handle::<guarded::fetch>();
    let description = router.description().expect("a description");
    let channel = description.channel("data:fetch").expect("the channel");
    assert_eq!(channel.permission(), Some("data:read"));
    let document = serde_json::to_value(&description).expect("JSON");
    assert_eq!(document["channels"]["data:fetch"]["permission"], "data:read");
    let without = Router::new().handle::<plain::fetch>().description().expect("a description");
    assert!(!serde_json::to_string(&without).expect("JSON").contains("permission"));
}
