//! What schemars leaves for its users to say: the exact bounds of integers, and `$ref` without siblings.

use std::cmp::Ordering;

use schemars::Schema;
use schemars::transform::Transform;
use serde_json::{Map, Number, Value};

use super::subschemas_mut;

/// Writes what stands beside a `$ref` around it: `{"$ref": …, "description": …}` becomes
/// `{"allOf": [{"$ref": …}], "description": …}`.
///
/// 2020-12 lets a reference have siblings and applies both. Tools of older drafts ignore the siblings, and generators of
/// types trip over them; around `allOf` both kinds read the same thing.
#[derive(Debug, Clone, Copy)]
pub(crate) struct MendReferences;

impl Transform for MendReferences {
    fn transform(&mut self, schema: &mut Schema) {
        everywhere(schema, mend_reference);
    }
}

/// Adds the least and the greatest value of the integer type that `format` names, where no tighter bound stands there.
///
/// `int` and `uint` (`isize` and `usize`) have the bounds of the machine that wrote the schema. The bounds of 128-bit
/// integers cannot be written exactly as the numbers of most JSON libraries, so they are left to `format`; the 0 below
/// `uint128` stands.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BoundIntegers;

impl Transform for BoundIntegers {
    fn transform(&mut self, schema: &mut Schema) {
        everywhere(schema, bound_integer);
    }
}

fn everywhere(schema: &mut Schema, mend: fn(&mut Map<String, Value>)) {
    fn walk(schema: &mut Map<String, Value>, mend: fn(&mut Map<String, Value>)) {
        mend(schema);
        subschemas_mut(schema, |inner| {
            if let Value::Object(inner) = inner {
                walk(inner, mend);
            }
        });
    }
    if let Some(schema) = schema.as_object_mut() {
        walk(schema, mend);
    }
}

fn mend_reference(schema: &mut Map<String, Value>) {
    if schema.len() < 2 {
        return;
    }
    let Some(target) = schema.remove("$ref") else { return };
    let reference = Value::Object(Map::from_iter([("$ref".to_owned(), target)]));
    match schema.get_mut("allOf") {
        Some(Value::Array(all)) => all.insert(0, reference),
        _ => {
            schema.insert("allOf".to_owned(), Value::Array(vec![reference]));
        }
    }
}

fn bound_integer(schema: &mut Map<String, Value>) {
    let is_integer = match schema.get("type") {
        Some(Value::String(one)) => one == "integer",
        Some(Value::Array(many)) => many.iter().any(|one| one == "integer"),
        _ => false,
    };
    let Some((least, greatest)) = schema.get("format").and_then(Value::as_str).filter(|_| is_integer).and_then(bounds)
    else {
        return;
    };
    tighten(schema, "minimum", least, Ordering::Less);
    if let Some(greatest) = greatest {
        tighten(schema, "maximum", greatest, Ordering::Greater);
    }
}

/// The least and the greatest value of an integer format, where JSON can state them.
fn bounds(format: &str) -> Option<(Number, Option<Number>)> {
    let (least, greatest): (Number, Number) = match format {
        "int8" => (i8::MIN.into(), i8::MAX.into()),
        "int16" => (i16::MIN.into(), i16::MAX.into()),
        "int32" => (i32::MIN.into(), i32::MAX.into()),
        "int64" => (i64::MIN.into(), i64::MAX.into()),
        "int" => (isize::MIN.into(), isize::MAX.into()),
        "uint8" => (0.into(), u8::MAX.into()),
        "uint16" => (0.into(), u16::MAX.into()),
        "uint32" => (0.into(), u32::MAX.into()),
        "uint64" => (0.into(), u64::MAX.into()),
        "uint" => (0.into(), usize::MAX.into()),
        "uint128" => return Some((0.into(), None)),
        _ => return None,
    };
    Some((least, Some(greatest)))
}

/// Writes a bound, unless one stands there that is not `looser` than it.
fn tighten(schema: &mut Map<String, Value>, keyword: &str, bound: Number, looser: Ordering) {
    let stated = schema.get(keyword).and_then(Value::as_number);
    if stated.and_then(|stated| compare(stated, &bound)).is_none_or(|order| order == looser) {
        schema.insert(keyword.to_owned(), Value::Number(bound));
    }
}

/// Compares integers as what they are: two that differ can be one and the same `f64`.
fn compare(left: &Number, right: &Number) -> Option<Ordering> {
    let whole = |number: &Number| number.as_i64().map(i128::from).or_else(|| number.as_u64().map(i128::from));
    match (whole(left), whole(right)) {
        (Some(left), Some(right)) => Some(left.cmp(&right)),
        _ => left.as_f64()?.partial_cmp(&right.as_f64()?),
    }
}

#[cfg(test)]
mod tests {
    use schemars::json_schema;

    use super::*;

    fn mended(mut schema: Schema, mut mend: impl Transform) -> Schema {
        mend.transform(&mut schema);
        schema
    }

    #[test]
    fn what_stands_beside_a_reference_stands_around_it() {
        let schema = json_schema!({"properties": {
            "plain": {"$ref": "#/$defs/A"},
            "told": {"$ref": "#/$defs/A", "description": "the first", "minProperties": 1},
            "more": {"$ref": "#/$defs/A", "allOf": [{"$ref": "#/$defs/B"}]},
        }, "unevaluatedProperties": {"$ref": "#/$defs/C", "title": "C"}});
        let expected = json_schema!({"properties": {
            "plain": {"$ref": "#/$defs/A"},
            "told": {"allOf": [{"$ref": "#/$defs/A"}], "description": "the first", "minProperties": 1},
            "more": {"allOf": [{"$ref": "#/$defs/A"}, {"$ref": "#/$defs/B"}]},
        }, "unevaluatedProperties": {"allOf": [{"$ref": "#/$defs/C"}], "title": "C"}});
        assert_eq!(mended(schema, MendReferences), expected);
    }

    #[test]
    fn every_integer_has_its_bounds() {
        for (format, minimum, maximum) in [
            ("int8", Number::from(i8::MIN), Number::from(i8::MAX)),
            ("int16", i16::MIN.into(), i16::MAX.into()),
            ("int32", i32::MIN.into(), i32::MAX.into()),
            ("int64", i64::MIN.into(), i64::MAX.into()),
            ("uint8", 0.into(), u8::MAX.into()),
            ("uint16", 0.into(), u16::MAX.into()),
            ("uint32", 0.into(), u32::MAX.into()),
            ("uint64", 0.into(), u64::MAX.into()),
        ] {
            let bounded = mended(json_schema!({"type": ["integer", "null"], "format": format}), BoundIntegers);
            assert_eq!(bounded.get("minimum"), Some(&Value::Number(minimum)), "{format}");
            assert_eq!(bounded.get("maximum"), Some(&Value::Number(maximum)), "{format}");
        }
    }

    #[test]
    fn integers_of_128_bits_have_only_the_bound_that_json_can_state() {
        let signed = json_schema!({"type": "integer", "format": "int128"});
        assert_eq!(mended(signed.clone(), BoundIntegers), signed);
        let unsigned = json_schema!({"type": "integer", "format": "uint128", "minimum": 0});
        assert_eq!(mended(unsigned.clone(), BoundIntegers), unsigned);
    }

    #[test]
    fn a_tighter_bound_stays_and_a_looser_one_goes() {
        let bound = |minimum: Value, maximum: Value| {
            let schema = json_schema!({"type": "integer", "format": "uint64", "minimum": minimum, "maximum": maximum});
            let mended = mended(schema, BoundIntegers);
            (mended.get("minimum").cloned(), mended.get("maximum").cloned())
        };
        assert_eq!(bound(1.into(), 10.into()), (Some(1.into()), Some(10.into())));
        assert_eq!(bound((-5).into(), 1e30.into()), (Some(0.into()), Some(u64::MAX.into())));
        assert_eq!(bound(0.5.into(), (u64::MAX - 1).into()), (Some(0.5.into()), Some((u64::MAX - 1).into())));
        assert_eq!(bound(Value::Null, Value::Null), (Some(0.into()), Some(u64::MAX.into())));
    }

    #[test]
    fn a_number_that_is_no_integer_has_no_bounds() {
        let schema = json_schema!({"type": "number", "format": "double"});
        assert_eq!(mended(schema.clone(), BoundIntegers), schema);
    }
}
