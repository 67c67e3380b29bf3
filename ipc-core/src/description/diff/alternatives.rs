//! Alternatives: which of the old ones is which of the new ones, and what became of the others.

use std::collections::BTreeSet;

use serde_json::Value;

use super::change::ChangeKind;
use super::compare::{Comparison, Holds};
use super::objects::{Further, Objects};
use super::shape::{Case, Side};

/// What an alternative is known by.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Key {
    /// A variant of an enum, by its name.
    Variant(String),
    /// One of the values of a type.
    Of(Kind),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Null,
    Boolean,
    Number,
    Text,
    List,
    Object,
}

impl<'a> Comparison<'a> {
    pub(super) fn alternatives(&mut self, was: &[Case<'a>], is: &[Case<'a>], place: &str) {
        let several = |cases: &[Case<'_>]| cases.iter().filter(|case| !matches!(case, Case::Null)).count() > 1;
        let [old_tags, new_tags] = if several(was) || several(is) { self.tags(was, is) } else { Default::default() };
        let old_keys: Vec<_> = was.iter().map(|case| key(self.old, case, old_tags.as_ref())).collect();
        let mut added: Vec<_> = is.iter().map(|case| (key(self.new, case, new_tags.as_ref()), case)).collect();
        let mut removed = Vec::new();
        for (key, case) in old_keys.into_iter().zip(was) {
            let same_key = added.iter().enumerate().filter(|(_, (other, _))| *other == key);
            let likest = same_key.max_by_key(|(at, (_, other))| (likeness(case, other), std::cmp::Reverse(*at)));
            match likest.map(|(at, _)| at) {
                Some(at) => {
                    let (_, other) = added.remove(at);
                    self.pair(&key, case, other, place);
                }
                None => removed.push((key, case)),
            }
        }
        self.null(&mut removed, &mut added, place);
        // What is taken by another alternative is not lost.
        let gone: Vec<_> = removed.iter().map(|(_, case)| is.iter().any(|to| self.fits(case, to).old_in_new)).collect();
        let come: Vec<_> = added.iter().map(|(_, case)| was.iter().any(|of| self.fits(of, case).new_in_old)).collect();
        if let ([(old_key, old)], [(new_key, new)], [gone], [come]) =
            (removed.as_slice(), added.as_slice(), gone.as_slice(), come.as_slice())
            && !matches!((old_key, new_key), (Key::Variant(_), Key::Variant(_)))
        {
            let what = format!("it is {} and was {}", new.words(), old.words());
            let holds = Holds { old_in_new: *gone, new_in_old: *come };
            return self.found(place, ChangeKind::Type, what, holds);
        }
        for ((key, case), _) in removed.iter().zip(gone).filter(|(_, covered)| !covered) {
            let what = match key {
                Key::Variant(name) => format!("the variant `{name}` is gone"),
                Key::Of(_) => format!("it is {} no more", case.words()),
            };
            self.found(place, ChangeKind::VariantRemoved, what, Holds::NARROWER);
        }
        for ((key, case), _) in added.iter().zip(come).filter(|(_, covered)| !covered) {
            let what = match key {
                Key::Variant(name) => format!("the variant `{name}` is new"),
                Key::Of(_) => format!("it may be {} as well", case.words()),
            };
            self.found(place, ChangeKind::VariantAdded, what, Holds::WIDER);
        }
    }

    /// Takes out what is only about null.
    fn null(&mut self, removed: &mut Vec<(Key, &Case<'a>)>, added: &mut Vec<(Key, &Case<'a>)>, place: &str) {
        let take = |cases: &mut Vec<(Key, &Case<'a>)>| {
            let before = cases.len();
            cases.retain(|(key, _)| *key != Key::Of(Kind::Null));
            cases.len() < before
        };
        // What was nothing but null, and is something else, is another type.
        let is_whole = |cases: &[(Key, &Case<'a>)], others: &[(Key, &Case<'a>)]| cases.len() == 1 && others.len() == 1;
        if is_whole(removed, added) {
            return;
        }
        if take(removed) {
            self.found(place, ChangeKind::Nullable, "it is never null now".to_owned(), Holds::NARROWER);
        }
        if take(added) {
            self.found(place, ChangeKind::Nullable, "it may be null now".to_owned(), Holds::WIDER);
        }
    }

    /// Compares two alternatives that have the same key.
    fn pair(&mut self, key: &Key, was: &Case<'a>, is: &Case<'a>, place: &str) {
        let Key::Variant(name) = key else { return self.cases(was, is, place) };
        let place = format!("{place}<{name}>");
        if let (Case::Object(was), Case::Object(is)) = (was, is)
            && let (Some(was), Some(is)) = (wrapped(was), wrapped(is))
        {
            return self.node(was, is, &place);
        }
        self.cases(was, is, &place);
    }

    fn fits(&mut self, was: &Case<'a>, is: &Case<'a>) -> Holds {
        match (was, is) {
            (Case::Literal(was), is) if !matches!(is, Case::Literal(_)) => {
                Holds { old_in_new: is.admits(was), new_in_old: false }
            }
            (was, Case::Literal(is)) if !matches!(was, Case::Literal(_)) => {
                Holds { old_in_new: false, new_in_old: was.admits(is) }
            }
            (was, is) => self.relation(|this| this.cases(was, is, "")),
        }
    }

    fn cases(&mut self, was: &Case<'a>, is: &Case<'a>, place: &str) {
        match (was, is) {
            (Case::Null, Case::Null) | (Case::Boolean, Case::Boolean) => {}
            (Case::Literal(was), Case::Literal(is)) if was == is => {}
            (Case::List(was), Case::List(is)) => self.lists(was, is, place),
            (Case::Object(was), Case::Object(is)) => self.objects(was, is, place),
            (Case::Text { binary: true, .. }, Case::Text { binary: true, .. }) => {}
            (Case::Text { binary: false, rules: was }, Case::Text { binary: false, rules: is }) => {
                was.compare(is, |what, holds| self.found(place, ChangeKind::Constraint, what, holds));
            }
            (Case::Number { .. }, Case::Number { .. }) => self.numbers(was, is, place),
            _ => {
                let what = format!("it is {} and was {}", is.words(), was.words());
                self.found(place, ChangeKind::Type, what, Holds::NEITHER);
            }
        }
    }

    fn numbers(&mut self, was: &Case<'a>, is: &Case<'a>, place: &str) {
        let (
            Case::Number { integer: was_integer, format: was_format, rules: old },
            Case::Number { integer: is_integer, format: is_format, rules: new },
        ) = (was, is)
        else {
            return;
        };
        if was_integer == is_integer && was_format == is_format {
            return old.compare(new, |what, holds| self.found(place, ChangeKind::Constraint, what, holds));
        }
        // An integer is a number. What a type means for the bounds need not be told beside the type.
        let mut holds = Holds { old_in_new: *was_integer || !is_integer, new_in_old: *is_integer || !was_integer };
        old.compare(new, |_, of_bounds| holds = holds.and(of_bounds));
        self.found(place, ChangeKind::Type, format!("it is {} and was {}", is.words(), was.words()), holds);
    }

    /// The alternatives in words.
    pub(super) fn words(&self, cases: &[Case<'a>]) -> String {
        let mut words: Vec<_> = cases.iter().map(Case::words).collect();
        words.dedup();
        words.join(" or ")
    }

    /// The names of the fields that tell the variants of an enum apart, among the old ones and among the new ones: each
    /// variant has them, as a text of its own. They are the same on both sides, unless all are others.
    fn tags(&self, was: &[Case<'a>], is: &[Case<'a>]) -> [Option<BTreeSet<&'a str>>; 2] {
        let common = |one: BTreeSet<_>, other: BTreeSet<_>| one.intersection(&other).copied().collect();
        let old = was.iter().filter_map(|case| tags(self.old, case)).reduce(common).unwrap_or_default();
        let new = is.iter().filter_map(|case| tags(self.new, case)).reduce(common).unwrap_or_default();
        let both: BTreeSet<_> = old.intersection(&new).copied().collect();
        if both.is_empty() { [Some(old), Some(new)] } else { [Some(both.clone()), Some(both)] }
    }
}

impl Case<'_> {
    fn words(&self) -> String {
        match self {
            Self::Null => "null".to_owned(),
            Self::Boolean => "a boolean".to_owned(),
            Self::Literal(literal) => format!("`{literal}`"),
            Self::Number { format: Some(format), .. } => format!("a `{format}`"),
            Self::Number { integer: true, .. } => "an integer".to_owned(),
            Self::Number { integer: false, .. } => "a number".to_owned(),
            Self::Text { binary: true, .. } => "binary data".to_owned(),
            Self::Text { binary: false, .. } => "a text".to_owned(),
            Self::List(list) => list.words().to_owned(),
            Self::Object(object) => object.words().to_owned(),
        }
    }
}

/// The fields of an object that have one text and must be there.
fn tags<'a>(side: Side<'a>, case: &Case<'a>) -> Option<BTreeSet<&'a str>> {
    let Case::Object(object) = case else { return None };
    let required = object.fields.iter().filter(|(_, field)| field.required);
    Some(required.filter(|(_, field)| text(side, &field.node).is_some()).map(|(name, _)| *name).collect())
}

/// The only text that a node has, if it has one.
fn text<'a>(side: Side<'a>, node: &[&'a Value]) -> Option<&'a str> {
    match side.shape(node).cases?.as_slice() {
        [Case::Literal(literal)] => literal.as_str(),
        _ => None,
    }
}

/// What is in the one field of a variant that is written as `{"Name": …}`.
fn wrapped<'o, 'a>(object: &'o Objects<'a>) -> Option<&'o [&'a Value]> {
    let mut fields = object.fields.values();
    match (fields.next(), fields.next(), &object.further) {
        (Some(field), None, Further::Refused) if field.required => Some(&field.node),
        _ => None,
    }
}

/// What an alternative is known by, where there are several; `tag` has the fields that tell variants apart.
fn key<'a>(side: Side<'a>, case: &Case<'a>, tag: Option<&BTreeSet<&'a str>>) -> Key {
    match case {
        Case::Literal(Value::String(text)) => Key::Variant(text.clone()),
        Case::Literal(literal) => Key::Variant(literal.to_string()),
        Case::Object(object) => {
            let tagged = tag.and_then(|tag| {
                let field = |name: &&str| object.fields.get(*name).and_then(|field| text(side, &field.node));
                let outer = || wrapped(object).and(object.fields.keys().next().copied());
                tag.iter().find_map(field).or_else(outer)
            });
            tagged.map_or(Key::Of(Kind::Object), |name| Key::Variant(name.to_owned()))
        }
        Case::Null => Key::Of(Kind::Null),
        Case::Boolean => Key::Of(Kind::Boolean),
        Case::Number { .. } => Key::Of(Kind::Number),
        Case::Text { .. } => Key::Of(Kind::Text),
        Case::List(_) => Key::Of(Kind::List),
    }
}

/// How much of two alternatives is alike, for those that have no names.
fn likeness(was: &Case<'_>, is: &Case<'_>) -> usize {
    match (was, is) {
        (Case::Object(was), Case::Object(is)) => {
            let shared = was.fields.keys().filter(|name| is.fields.contains_key(*name)).count();
            (2 * shared + 1).saturating_sub(was.fields.len().abs_diff(is.fields.len()).min(1))
        }
        (Case::List(was), Case::List(is)) => usize::from(was.words() == is.words()),
        (Case::Text { binary: was, .. }, Case::Text { binary: is, .. }) => usize::from(was == is),
        (Case::Number { format: was, .. }, Case::Number { format: is, .. }) => usize::from(was == is),
        _ => 0,
    }
}
