//! Numbers, texts and newtypes of them.

use std::num::{NonZeroI64, NonZeroU8, NonZeroU64};

use arbitrary::{Arbitrary, Unstructured};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Numbers that every reader of JSON takes exactly.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Arbitrary)]
pub(crate) struct Small {
    byte: u8,
    signed: i8,
    short: u16,
    word: u32,
    negative: i32,
    yes: bool,
}

/// Numbers of 64 bits, which are no numbers of JavaScript beyond 2⁵³. Here they are.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Arbitrary)]
pub(crate) struct Large {
    #[arbitrary(with = safe)]
    id: u64,
    #[arbitrary(with = safe_signed)]
    delta: i64,
    #[arbitrary(with = safe_size)]
    size: usize,
    #[arbitrary(with = safe_offset)]
    offset: Option<isize>,
}

/// Numbers of 128 bits are always exact.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Arbitrary)]
pub(crate) struct Huge {
    unsigned: u128,
    signed: i128,
    maybe: Option<u128>,
}

/// Numbers of 64 bits that say of themselves that they are exact.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Arbitrary)]
pub(crate) struct Exact {
    #[schemars(extend("x-ipc-bigint" = true))]
    id: u64,
    #[schemars(extend("x-ipc-bigint" = true))]
    deltas: Vec<i64>,
    #[schemars(extend("x-ipc-bigint" = true))]
    maybe: Option<u64>,
    #[schemars(extend("x-ipc-bigint" = true))]
    pair: (u64, i64),
    /// A type of its own that is one is exact wherever it stands.
    order: OrderId,
    #[arbitrary(with = safe)]
    plain: u64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Arbitrary)]
pub(crate) struct Real {
    #[arbitrary(with = finite)]
    double: f64,
    #[arbitrary(with = finite_single)]
    single: f32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Arbitrary)]
pub(crate) struct NonZero {
    byte: NonZeroU8,
    #[schemars(extend("x-ipc-bigint" = true))]
    large: NonZeroU64,
    #[schemars(extend("x-ipc-bigint" = true))]
    signed: NonZeroI64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Arbitrary)]
pub(crate) struct Texts {
    text: String,
    letter: char,
    boxed: Box<str>,
}

/// A user, by its number.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Arbitrary)]
pub(crate) struct UserId(#[arbitrary(with = safe)] u64);

/// An order, by its number, of which every digit counts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Arbitrary)]
#[schemars(extend("x-ipc-bigint" = true))]
pub(crate) struct OrderId(u64);

impl From<u64> for OrderId {
    fn from(number: u64) -> Self {
        Self(number)
    }
}

/// An address for mail.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema, Arbitrary)]
pub(crate) struct Email(String);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Arbitrary)]
pub(crate) struct Degrees(#[arbitrary(with = finite)] f64);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Arbitrary)]
pub(crate) struct Consent(bool);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Arbitrary)]
pub(crate) struct Brands {
    user: UserId,
    friends: Vec<UserId>,
    email: Option<Email>,
    turn: Degrees,
    consent: Consent,
    order: OrderId,
}

const LARGEST: u64 = (1 << 53) - 1;

pub(super) fn safe(random: &mut Unstructured<'_>) -> arbitrary::Result<u64> {
    random.int_in_range(0..=LARGEST)
}

pub(super) fn safe_signed(random: &mut Unstructured<'_>) -> arbitrary::Result<i64> {
    random.int_in_range(-(LARGEST as i64)..=LARGEST as i64)
}

fn safe_size(random: &mut Unstructured<'_>) -> arbitrary::Result<usize> {
    random.int_in_range(0..=LARGEST as usize)
}

fn safe_offset(random: &mut Unstructured<'_>) -> arbitrary::Result<Option<isize>> {
    Ok(if random.arbitrary()? { Some(random.int_in_range(-(LARGEST as isize)..=LARGEST as isize)?) } else { None })
}

pub(super) fn finite(random: &mut Unstructured<'_>) -> arbitrary::Result<f64> {
    let number: f64 = random.arbitrary()?;
    Ok(if number.is_finite() { number } else { 0.5 })
}

fn finite_single(random: &mut Unstructured<'_>) -> arbitrary::Result<f32> {
    let number: f32 = random.arbitrary()?;
    Ok(if number.is_finite() { number } else { 0.5 })
}
