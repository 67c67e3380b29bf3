//! Numbers, texts, lists, tuples, maps and binary data.

use std::collections::{BTreeMap, BTreeSet};

use ipc_core::Bytes;
use serde_json::Value;

types! {
    a_wider_integer u32 => u64, NewClients, OldClients;
        Type "" "it is a `uint64` and was a `uint32`";
    a_narrower_integer i64 => i32, OldClients, NewClients;
        Type "" "it is a `int32` and was a `int64`";
    an_integer_with_a_sign_instead u32 => i32, Both, Both;
        Type "" "it is a `int32` and was a `uint32`";
    an_integer_that_has_a_sign_and_room_for_it u32 => i64, NewClients, OldClients;
        Type "" "it is a `int64` and was a `uint32`";
    an_integer_that_is_any_number u32 => f64, NewClients, OldClients;
        Type "" "it is a `double` and was a `uint32`";
    a_number_that_is_an_integer f64 => u32, OldClients, NewClients;
        Type "" "it is a `uint32` and was a `double`";
    a_number_that_is_a_text u32 => String, Both, Both;
        Type "" "it is a text and was a `uint32`";
    a_boolean_that_is_a_number bool => u8, Both, Both;
        Type "" "it is a `uint8` and was a boolean";
    nothing_that_is_something () => u8, Both, Both;
        Type "" "it is a `uint8` and was null";
    a_number_that_is_anything u8 => Value, NewClients, OldClients;
        Type "" "it is any value and was a `uint8`";
    anything_that_is_a_text Value => String, OldClients, NewClients;
        Type "" "it is a text and was any value";
    binary_data_that_is_a_text Bytes => String, Both, Both;
        Type "" "it is a text and was binary data";
    binary_data_that_is_a_list Bytes => Vec<u8>, Both, Both;
        Type "" "it is a list and was binary data";
    a_character_that_is_a_text char => String, NewClients, OldClients;
        Constraint "" "the greatest length `1` is gone";
    items_that_are_wider Vec<u8> => Vec<u16>, NewClients, OldClients;
        Type "[]" "it is a `uint16` and was a `uint8`";
    a_set_that_is_a_list BTreeSet<u8> => Vec<u8>, NewClients, OldClients;
        Constraint "" "the rule that no item stands there twice is gone";
    a_tuple_that_has_one_more (u8, u8) => (u8, u8, u8), Both, Both;
        Type "" "it has 3 elements and had 2";
    a_tuple_whose_second_is_wider (u8, u8) => (u8, u16), NewClients, OldClients;
        Type "[1]" "it is a `uint16` and was a `uint8`";
    a_list_that_is_an_array Vec<u8> => [u8; 3], OldClients, NewClients;
        Constraint "" "the greatest length `3` is new";
    a_pair_that_is_a_list (u8, u8) => Vec<u8>, NewClients, OldClients;
        Constraint "" "the least length `2` is gone";
    entries_that_are_narrower BTreeMap<String, u16> => BTreeMap<String, u8>, OldClients, NewClients;
        Type "[*]" "it is a `uint8` and was a `uint16`";
    keys_that_may_be_any_text BTreeMap<u32, u8> => BTreeMap<String, u8>, NewClients, OldClients;
        FurtherFields "" "it has entries now";
    keys_that_must_be_numbers BTreeMap<String, u8> => BTreeMap<u32, u8>, OldClients, NewClients;
        FurtherFields "" "it has no entries any more";
    entries_behind_keys_that_are_numbers BTreeMap<u32, u8> => BTreeMap<u32, String>, Both, Both;
        Type "[*]" "it is a text and was a `uint8`";
    a_map_that_is_a_list BTreeMap<String, u8> => Vec<u8>, Both, Both;
        Type "" "it is a list and was a map";
    something_that_may_be_missing Vec<u8> => Option<Vec<u8>>, NewClients, OldClients;
        Nullable "" "it may be null now";
}
