//! Numbers: each is exact, and the schema has the bounds of its type.

use std::collections::BTreeMap;
use std::num::{NonZeroI64, NonZeroU64};
use std::time::Duration;

use ipc_bridge::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::case::TakenBy::{Schema, Serde};
use crate::case::{Case, only, travels};
use crate::support::{At, run_at};

const INTEGRAL: &str = "to JSON Schema it is an integer, to serde a float";
const ROUNDED: &str = "a validator that reads as f64 what has more than 64 bits reads the bound itself";
const BEYOND_64_BITS: &str = "the bound is stated as a float, rounded outwards, because few readers take it exactly";

const I64_MIN_LESS_1: &str = "-9223372036854775809";
const U128_MAX_AND_1: &str = "340282366920938463463374607431768211456";
const I128_MIN_LESS_1: &str = "-170141183460469231731687303715884105729";

travels! {
    of_u64: u64 = Case {
        values: vec![0, (1 << 53) + 1, u64::MAX],
        refused: &["-1", "18446744073709551616", "1e30", "0.5", r#""1""#, "null", "[1]"],
        differences: vec![only(Schema, "1.0", INTEGRAL), only(Schema, "1e2", INTEGRAL), only(Schema, "-0", INTEGRAL)],
        ..Case::default()
    };
    of_i64: i64 = Case {
        values: vec![i64::MIN, -(1 << 53) - 1, 0, i64::MAX],
        refused: &["9223372036854775808", "-9223372036854780000", "-0.5", r#""1""#, "true"],
        differences: vec![only(Schema, "-1.0", INTEGRAL), only(Schema, I64_MIN_LESS_1, ROUNDED)],
        ..Case::default()
    };
    of_u128: u128 = Case {
        values: vec![0, u128::from(u64::MAX) + 1, u128::MAX],
        refused: &["-1", "1e39", "1000000000000000000000000000000000000000", "0.5", r#""1""#, "null"],
        differences: vec![only(Schema, "1.0", INTEGRAL), only(Schema, U128_MAX_AND_1, BEYOND_64_BITS)],
        ..Case::default()
    };
    of_i128: i128 = Case {
        values: vec![i128::MIN, i128::from(i64::MIN) - 1, 0, i128::from(u64::MAX) + 1, i128::MAX],
        refused: &["1e39", "-1e39", "1000000000000000000000000000000000000000", "0.5", r#""1""#],
        differences: vec![only(Schema, I128_MIN_LESS_1, BEYOND_64_BITS)],
        ..Case::default()
    };
    of_u8: u8 = Case { values: vec![0, u8::MAX], refused: &["-1", "256"], ..Case::default() };
    of_i16: i16 = Case { values: vec![i16::MIN, i16::MAX], refused: &["-32769", "32768"], ..Case::default() };
    of_i32: i32 =
        Case { values: vec![i32::MIN, i32::MAX], refused: &["-2147483649", "2147483648"], ..Case::default() };
    of_usize: usize =
        Case { values: vec![0, usize::MAX], refused: &["-1", "18446744073709551616"], ..Case::default() };
    of_non_zero_u64: NonZeroU64 = Case {
        values: vec![NonZeroU64::MIN, NonZeroU64::MAX],
        refused: &["0", "-1", "18446744073709551616"],
        ..Case::default()
    };
    of_non_zero_i64: NonZeroI64 = Case {
        values: vec![NonZeroI64::MIN, NonZeroI64::MAX],
        refused: &["0", "9223372036854775808"],
        ..Case::default()
    };
    of_f64: f64 = Case {
        values: vec![0.0, 0.1 + 0.2, 1.2345678901234567e-290, f64::from_bits(1), f64::MAX, f64::MIN],
        taken: &["1", "18446744073709551616", "1e2"],
        refused: &[r#""1""#, "null", "true"],
        ..Case::default()
    };
    of_f32: f32 = Case {
        values: vec![0.0, 0.1, f32::MIN_POSITIVE, f32::from_bits(1), f32::MAX, f32::MIN],
        taken: &["1", "340282350000000000000000000000000000000"],
        refused: &["3.4028236e38", "-1e39", r#""1""#, "null"],
        ..Case::default()
    };
    of_bool: bool = Case { values: vec![true, false], refused: &["0", r#""true""#, "null"], ..Case::default() };
    of_duration: Duration = Case {
        values: vec![Duration::ZERO, Duration::MAX, Duration::from_nanos(u64::MAX)],
        taken: &[r#"{"secs":1,"nanos":1000000000}"#],
        refused: &[r#"{"secs":1}"#, r#"{"secs":-1,"nanos":0}"#, r#"{"secs":1,"nanos":4294967296}"#, "1"],
        differences: vec![
            only(Schema, r#"{"secs":1,"nanos":0,"more":1}"#, "schemars does not say that serde denies the unknown"),
            only(Schema, r#"{"secs":18446744073709551615,"nanos":1000000000}"#, "a sum is beyond a schema"),
            only(Serde, "[1,0]", "serde reads it from an array too"),
        ],
    };
    of_lists_of_u64: Vec<u64> = Case {
        values: vec![vec![], vec![0, u64::MAX]],
        refused: &["[18446744073709551616]", "[-1]", "[null]"],
        ..Case::default()
    };
    of_lists_of_u128: Vec<u128> =
        Case { values: vec![vec![0, u128::MAX]], refused: &["[-1]", "[1e39]"], ..Case::default() };
    of_optional_i64: Option<i64> = Case {
        values: vec![None, Some(i64::MIN), Some(i64::MAX)],
        refused: &["9223372036854775808", r#""""#],
        ..Case::default()
    };
    of_optional_i128: Option<i128> =
        Case { values: vec![None, Some(i128::MIN)], refused: &["1e39", r#""""#], ..Case::default() };
    of_maps_to_i128: BTreeMap<String, i128> = Case {
        values: vec![[("least".to_owned(), i128::MIN), ("greatest".to_owned(), i128::MAX)].into()],
        refused: &[r#"{"a":0.5}"#, r#"{"a":null}"#],
        ..Case::default()
    };
    of_fields: Fields = Case {
        values: vec![
            Fields { u64: u64::MAX, i64: i64::MIN, u128: u128::MAX, i128: i128::MIN },
            Fields { u64: (1 << 53) + 1, i64: -1, u128: 0, i128: 1 },
        ],
        refused: &[
            r#"{"u64":18446744073709551616,"i64":0,"u128":0,"i128":0}"#,
            r#"{"u64":0,"i64":9223372036854775808,"u128":0,"i128":0}"#,
            r#"{"u64":0,"i64":0,"u128":-1,"i128":0}"#,
            r#"{"u64":0,"i64":0,"u128":0}"#,
        ],
        ..Case::default()
    };
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
struct Fields {
    u64: u64,
    i64: i64,
    u128: u128,
    i128: i128,
}

#[handler("types:floats")]
fn floats(#[payload] values: Vec<f64>) -> Vec<f64> {
    values
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_float_keeps_every_bit() {
    // Any sequence that comes by all exponents will do: xorshift, from a seed that is the same each time.
    let mut bits = 0x9E37_79B9_7F4A_7C15_u64;
    let next = || {
        bits ^= bits << 13;
        bits ^= bits >> 7;
        bits ^= bits << 17;
        f64::from_bits(bits)
    };
    let mut values: Vec<f64> = std::iter::repeat_with(next).filter(|value| value.is_finite()).take(20_000).collect();
    values.push(-0.0);
    run_at(At::Local, |place| async move {
        let _server = Server::bind(&place).serve(Router::new().handle::<floats>()).await.unwrap();
        let client = Client::connect(&place).await.unwrap();
        let back = client.invoke(floats { values: values.clone() }).await.unwrap();
        let bits = |values: Vec<f64>| -> Vec<u64> { values.into_iter().map(f64::to_bits).collect() };
        assert!(bits(back) == bits(values), "a float came back as another");
    })
    .await;
}
