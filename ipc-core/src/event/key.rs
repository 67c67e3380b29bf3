//! One text for each key, so that keys are compared as texts, whoever wrote them.

use serde_json::{Number, Value};

/// The largest integer below which a number with a fraction part stands for every integer exactly: 2^53.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// The canonical text of a JSON value: without spaces, names in order, and an integer without a fraction part, as
/// JavaScript writes it (`1` for Rust's `1.0`).
pub(super) fn canonical(json: &str) -> Result<String, serde_json::Error> {
    let text = json.trim_ascii();
    // An integer of any size is its own text, which must not be rounded to what a Value holds.
    let digits = text.strip_prefix('-').unwrap_or(text);
    if digits.bytes().all(|digit| digit.is_ascii_digit()) && digits.len() > 1 && !digits.starts_with('0') {
        return Ok(text.to_owned());
    }
    let mut value = serde_json::from_str(text)?;
    shorten(&mut value);
    Ok(value.to_string())
}

fn shorten(value: &mut Value) {
    match value {
        Value::Number(number) => {
            let float = number.as_f64().filter(|float| number.is_f64() && float.fract() == 0.0 && float.abs() < EXACT);
            if let Some(float) = float {
                #[expect(clippy::cast_possible_truncation, reason = "it is an integer that an i64 holds")]
                let integer = float as i64;
                *number = Number::from(integer);
            }
        }
        Value::Array(values) => values.iter_mut().for_each(shorten),
        Value::Object(named) => named.values_mut().for_each(shorten),
        Value::Null | Value::Bool(_) | Value::String(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_has_one_text_however_it_was_written() {
        for (written, text) in [
            ("7", "7"),
            (" 7\n", "7"),
            ("7.0", "7"),
            ("7e0", "7"),
            ("-0", "0"),
            ("-0.0", "0"),
            ("1.5", "1.5"),
            (r#""a\u0062""#, r#""ab""#),
            (r#"{"b":1.0,"a":[ true ]}"#, r#"{"a":[true],"b":1}"#),
            ("null", "null"),
        ] {
            assert_eq!(canonical(written).expect(written), text, "{written}");
        }
    }

    #[test]
    fn a_large_integer_is_not_rounded() {
        for text in ["18446744073709551615", "-9223372036854775808", "340282366920938463463374607431768211455"] {
            assert_eq!(canonical(text).expect(text), text);
        }
    }

    #[test]
    fn what_is_no_json_is_no_key() {
        for text in ["", "seven", "7 8", "007", "-", "\"open"] {
            canonical(text).expect_err(text);
        }
    }
}
