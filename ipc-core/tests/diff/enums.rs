//! Variants, by each way in which serde tells them apart.

pair!(a_variant_that_is_new
    { pub(crate) enum T { A, B } }
    { pub(crate) enum T { A, B, C } }
    NewClients, OldClients; VariantAdded "" "the variant `C` is new");

pair!(a_variant_that_is_gone
    { pub(crate) enum T { A, B } }
    { pub(crate) enum T { A } }
    OldClients, NewClients; VariantRemoved "" "the variant `B` is gone");

pair!(a_variant_with_data_that_is_new
    { pub(crate) enum T { A, B(u8) } }
    { pub(crate) enum T { A, B(u8), C { x: u8 } } }
    NewClients, OldClients; VariantAdded "" "the variant `C` is new");

pair!(a_variant_that_is_documented_is_no_other_variant
    { pub(crate) enum T { A, B } }
    { pub(crate) enum T { A, /** The second. */ B, C } }
    NewClients, OldClients; VariantAdded "" "the variant `C` is new");

pair!(a_variant_that_has_another_name
    { pub(crate) enum T { A, B(u8) } }
    { pub(crate) enum T { A, Bee(u8) } }
    Both, Both; VariantRemoved "" "the variant `B` is gone");

pair!(data_of_a_variant
    { pub(crate) enum T { A, B(u8) } }
    { pub(crate) enum T { A, B(String) } }
    Both, Both; Type "<B>" "it is a text and was a `uint8`");

pair!(a_field_of_a_variant_that_may_be_left_out
    { pub(crate) enum T { A, B { x: u8 } } }
    { pub(crate) enum T { A, B { x: u8, #[serde(skip_serializing_if = "Option::is_none")] y: Option<u8> } } }
    Nobody, Nobody; FieldAdded "<B>.y" "the field is new");

pair!(a_variant_that_has_data_now
    { pub(crate) enum T { A, B } }
    { pub(crate) enum T { A, B(u8) } }
    Both, Both; Type "<B>" "it is an object and was `\"B\"`");

pair!(a_variant_that_is_new_beside_one
    { pub(crate) enum T { A(u8) } }
    { pub(crate) enum T { A(u8), B(u8) } }
    NewClients, OldClients; VariantAdded "" "the variant `B` is new");

pair!(a_variant_that_is_new_with_a_tag_inside
    { #[serde(tag = "t")] pub(crate) enum T { A, B { x: u8 } } }
    { #[serde(tag = "t")] pub(crate) enum T { A, B { x: u8 }, C { y: u8 } } }
    NewClients, OldClients; VariantAdded "" "the variant `C` is new");

pair!(a_field_that_is_new_with_a_tag_inside
    { #[serde(tag = "t")] pub(crate) enum T { A, B { x: u8 } } }
    { #[serde(tag = "t")] pub(crate) enum T { A, B { x: u8, y: u8 } } }
    OldClients, NewClients; FieldAdded "<B>.y" "the field is new and required");

pair!(a_struct_within_a_variant_with_a_tag_inside
    { #[serde(tag = "t")] pub(crate) enum T { A, B(Inner) } pub(crate) struct Inner { x: u8 } }
    { #[serde(tag = "t")] pub(crate) enum T { A, B(Inner) } pub(crate) struct Inner { x: u16 } }
    NewClients, OldClients; Type "<B>.x" "it is a `uint16` and was a `uint8`");

pair!(a_tag_of_another_name
    { #[serde(tag = "t")] pub(crate) enum T { A, B { x: u8 } } }
    { #[serde(tag = "kind")] pub(crate) enum T { A, B { x: u8 } } }
    Both, Both; FieldAdded "<A>.kind" "the field is new and required");

pair!(a_tag_that_is_beside_the_content_now
    { #[serde(tag = "t")] pub(crate) enum T { A, B { x: u8 } } }
    { #[serde(tag = "t", content = "c")] pub(crate) enum T { A, B { x: u8 } } }
    Both, Both; FieldAdded "<B>.c" "the field is new and required");

pair!(a_variant_that_is_new_with_tag_and_content
    { #[serde(tag = "t", content = "c")] pub(crate) enum T { A, B(u8) } }
    { #[serde(tag = "t", content = "c")] pub(crate) enum T { A, B(u8), C(u8, u8) } }
    NewClients, OldClients; VariantAdded "" "the variant `C` is new");

pair!(content_that_is_wider
    { #[serde(tag = "t", content = "c")] pub(crate) enum T { A, B(u8) } }
    { #[serde(tag = "t", content = "c")] pub(crate) enum T { A, B(Option<u8>) } }
    NewClients, OldClients; Nullable "<B>.c" "it may be null now");

pair!(an_alternative_without_a_tag
    { #[serde(untagged)] pub(crate) enum T { A(u8), B(String) } }
    { #[serde(untagged)] pub(crate) enum T { A(u8), B(String), C(Vec<u8>) } }
    NewClients, OldClients; VariantAdded "" "it may be a list as well");

pair!(an_alternative_without_a_tag_that_is_gone
    { #[serde(untagged)] pub(crate) enum T { A(u8), B(String) } }
    { #[serde(untagged)] pub(crate) enum T { A(u8) } }
    OldClients, NewClients; VariantRemoved "" "it is a text no more");

pair!(structs_without_a_tag_are_known_by_their_fields
    { #[serde(untagged)] pub(crate) enum T { A { x: u8, y: u8 }, B { name: String } } }
    { #[serde(untagged)] pub(crate) enum T { B { name: String }, A { x: u8, y: u16 } } }
    NewClients, OldClients; Type ".y" "it is a `uint16` and was a `uint8`");

pair!(an_enum_that_is_any_text_now
    { pub(crate) struct T { kind: Kind } pub(crate) enum Kind { A, B } }
    { pub(crate) struct T { kind: String } }
    NewClients, OldClients; VariantAdded ".kind" "it may be a text as well");

pair!(an_enum_that_is_flattened
    { pub(crate) struct T { id: u8, #[serde(flatten)] kind: Kind } #[serde(tag = "t")] pub(crate) enum Kind { A, B { x: u8 } } }
    { pub(crate) struct T { id: u8, #[serde(flatten)] kind: Kind } #[serde(tag = "t")] pub(crate) enum Kind { A, B { x: u8 }, C } }
    NewClients, OldClients; VariantAdded "" "the variant `C` is new");

pair!(a_tag_that_is_inside_now
    { pub(crate) enum T { A { x: u8 }, B { x: u8 } } }
    { #[serde(tag = "t")] pub(crate) enum T { A { x: u8 }, B { x: u8 } } }
    Both, Both; FieldAdded "<A>.t" "the field is new and required");

pair!(a_variant_that_is_nullable
    { pub(crate) struct T { kind: Kind } pub(crate) enum Kind { A, B(u8) } }
    { pub(crate) struct T { kind: Option<Kind> } pub(crate) enum Kind { A, B(u8) } }
    NewClients, OldClients; Nullable ".kind" "it may be null now");
