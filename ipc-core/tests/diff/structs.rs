//! Fields of structs, and structs that are other types.

pair!(a_required_field_that_is_new
    { pub(crate) struct T { a: u8 } }
    { pub(crate) struct T { a: u8, b: u8 } }
    OldClients, NewClients; FieldAdded ".b" "the field is new and required");

pair!(an_optional_field_that_is_new_breaks_who_counts_on_it_at_old_servers
    { pub(crate) struct T { a: u8 } }
    { pub(crate) struct T { a: u8, b: Option<u8> } }
    Nobody, NewClients; FieldAdded ".b" "the field is new");

pair!(a_field_with_a_default_that_is_new
    { pub(crate) struct T { a: u8 } }
    { pub(crate) struct T { a: u8, #[serde(default)] b: u8 } }
    Nobody, NewClients; FieldAdded ".b" "the field is new");

pair!(a_field_that_is_new_and_left_out_where_it_is_none
    { pub(crate) struct T { a: u8 } }
    { pub(crate) struct T { a: u8, #[serde(skip_serializing_if = "Option::is_none")] b: Option<u8> } }
    Nobody, Nobody; FieldAdded ".b" "the field is new");

pair!(a_field_that_is_new_where_unknown_ones_are_refused
    { #[serde(deny_unknown_fields)] pub(crate) struct T { a: u8 } }
    { #[serde(deny_unknown_fields)] pub(crate) struct T { a: u8, b: Option<u8> } }
    NewClients, Both; FieldAdded ".b" "the field is new");

pair!(a_required_field_that_is_gone
    { pub(crate) struct T { a: u8, b: u8 } }
    { pub(crate) struct T { a: u8 } }
    NewClients, OldClients; FieldRemoved ".b" "the field is gone");

pair!(an_optional_field_that_is_gone
    { pub(crate) struct T { a: u8, b: Option<u8> } }
    { pub(crate) struct T { a: u8 } }
    Nobody, OldClients; FieldRemoved ".b" "the field is gone");

pair!(a_field_that_is_gone_where_unknown_ones_are_refused
    { #[serde(deny_unknown_fields)] pub(crate) struct T { a: u8, b: Option<u8> } }
    { #[serde(deny_unknown_fields)] pub(crate) struct T { a: u8 } }
    OldClients, Both; FieldRemoved ".b" "the field is gone");

pair!(a_field_that_has_another_name
    { pub(crate) struct T { name: u8 } }
    { pub(crate) struct T { title: u8 } }
    Both, Both; FieldAdded ".title" "the field is new and required");

pair!(a_field_of_another_case
    { pub(crate) struct T { an_id: u8 } }
    { #[serde(rename_all = "camelCase")] pub(crate) struct T { an_id: u8 } }
    Both, Both; FieldAdded ".anId" "the field is new and required");

pair!(a_field_that_may_be_left_out_now
    { pub(crate) struct T { a: u8 } }
    { pub(crate) struct T { #[serde(default)] a: u8 } }
    NewClients, Nobody; FieldOptional ".a" "the field may be left out now");

pair!(a_field_that_is_written_no_more_where_it_is_none
    { pub(crate) struct T { a: Option<u8> } }
    { pub(crate) struct T { #[serde(skip_serializing_if = "Option::is_none")] a: Option<u8> } }
    Nobody, OldClients; FieldOptional ".a" "the field may be left out now");

pair!(a_field_that_must_be_there_now
    { pub(crate) struct T { #[serde(default)] a: u8 } }
    { pub(crate) struct T { a: u8 } }
    OldClients, Nobody; FieldRequired ".a" "the field is required now");

pair!(a_field_that_may_be_null_now
    { pub(crate) struct T { a: u8 } }
    { pub(crate) struct T { a: Option<u8> } }
    NewClients, OldClients; Nullable ".a" "it may be null now");

pair!(a_struct_that_may_be_null_now
    { pub(crate) struct T { a: Inner } pub(crate) struct Inner { b: u8 } }
    { pub(crate) struct T { a: Option<Inner> } pub(crate) struct Inner { b: u8 } }
    NewClients, OldClients; Nullable ".a" "it may be null now");

pair!(a_field_that_is_never_null_now
    { pub(crate) struct T { a: Option<u8> } }
    { pub(crate) struct T { a: u8 } }
    OldClients, NewClients; Nullable ".a" "it is never null now");

pair!(unknown_fields_that_are_refused_now
    { pub(crate) struct T { a: u8 } }
    { #[serde(deny_unknown_fields)] pub(crate) struct T { a: u8 } }
    OldClients, Nobody; FurtherFields "" "fields that it does not know are refused now");

pair!(unknown_fields_that_are_ignored_now
    { #[serde(deny_unknown_fields)] pub(crate) struct T { a: u8 } }
    { pub(crate) struct T { a: u8 } }
    NewClients, Nobody; FurtherFields "" "fields that it does not know are ignored now");

pair!(a_field_deep_within
    { pub(crate) struct T { list: Vec<Option<Inner>> } pub(crate) struct Inner { a: u8 } }
    { pub(crate) struct T { list: Vec<Option<Inner>> } pub(crate) struct Inner { a: String } }
    Both, Both; Type ".list[].a" "it is a text and was a `uint8`");

pair!(fields_that_are_flattened_are_the_same
    { pub(crate) struct T { a: u8, b: u8 } }
    { pub(crate) struct T { a: u8, #[serde(flatten)] more: More } pub(crate) struct More { b: u8, c: Option<u8> } }
    Nobody, NewClients; FieldAdded ".c" "the field is new");

pair!(a_struct_that_takes_further_entries_now
    { pub(crate) struct T { a: u8 } }
    { pub(crate) struct T { a: u8, #[serde(flatten)] more: std::collections::BTreeMap<String, u8> } }
    OldClients, Nobody; FurtherFields "" "it has entries now");

pair!(a_newtype_is_what_it_holds_but_for_a_bound
    { pub(crate) struct T { id: u32 } }
    { pub(crate) struct T { id: Id } pub(crate) struct Id(u64); }
    NewClients, OldClients; Type ".id" "it is a `uint64` and was a `uint32`");

pair!(a_struct_of_one_field_is_no_enum_of_one_variant
    { #[serde(deny_unknown_fields)] pub(crate) struct T { id: u8 } }
    { #[serde(deny_unknown_fields)] pub(crate) struct T { id: Option<u8> } }
    NewClients, OldClients; Nullable ".id" "it may be null now");

pair!(a_default_of_another_value
    { pub(crate) struct T { #[serde(default)] a: bool } }
    { pub(crate) struct T { #[serde(default = "crate::structs::yes")] a: bool } }
    Nobody, Nobody; DefaultValue ".a" "the default is `true` and was `false`");

const fn yes() -> bool {
    true
}

pair!(documentation_of_a_field
    { pub(crate) struct T { a: u8 } }
    { pub(crate) struct T { /** The first. */ a: u8 } }
    Nobody, Nobody; Documentation ".a" "the documentation is another");

pair!(a_field_that_is_deprecated
    { pub(crate) struct T { a: u8 } }
    { pub(crate) struct T { #[deprecated] a: u8 } }
    Nobody, Nobody; Deprecation ".a" "it is deprecated now");

/// A type that has another name, and fields in another order, is the same.
#[test]
fn names_of_types_and_the_order_of_fields_do_not_count() {
    mod old {
        #[derive(serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
        pub(crate) struct T {
            a: u8,
            inner: Inner,
        }
        #[derive(serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
        pub(crate) struct Inner {
            #[serde(default)]
            b: u8,
        }
    }
    mod new {
        #[derive(serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
        pub(crate) struct Other {
            inner: Within,
            a: u8,
        }
        #[derive(serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
        pub(crate) struct Within {
            #[serde(default)]
            b: u8,
        }
    }
    let descriptions = [crate::case::echo::<old::T>(), crate::case::echo::<new::Other>()];
    crate::case::judge(descriptions.each_ref(), [crate::case::Nobody; 2], None);
}
