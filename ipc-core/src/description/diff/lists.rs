//! Lists and tuples.

use serde_json::{Map, Value};

use super::change::ChangeKind;
use super::compare::{Comparison, Holds};
use super::rules::{self, Rules};
use super::shape::Node;

/// What a list holds.
#[derive(Debug, Clone, Default)]
pub(super) struct Lists<'a> {
    /// The elements that have a place of their own.
    places: Vec<Node<'a>>,
    /// The others; anything, where it is empty.
    items: Node<'a>,
    rules: Rules<'a>,
}

impl<'a> Lists<'a> {
    pub(super) fn of(schema: &'a Map<String, Value>) -> Self {
        let places = schema.get("prefixItems").and_then(Value::as_array).into_iter().flatten();
        Self {
            places: places.map(|place| vec![place]).collect(),
            items: schema.get("items").into_iter().collect(),
            rules: Rules::of(schema, rules::LIST),
        }
    }

    /// What both hold.
    pub(super) fn and(&self, other: &Self) -> Self {
        let count = self.places.len().max(other.places.len());
        let both = |at| [self.at(at), other.at(at)].concat();
        Self {
            places: (0..count).map(both).collect(),
            items: [self.items.as_slice(), other.items.as_slice()].concat(),
            rules: self.rules.and(&other.rules),
        }
    }

    fn at(&self, place: usize) -> &[&'a Value] {
        self.places.get(place).unwrap_or(&self.items)
    }

    /// The most elements that there are.
    fn most(&self) -> u64 {
        let ends = self.items.iter().any(|items| **items == false);
        let stated = self.rules.bound("maxItems").unwrap_or(u64::MAX);
        if ends { stated.min(self.places.len() as u64) } else { stated }
    }

    /// The number of the elements, where that is always the same.
    fn count(&self) -> Option<u64> {
        let most = self.most();
        (self.rules.bound("minItems").unwrap_or(0) == most).then_some(most)
    }

    pub(super) fn words(&self) -> &'static str {
        if self.places.is_empty() { "a list" } else { "a tuple" }
    }
}

impl<'a> Comparison<'a> {
    pub(super) fn lists(&mut self, old: &Lists<'a>, new: &Lists<'a>, place: &str) {
        let told = old.places.len().max(new.places.len());
        let most = old.most().min(new.most());
        for at in (0..told).take_while(|at| (*at as u64) < most) {
            self.node(old.at(at), new.at(at), &format!("{place}[{at}]"));
        }
        if most > told as u64 {
            self.node(&old.items, &new.items, &format!("{place}[]"));
        }
        match (old.count(), new.count()) {
            (Some(was), Some(is)) if was != is => {
                self.found(place, ChangeKind::Type, format!("it has {is} elements and had {was}"), Holds::NEITHER);
            }
            _ => old.rules.compare(&new.rules, |what, holds| self.found(place, ChangeKind::Constraint, what, holds)),
        }
        // What ends by itself, without a bound.
        if old.most() != new.most() && old.rules.bound("maxItems") == new.rules.bound("maxItems") {
            let holds = Holds { old_in_new: old.most() < new.most(), new_in_old: new.most() < old.most() };
            self.found(place, ChangeKind::Constraint, "the number of elements is another".to_owned(), holds);
        }
    }
}
