//! A contract that has every shape that serde makes: what the golden files are made from, and what the tests of the npm
//! package talk to.
//!
//! Of each type there is one channel: it answers the value that a seed stands for, or, given a value, whether it is that.

#[expect(deprecated, reason = "what is deprecated is in the contract too, and its derive macros name it")]
pub(crate) mod channels;
pub(crate) mod containers;
#[expect(deprecated, reason = "what is deprecated is in the contract too, and its derive macros name it")]
pub(crate) mod enums;
pub(crate) mod numbers;
pub(crate) mod recursive;
mod sampled;
pub(crate) mod structs;

use ipc_bridge::Router;
use ipc_bridge::prelude::*;

use sampled::{Mismatch, answer, sampled};

sampled! {
    // Numbers and texts.
    "numbers:small" small: numbers::Small;
    "numbers:large" large: numbers::Large;
    "numbers:huge" huge: numbers::Huge;
    "numbers:real" real: numbers::Real;
    "numbers:non-zero" non_zero: numbers::NonZero;
    "numbers:exact" exact: numbers::Exact;
    "numbers:alone" number_alone: u32;
    "numbers:huge-alone" huge_alone: u128;
    "texts:all" texts: numbers::Texts;
    "texts:alone" text_alone: String;
    "brands:user-id" user_id: numbers::UserId;
    "brands:all" brands: numbers::Brands;
    // Structs.
    "structs:unit" unit: structs::Unit;
    "structs:places" places: structs::Places;
    "structs:fields" fields: structs::Fields;
    "structs:options" options: structs::Options;
    "structs:defaults" defaults: structs::Defaults;
    "structs:skipped" skipped: structs::Skipped;
    "structs:renamed" renamed: structs::Renamed;
    "structs:odd-names" odd_names: structs::OddNames;
    "structs:documented" documented: structs::Documented;
    "structs:denying" denying: structs::Denying;
    "structs:flat" flat: structs::Flat;
    "structs:flat-option" flat_option: structs::FlatOption;
    "structs:flat-map" flat_map: structs::FlatMap;
    "structs:flat-map-of-others" flat_map_of_others: structs::FlatMapOfOthers;
    "structs:flat-enum" flat_enum: structs::FlatEnum;
    "structs:flat-twice" flat_twice: structs::FlatTwice;
    "structs:converted" converted: structs::Converted;
    "structs:outer" outer: structs::Outer;
    // Enums.
    "enums:level" level: enums::Level;
    "enums:documented" documented_level: enums::DocumentedLevel;
    "enums:external" external: enums::External;
    "enums:internal" internal: enums::Internal;
    "enums:adjacent" adjacent: enums::Adjacent;
    "enums:untagged" untagged: enums::Untagged;
    "enums:open" open: enums::Open;
    "enums:nested" nested: enums::Nested;
    "enums:generic" generic: enums::Generic<enums::Level>;
    "enums:generic-of-brands" generic_of_brands: enums::Generic<numbers::UserId>;
    "enums:number-or-text" number_or_text: enums::NumberOrText;
    "enums:clashing" clashing: enums::Clashing;
    // Containers.
    "containers:lists" lists: containers::Lists;
    "containers:tuples" tuples: containers::Tuples;
    "containers:maps" maps: containers::Maps;
    "containers:keyed" keyed: containers::Keyed;
    "containers:sets" sets: containers::Sets;
    "containers:binary" binary: containers::Binary;
    "containers:results" results: containers::Results;
    "containers:any" any: containers::Any;
    "containers:times" times: containers::Times;
    // Types that hold themselves.
    "recursive:tree" tree: recursive::Tree;
    "recursive:chain" chain: recursive::Chain;
    "recursive:expression" expression: recursive::Expression;
    "recursive:query" query: recursive::Query;
    "recursive:json" json: recursive::Json;
    "recursive:folder" folder: recursive::Folder;
    "recursive:page" page: recursive::Page<recursive::Chain>;
}

/// Everything that the contract has.
pub(crate) fn router() -> Router {
    channels::add(add_samples(Router::new()))
}
