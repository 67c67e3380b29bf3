//! What is demanded of a value of one type, keyword by keyword.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::compare::Holds;
use crate::schema::mend;

/// The keywords that are about numbers. (Their formats are a matter of bounds, which stand beside them.)
pub(super) const NUMBER: &[&str] = &["exclusiveMaximum", "exclusiveMinimum", "maximum", "minimum", "multipleOf"];
/// Those about texts.
pub(super) const TEXT: &[&str] =
    &["contentEncoding", "contentMediaType", "format", "maxLength", "minLength", "pattern"];
/// Those about lists, but for their items.
pub(super) const LIST: &[&str] = &["maxItems", "minItems", "uniqueItems"];
/// Those about objects, but for their fields and entries.
pub(super) const OBJECT: &[&str] = &["maxProperties", "minProperties"];

/// What is demanded, by keywords. Of a bound there is the tightest, of others each.
#[derive(Debug, Clone, Default)]
pub(super) struct Rules<'a>(BTreeMap<&'static str, Vec<&'a Value>>);

/// How a keyword's values are compared.
#[derive(PartialEq)]
enum Sort {
    AtLeast,
    AtMost,
    Exactly,
}

fn sort(keyword: &str) -> Sort {
    match keyword {
        "minimum" | "exclusiveMinimum" | "minLength" | "minItems" | "minProperties" => Sort::AtLeast,
        "maximum" | "exclusiveMaximum" | "maxLength" | "maxItems" | "maxProperties" => Sort::AtMost,
        _ => Sort::Exactly,
    }
}

/// What a keyword demands, in words.
fn words(keyword: &str) -> &str {
    match keyword {
        "minimum" => "minimum",
        "maximum" => "maximum",
        "exclusiveMinimum" => "exclusive minimum",
        "exclusiveMaximum" => "exclusive maximum",
        "minLength" | "minItems" => "least length",
        "maxLength" | "maxItems" => "greatest length",
        "minProperties" => "least number of entries",
        "maxProperties" => "greatest number of entries",
        "multipleOf" => "divisor",
        "uniqueItems" => "rule that no item stands there twice",
        other => other,
    }
}

impl<'a> Rules<'a> {
    pub(super) fn of(schema: &'a Map<String, Value>, keywords: &[&'static str]) -> Self {
        let demands = |keyword: &str, value: &Value| {
            let is_least_length = matches!(keyword, "minLength" | "minItems" | "minProperties");
            *value != false && !value.is_null() && !(is_least_length && value.as_u64() == Some(0))
        };
        let stated = keywords.iter().filter_map(|keyword| Some((*keyword, schema.get(*keyword)?)));
        Self(stated.filter(|(keyword, value)| demands(keyword, value)).map(|(k, value)| (k, vec![value])).collect())
    }

    pub(super) fn and(&self, other: &Self) -> Self {
        let mut both = self.clone();
        for (keyword, values) in &other.0 {
            let own = both.0.entry(keyword).or_default();
            for value in values.iter().filter(|value| !own.contains(value)).collect::<Vec<_>>() {
                own.push(value);
            }
            let loosest = match sort(keyword) {
                Sort::AtLeast => Ordering::Less,
                Sort::AtMost => Ordering::Greater,
                Sort::Exactly => continue,
            };
            let tightest = own.iter().copied().reduce(|a, b| if order(a, b) == Some(loosest) { b } else { a });
            *own = tightest.into_iter().collect();
        }
        both
    }

    /// What the bound of this keyword is.
    pub(super) fn bound(&self, keyword: &str) -> Option<u64> {
        self.0.get(keyword)?.first()?.as_u64()
    }

    /// Whether a number or a text surely is what is demanded.
    pub(super) fn admit(&self, value: &Value) -> bool {
        let length = value.as_str().map(|text| Value::from(text.chars().count()));
        self.0.iter().all(|(keyword, demanded)| {
            let Some(demanded) = demanded.first() else { return true };
            let order = order(length.as_ref().unwrap_or(value), demanded);
            match *keyword {
                "minimum" | "minLength" => order.is_some_and(Ordering::is_ge),
                "maximum" | "maxLength" => order.is_some_and(Ordering::is_le),
                _ => false,
            }
        })
    }

    /// Tells `report` of each keyword that demands something else, in words, and which values are still in which.
    pub(super) fn compare(&self, new: &Self, mut report: impl FnMut(String, Holds)) {
        let mut keywords: Vec<_> = self.0.keys().chain(new.0.keys()).copied().collect();
        keywords.sort_unstable();
        keywords.dedup();
        for keyword in keywords {
            let (was, is) = (self.0.get(keyword), new.0.get(keyword));
            if let Some((what, holds)) = difference(keyword, was, is) {
                report(what, holds);
            }
        }
    }
}

type Values<'v, 'a> = Option<&'v Vec<&'a Value>>;

fn difference(keyword: &str, was: Values<'_, '_>, is: Values<'_, '_>) -> Option<(String, Holds)> {
    let said = words(keyword);
    match (was, is) {
        (None, Some(is)) => Some((format!("the {said}{} is new", shown(keyword, is)), Holds::NARROWER)),
        (Some(was), None) => Some((format!("the {said}{} is gone", shown(keyword, was)), Holds::WIDER)),
        (Some(was), Some(is)) => {
            let holds = match (sort(keyword), was.as_slice(), is.as_slice()) {
                (Sort::Exactly, was, is) => Holds {
                    old_in_new: is.iter().all(|value| was.contains(value)),
                    new_in_old: was.iter().all(|value| is.contains(value)),
                },
                (sort, [was], [is]) => {
                    let order = order(was, is)?;
                    let (wider, tighter) = (Ordering::Greater, Ordering::Less);
                    let (wider, tighter) = if sort == Sort::AtLeast { (wider, tighter) } else { (tighter, wider) };
                    Holds { old_in_new: order != tighter, new_in_old: order != wider }
                }
                _ => Holds::NEITHER,
            };
            let what = || format!("the {said} is{} and was{}", shown(keyword, is), shown(keyword, was));
            (holds != Holds::SAME).then(|| (what(), holds))
        }
        (None, None) => None,
    }
}

fn shown(keyword: &str, values: &[&Value]) -> String {
    if keyword == "uniqueItems" {
        return String::new();
    }
    let text = |value: &&Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let shown: Vec<_> = values.iter().map(|value| format!(" `{}`", text(value))).collect();
    shown.join(" and")
}

fn order(left: &Value, right: &Value) -> Option<Ordering> {
    mend::compare(left.as_number()?, right.as_number()?)
}
