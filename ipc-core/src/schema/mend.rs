//! What schemars leaves for its users to say: the bounds of numbers, and `$ref` without siblings.

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

/// Adds the least and the greatest value of the Rust type that `format` names, where no tighter bound stands there.
///
/// `int` and `uint` (`isize` and `usize`) have the bounds of the machine that wrote the schema. Few readers of JSON take
/// a number of more than 64 bits exactly, so the bounds of 128-bit integers are floats, a little further out than the
/// integers' own: what is refused is never a value of the type, to a reader that rounds as to one that does not.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BoundNumbers;

impl Transform for BoundNumbers {
    fn transform(&mut self, schema: &mut Schema) {
        everywhere(schema, bound_number);
    }
}

/// 2¹²⁸, which as a decimal is written greater than it is.
const U128_BOUND: f64 = 3.402823669209385e38;
/// The float that follows 2¹²⁷.
const I128_BOUND: f64 = 1.7014118346046927e38;
/// The greatest number that is rounded to a finite `f32`. (`f32::MAX` itself is often written a little greater.)
const F32_BOUND: f64 = 3.4028235677973362e38;

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

fn bound_number(schema: &mut Map<String, Value>) {
    let Some((kind, least, greatest)) = schema.get("format").and_then(Value::as_str).and_then(bounds) else { return };
    let has_kind = match schema.get("type") {
        Some(Value::String(one)) => one == kind,
        Some(Value::Array(many)) => many.iter().any(|one| one == kind),
        _ => false,
    };
    if has_kind {
        tighten(schema, "minimum", least, Ordering::Less);
        tighten(schema, "maximum", greatest, Ordering::Greater);
    }
}

/// The type of the numbers of a format, the least of them and the greatest.
pub(crate) fn bounds(format: &str) -> Option<(&'static str, Number, Number)> {
    let (least, greatest): (Number, Number) = match format {
        "int8" => (i8::MIN.into(), i8::MAX.into()),
        "int16" => (i16::MIN.into(), i16::MAX.into()),
        "int32" => (i32::MIN.into(), i32::MAX.into()),
        "int64" => (i64::MIN.into(), i64::MAX.into()),
        "int128" => (Number::from_f64(-I128_BOUND)?, Number::from_f64(I128_BOUND)?),
        "int" => (isize::MIN.into(), isize::MAX.into()),
        "uint8" => (0.into(), u8::MAX.into()),
        "uint16" => (0.into(), u16::MAX.into()),
        "uint32" => (0.into(), u32::MAX.into()),
        "uint64" => (0.into(), u64::MAX.into()),
        "uint128" => (0.into(), Number::from_f64(U128_BOUND)?),
        "uint" => (0.into(), usize::MAX.into()),
        "float" => return Some(("number", Number::from_f64(-F32_BOUND)?, Number::from_f64(F32_BOUND)?)),
        _ => return None,
    };
    Some(("integer", least, greatest))
}

/// Writes a bound, unless one stands there that is not `looser` than it.
fn tighten(schema: &mut Map<String, Value>, keyword: &str, bound: Number, looser: Ordering) {
    let stated = schema.get(keyword).and_then(Value::as_number);
    if stated.and_then(|stated| compare(stated, &bound)).is_none_or(|order| order == looser) {
        schema.insert(keyword.to_owned(), Value::Number(bound));
    }
}

/// Compares integers as what they are: two that differ can be one and the same `f64`.
pub(crate) fn compare(left: &Number, right: &Number) -> Option<Ordering> {
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
            let bounded = mended(json_schema!({"type": ["integer", "null"], "format": format}), BoundNumbers);
            assert_eq!(bounded.get("minimum"), Some(&Value::Number(minimum)), "{format}");
            assert_eq!(bounded.get("maximum"), Some(&Value::Number(maximum)), "{format}");
        }
    }

    /// Whether a bound, read exactly as it is written, is beyond what has `digits`.
    fn is_written_beyond(bound: f64, digits: &str) -> bool {
        let written = format!("{bound:e}");
        let (mantissa, exponent) = written.split_once('e').expect("an exponent");
        let mantissa = mantissa.replace('.', "");
        let zeros = exponent.parse::<usize>().expect("an exponent") + 1 - mantissa.len();
        let whole = format!("{mantissa}{}", "0".repeat(zeros));
        (whole.len(), whole.as_str()) > (digits.len(), digits)
    }

    #[test]
    fn no_reader_takes_the_bounds_of_128_bits_for_tighter_than_they_are() {
        for (bound, greatest, rounded) in [
            (U128_BOUND, u128::MAX.to_string(), u128::MAX as f64),
            (I128_BOUND, i128::MIN.unsigned_abs().to_string(), i128::MIN.unsigned_abs() as f64),
        ] {
            assert!(is_written_beyond(bound, &greatest), "{bound}");
            assert!(bound >= rounded && bound <= rounded.next_up(), "{bound}");
        }
        let signed = mended(json_schema!({"type": "integer", "format": "int128"}), BoundNumbers);
        assert_eq!(signed.get("minimum").and_then(Value::as_f64), Some(-I128_BOUND));
        assert_eq!(signed.get("maximum").and_then(Value::as_f64), Some(I128_BOUND));
        let unsigned = mended(json_schema!({"type": "integer", "format": "uint128", "minimum": 1}), BoundNumbers);
        assert_eq!(unsigned.get("minimum"), Some(&Value::from(1)));
        assert_eq!(unsigned.get("maximum").and_then(Value::as_f64), Some(U128_BOUND));
    }

    #[test]
    fn a_float_of_32_bits_has_the_bounds_within_which_it_is_finite() {
        assert!((F32_BOUND as f32).is_finite() && (F32_BOUND.next_up() as f32).is_infinite());
        let bounded = mended(json_schema!({"type": "number", "format": "float"}), BoundNumbers);
        assert_eq!(bounded.get("minimum").and_then(Value::as_f64), Some(-F32_BOUND));
        assert_eq!(bounded.get("maximum").and_then(Value::as_f64), Some(F32_BOUND));
    }

    #[test]
    fn a_tighter_bound_stays_and_a_looser_one_goes() {
        let bound = |minimum: Value, maximum: Value| {
            let schema = json_schema!({"type": "integer", "format": "uint64", "minimum": minimum, "maximum": maximum});
            let mended = mended(schema, BoundNumbers);
            (mended.get("minimum").cloned(), mended.get("maximum").cloned())
        };
        assert_eq!(bound(1.into(), 10.into()), (Some(1.into()), Some(10.into())));
        assert_eq!(bound((-5).into(), 1e30.into()), (Some(0.into()), Some(u64::MAX.into())));
        assert_eq!(bound(0.5.into(), (u64::MAX - 1).into()), (Some(0.5.into()), Some((u64::MAX - 1).into())));
        assert_eq!(bound(Value::Null, Value::Null), (Some(0.into()), Some(u64::MAX.into())));
    }

    #[test]
    fn what_is_no_number_of_a_known_type_has_no_bounds() {
        for schema in [
            json_schema!({"type": "number", "format": "double"}),
            json_schema!({"type": "number", "format": "uint64"}),
            json_schema!({"type": "string", "format": "float"}),
            json_schema!({"type": "integer"}),
        ] {
            assert_eq!(mended(schema.clone(), BoundNumbers), schema);
        }
    }
}
