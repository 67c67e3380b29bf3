//! Bounds, lengths, patterns and formats.

rows! {
    a_maximum_that_is_new {"type": "integer"} => {"type": "integer", "maximum": 9}, OldClients, NewClients;
        Constraint "" "the maximum `9` is new";
    a_maximum_that_is_gone {"type": "integer", "maximum": 9} => {"type": "integer"}, NewClients, OldClients;
        Constraint "" "the maximum `9` is gone";
    a_maximum_that_is_greater {"type": "integer", "maximum": 9} => {"type": "integer", "maximum": 10}, NewClients, OldClients;
        Constraint "" "the maximum is `10` and was `9`";
    a_minimum_that_is_greater {"type": "integer", "minimum": 1} => {"type": "integer", "minimum": 2}, OldClients, NewClients;
        Constraint "" "the minimum is `2` and was `1`";
    a_minimum_that_is_less {"type": "number", "minimum": 0.5} => {"type": "number", "minimum": 0}, NewClients, OldClients;
        Constraint "" "the minimum is `0` and was `0.5`";
    bounds_that_two_floats_would_not_tell_apart
        {"type": "integer", "maximum": 18446744073709551615u64} => {"type": "integer", "maximum": 18446744073709551614u64},
        OldClients, NewClients;
        Constraint "" "the maximum is `18446744073709551614` and was `18446744073709551615`";
    a_multiple_that_is_another {"type": "integer", "multipleOf": 2} => {"type": "integer", "multipleOf": 4}, Both, Both;
        Constraint "" "the divisor is `4` and was `2`";
    a_least_length_that_is_new {"type": "string"} => {"type": "string", "minLength": 1}, OldClients, NewClients;
        Constraint "" "the least length `1` is new";
    a_greatest_length_that_is_greater {"type": "string", "maxLength": 8} => {"type": "string", "maxLength": 64},
        NewClients, OldClients;
        Constraint "" "the greatest length is `64` and was `8`";
    a_length_of_a_list {"type": "array", "items": {"type": "null"}, "maxItems": 4} =>
        {"type": "array", "items": {"type": "null"}, "maxItems": 3}, OldClients, NewClients;
        Constraint "" "the greatest length is `3` and was `4`";
    a_number_of_entries {"type": "object", "additionalProperties": true} =>
        {"type": "object", "additionalProperties": true, "maxProperties": 3}, OldClients, NewClients;
        Constraint "" "the greatest number of entries `3` is new";
    a_pattern_that_is_new {"type": "string"} => {"type": "string", "pattern": "^a"}, OldClients, NewClients;
        Constraint "" "the pattern `^a` is new";
    a_pattern_that_is_gone {"type": "string", "pattern": "^a"} => {"type": "string"}, NewClients, OldClients;
        Constraint "" "the pattern `^a` is gone";
    a_pattern_that_is_another {"type": "string", "pattern": "^a"} => {"type": "string", "pattern": "^b"}, Both, Both;
        Constraint "" "the pattern is `^b` and was `^a`";
    a_pattern_beside_another {"type": "string", "pattern": "^a"} =>
        {"type": "string", "pattern": "^a", "allOf": [{"pattern": "b$"}]}, OldClients, NewClients;
        Constraint "" "the pattern is `^a` and `b$` and was `^a`";
    a_format_that_is_new {"type": "string"} => {"type": "string", "format": "date-time"}, OldClients, NewClients;
        Constraint "" "the format `date-time` is new";
    a_format_that_is_another {"type": "string", "format": "date"} => {"type": "string", "format": "uuid"}, Both, Both;
        Constraint "" "the format is `uuid` and was `date`";
    one_of_two_formats {"type": "string", "format": "ipv4"} =>
        {"type": "string", "anyOf": [{"format": "ipv4"}, {"format": "ipv6"}]}, NewClients, OldClients;
        VariantAdded "" "it may be a text as well";
    a_number_of_another_format_and_the_same_bounds {"type": "integer", "format": "int"} =>
        {"type": "integer", "format": "int64"}, Nobody, Nobody;
        Type "" "it is a `int64` and was a `int`";
    a_text_that_is_sensitive {"type": "string"} => {"type": "string", "x-ipc-sensitive": true}, Nobody, Nobody;
        Sensitivity "" "it is sensitive now";
    what_is_not_understood_is_taken_for_breaking {"type": "string"} => {"type": "string", "not": {"const": "a"}}, Both, Both;
        NotJudged "" "what its schema says by `not` is another";
    a_reference_that_leads_nowhere {"type": "string"} => {"$ref": "#/$defs/Gone"}, Both, Both;
        NotJudged "" "what its schema says by `$ref` is another";
    nothing_at_all {"type": "string"} => false, OldClients, NewClients;
        VariantRemoved "" "it is a text no more";
    a_constant_that_is_another {"const": 1} => {"const": 2}, Both, Both;
        VariantAdded "" "the variant `2` is new";
    a_constant_that_may_be_anything_of_its_type {"const": 1} => {"type": "integer", "minimum": 0}, NewClients, OldClients;
        Type "" "it is an integer and was `1`";
    an_object_whose_rest_is_refused_by_what_it_consists_of
        {"type": "object", "properties": {"a": {}}, "unevaluatedProperties": false} =>
        {"type": "object", "properties": {"a": {}, "b": {}}, "unevaluatedProperties": false}, NewClients, OldClients;
        FieldAdded ".b" "the field is new";
}
