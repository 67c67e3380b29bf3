//! Constraints on handlers' parameters, as the schema tells of them, and what checking them needs at run time.

use std::sync::LazyLock;

use regex::Regex;
use schemars::Schema;
use schemars::transform::Transform;
use serde::Serialize;
use serde_json::{Number, Value, json};

/// A regular expression, compiled when it is first used.
pub type Pattern = LazyLock<Regex>;

/// Compiles a regular expression that the macro has read already.
pub fn compile(pattern: &str) -> Regex {
    Regex::new(pattern).expect("the macro refuses what is no regular expression")
}

/// Accepts only what has constraints of its own: what `dive` says of a parameter.
pub fn dives<T: garde::Validate + ?Sized>(_: &T) {}

/// What a schema says of a value beyond its type.
#[derive(Debug, Clone)]
pub enum Constraint {
    /// A number between bounds.
    Range(Range),
    /// As many characters or elements.
    Length(Length),
    /// Keys with their values, whatever stands there already.
    Keyword(&'static str, Value),
    /// The same of each element.
    Inner(Vec<Self>),
}

/// The bounds of a number.
#[derive(Debug, Clone, Default)]
pub struct Range {
    min: Option<Number>,
    max: Option<Number>,
}

/// The bounds of a length.
#[derive(Debug, Clone)]
pub struct Length {
    min: usize,
    max: usize,
    /// The most units that one character has: a schema counts characters.
    units: usize,
}

macro_rules! keywords {
    ($($name:ident => $key:literal: $value:tt;)*) => {
        impl Constraint {
            $(#[doc = concat!("What the rule `", stringify!($name), "` demands.")]
            pub fn $name() -> Self {
                Self::Keyword($key, json!($value))
            })*
        }
    };
}

keywords! {
    ascii => "pattern": r"^[\x00-\x7F]*$";
    alphanumeric => "pattern": r"^[\p{Alphabetic}\p{N}]*$";
    email => "format": "email";
    url => "format": "uri";
    ip => "anyOf": [{ "format": "ipv4" }, { "format": "ipv6" }];
    ipv4 => "format": "ipv4";
    ipv6 => "format": "ipv6";
}

impl Constraint {
    /// A number; bounds follow.
    pub fn range() -> Range {
        Range::default()
    }

    /// Elements of a list, or bytes of a text; a text's bytes are told as its characters, which is what people mean.
    pub fn length_in_simple() -> Length {
        Length::of_units(1)
    }

    /// Characters of a text.
    pub fn length_in_chars() -> Length {
        Length::of_units(1)
    }

    /// Bytes of a text: a character has up to four.
    pub fn length_in_bytes() -> Length {
        Length::of_units(4)
    }

    /// UTF-16 units of a text: a character has up to two.
    pub fn length_in_utf16() -> Length {
        Length::of_units(2)
    }

    /// A text that holds `part`.
    pub fn contains(part: &str) -> Self {
        Self::pattern(&escape(part))
    }

    /// A text that begins with `part`.
    pub fn prefix(part: &str) -> Self {
        Self::pattern(&format!("^{}", escape(part)))
    }

    /// A text that ends with `part`.
    pub fn suffix(part: &str) -> Self {
        Self::pattern(&format!("{}$", escape(part)))
    }

    /// A text in which a regular expression finds something.
    pub fn pattern(pattern: &str) -> Self {
        Self::Keyword("pattern", pattern.into())
    }

    /// A text that `matcher` accepts.
    pub fn matcher(matcher: &impl garde::rules::pattern::Matcher) -> Self {
        Self::pattern(matcher.as_str())
    }

    /// The same of each element, or of what an `Option` holds.
    pub fn inner<const N: usize>(constraints: [Self; N]) -> Self {
        Self::Inner(constraints.into())
    }
}

impl Range {
    /// The least that is allowed.
    #[must_use]
    pub fn min(mut self, min: impl Serialize) -> Self {
        self.min = number(min);
        self
    }

    /// The greatest that is allowed.
    #[must_use]
    pub fn max(mut self, max: impl Serialize) -> Self {
        self.max = number(max);
        self
    }
}

impl Length {
    fn of_units(units: usize) -> Self {
        Self { min: 0, max: usize::MAX, units }
    }

    /// The least that is allowed.
    #[must_use]
    pub fn min(mut self, min: usize) -> Self {
        self.min = min;
        self
    }

    /// The greatest that is allowed.
    #[must_use]
    pub fn max(mut self, max: usize) -> Self {
        self.max = max;
        self
    }
}

impl From<Range> for Constraint {
    fn from(range: Range) -> Self {
        Self::Range(range)
    }
}

impl From<Length> for Constraint {
    fn from(length: Length) -> Self {
        Self::Length(length)
    }
}

impl Transform for Constraint {
    fn transform(&mut self, schema: &mut Schema) {
        match self {
            Self::Range(range) => range.transform(schema),
            Self::Length(length) => length.transform(schema),
            Self::Keyword(key, value) => add(schema, key, value),
            Self::Inner(constraints) => inner(schema, constraints, true),
        }
    }
}

impl Transform for Range {
    fn transform(&mut self, schema: &mut Schema) {
        for (key, bound) in [("minimum", &self.min), ("maximum", &self.max)] {
            if let Some(bound) = bound {
                // The bound of the type itself, which may stand here, is wider.
                schema.insert(key.to_owned(), bound.clone().into());
            }
        }
    }
}

/// A bound as the number that travels: for an `f32` that is 0.1, and not the `f64` nearest to it.
///
/// What is no number of JSON (an infinity), or no exact one to most readers (an integer of more than 64 bits), is checked
/// and not told.
fn number(bound: impl Serialize) -> Option<Number> {
    let Ok(written) = serde_json::to_string(&bound) else { return None };
    let Ok(number) = serde_json::from_str::<Number>(&written) else { return None };
    (!number.is_f64() || written.contains(['.', 'e'])).then_some(number)
}

impl Transform for Length {
    fn transform(&mut self, schema: &mut Schema) {
        // A keyword says nothing of values of another type, so a type that is not known here gets them all.
        let known = ["string", "array", "object"].iter().any(|kind| has_type(schema, kind));
        for (kind, least, most) in [
            ("string", "minLength", "maxLength"),
            ("array", "minItems", "maxItems"),
            ("object", "minProperties", "maxProperties"),
        ] {
            if known && !has_type(schema, kind) {
                continue;
            }
            if self.min > 0 {
                schema.insert(least.to_owned(), self.min.div_ceil(self.units).into());
            }
            if self.max < usize::MAX {
                schema.insert(most.to_owned(), self.max.into());
            }
        }
    }
}

/// Whether the schema says that a value may be of a type.
fn has_type(schema: &Schema, kind: &str) -> bool {
    match schema.get("type") {
        Some(Value::String(one)) => one == kind,
        Some(Value::Array(several)) => several.iter().any(|one| one == kind),
        _ => false,
    }
}

/// Adds a keyword beside what the schema says already.
fn add(schema: &mut Schema, key: &str, value: &Value) {
    if schema.get(key).is_none() {
        schema.insert(key.to_owned(), value.clone());
        return;
    }
    let further = json!({ key: value });
    match schema.get_mut("allOf").and_then(Value::as_array_mut) {
        Some(all) => all.push(further),
        None => {
            schema.insert("allOf".to_owned(), json!([further]));
        }
    }
}

/// Puts constraints on the elements of a list, or on what an `Option` holds.
fn inner(schema: &mut Schema, constraints: &mut [Constraint], may_be_optional: bool) {
    let is_optional = may_be_optional && has_type(schema, "null");
    let target = match schema.get_mut("items") {
        Some(items) if !is_optional => <&mut Schema>::try_from(items).ok(),
        // What an `Option` holds is described by the schema of the `Option`, which allows null beside it.
        _ => Some(schema),
    };
    let Some(target) = target else { return };
    for constraint in constraints {
        match constraint {
            Constraint::Inner(constraints) => inner(target, constraints, !is_optional),
            other => other.transform(target),
        }
    }
}

/// The pattern that finds exactly `text`: only the characters that a pattern must escape are escaped, because JSON
/// Schema's dialect refuses the escaping of others.
fn escape(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut pattern, c| {
        if r"^$\.*+?()[]{}|/".contains(c) {
            pattern.push('\\');
        }
        pattern.push(c);
        pattern
    })
}
