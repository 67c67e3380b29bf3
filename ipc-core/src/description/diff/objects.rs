//! Objects: structs, and maps.

use std::collections::{BTreeMap, BTreeSet};

use regex::Regex;
use serde_json::{Map, Value};

use super::change::ChangeKind;
use super::compare::{Comparison, Flow, Holds};
use super::rules::{self, Rules};
use super::shape::Node;

/// What no value is.
static NEVER: Value = Value::Bool(false);

/// What an object holds.
#[derive(Debug, Clone, Default)]
pub(super) struct Objects<'a> {
    pub(super) fields: BTreeMap<&'a str, Field<'a>>,
    patterns: BTreeMap<&'a str, Node<'a>>,
    pub(super) further: Further<'a>,
    rules: Rules<'a>,
}

#[derive(Debug, Clone)]
pub(super) struct Field<'a> {
    pub(super) node: Node<'a>,
    pub(super) required: bool,
}

/// What there may be beside the fields.
#[derive(Debug, Clone, Default)]
pub(super) enum Further<'a> {
    /// Whoever reads ignores what there is, and whoever writes writes nothing: a struct.
    #[default]
    Ignored,
    /// Nothing: a struct with `deny_unknown_fields`.
    Refused,
    /// Entries: a map.
    Entries(Node<'a>),
}

impl<'a> Further<'a> {
    fn of(schema: Option<&'a Value>) -> Self {
        match schema {
            None => Self::Ignored,
            Some(Value::Bool(false)) => Self::Refused,
            Some(entries) => Self::Entries(vec![entries]),
        }
    }
}

impl<'a> Objects<'a> {
    pub(super) fn of(schema: &'a Map<String, Value>) -> Self {
        let named = |keyword| schema.get(keyword).and_then(Value::as_object).into_iter().flatten();
        let field = |node: &'a Value| Field { node: vec![node], required: false };
        let mut fields: BTreeMap<_, _> = named("properties").map(|(name, node)| (name.as_str(), field(node))).collect();
        for name in schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str) {
            fields.entry(name).or_insert(Field { node: Vec::new(), required: true }).required = true;
        }
        Self {
            fields,
            patterns: named("patternProperties").map(|(pattern, node)| (pattern.as_str(), vec![node])).collect(),
            further: Further::of(schema.get("additionalProperties")),
            rules: Rules::of(schema, rules::OBJECT),
        }
    }

    /// What both hold.
    pub(super) fn and(&self, other: &Self) -> Self {
        let mut both = self.clone();
        for (name, field) in &other.fields {
            let own = both.fields.entry(name).or_insert_with(|| Field { node: self.beside(name), required: false });
            own.node.extend(&field.node);
            own.required |= field.required;
        }
        for (name, own) in &mut both.fields {
            if !other.fields.contains_key(name) {
                own.node.extend(other.beside(name));
            }
        }
        for (pattern, node) in &other.patterns {
            both.patterns.entry(pattern).or_default().extend(node);
        }
        both.further = match (&self.further, &other.further) {
            (Further::Ignored, further) | (further, Further::Ignored) => further.clone(),
            (Further::Refused, _) | (_, Further::Refused) => Further::Refused,
            (Further::Entries(one), Further::Entries(other)) => Further::Entries([one.as_slice(), other].concat()),
        };
        both.rules = self.rules.and(&other.rules);
        both
    }

    /// What a name that is no field may have.
    fn beside(&self, name: &str) -> Node<'a> {
        match self.entry(name) {
            Some(node) => node.clone(),
            None if matches!(self.further, Further::Refused) => vec![&NEVER],
            None => Vec::new(),
        }
    }

    /// What stands under a name that is no field, where something may.
    fn entry(&self, name: &str) -> Option<&Node<'a>> {
        let matches = |pattern: &str| Regex::new(pattern).is_ok_and(|pattern| pattern.is_match(name));
        let by_pattern = self.patterns.iter().find(|(pattern, _)| matches(pattern)).map(|(_, node)| node);
        by_pattern.or(match &self.further {
            Further::Entries(node) => Some(node),
            _ => None,
        })
    }

    /// What is not said by the schema itself, but by one that it stands in.
    pub(super) fn close_with(&mut self, further: &'a Value) {
        if matches!(self.further, Further::Ignored) {
            self.further = Further::of(Some(further));
        }
    }

    pub(super) fn words(&self) -> &'static str {
        match self.further {
            Further::Entries(_) if self.fields.is_empty() => "a map",
            _ if self.fields.is_empty() && !self.patterns.is_empty() => "a map",
            _ => "an object",
        }
    }
}

impl<'a> Comparison<'a> {
    pub(super) fn objects(&mut self, old: &Objects<'a>, new: &Objects<'a>, place: &str) {
        let names: BTreeSet<_> = old.fields.keys().chain(new.fields.keys()).copied().collect();
        for name in names {
            let at = within(place, name);
            match (old.fields.get(name), new.fields.get(name)) {
                (Some(was), Some(is)) => {
                    self.node(&was.node, &is.node, &at);
                    self.required(was.required, is.required, &at);
                }
                (None, Some(is)) => self.field_added(old, name, is, &at),
                (Some(was), None) => self.field_removed(new, name, was, &at),
                (None, None) => {}
            }
        }
        self.further(&old.further, &new.further, place);
        self.patterns(old, new, place);
        old.rules.compare(&new.rules, |what, holds| self.found(place, ChangeKind::Constraint, what, holds));
    }

    fn required(&mut self, was: bool, is: bool, place: &str) {
        match (was, is) {
            (false, true) => {
                self.found(place, ChangeKind::FieldRequired, "the field is required now".to_owned(), Holds::NARROWER);
            }
            (true, false) => {
                let what = "the field may be left out now".to_owned();
                self.found(place, ChangeKind::FieldOptional, what, Holds::WIDER);
            }
            _ => {}
        }
    }

    fn field_added(&mut self, old: &Objects<'a>, name: &str, field: &Field<'a>, place: &str) {
        let holds = match old.entry(name) {
            Some(entry) => self.relation(|this| this.node(entry, &field.node, "")),
            None => Holds { old_in_new: true, new_in_old: !matches!(old.further, Further::Refused) },
        };
        let holds = Holds { old_in_new: holds.old_in_new && !field.required, ..holds };
        let what = if field.required { "the field is new and required" } else { "the field is new" };
        self.found(place, ChangeKind::FieldAdded, what.to_owned(), holds);
    }

    fn field_removed(&mut self, new: &Objects<'a>, name: &str, field: &Field<'a>, place: &str) {
        let holds = match new.entry(name) {
            Some(entry) => self.relation(|this| this.node(&field.node, entry, "")),
            None => Holds { old_in_new: !matches!(new.further, Further::Refused), new_in_old: true },
        };
        let holds = Holds { new_in_old: holds.new_in_old && !field.required, ..holds };
        self.found(place, ChangeKind::FieldRemoved, "the field is gone".to_owned(), holds);
    }

    fn further(&mut self, was: &Further<'a>, is: &Further<'a>, place: &str) {
        // What a server writes is what its types have; a client may have been written by hand, and send more.
        let may_send_more = self.flow != Flow::Output;
        let (what, holds) = match (was, is) {
            (Further::Entries(was), Further::Entries(is)) => {
                return self.node(was, is, &format!("{place}[*]"));
            }
            (Further::Ignored, Further::Ignored) | (Further::Refused, Further::Refused) => return,
            (Further::Ignored, Further::Refused) => (
                "fields that it does not know are refused now",
                if may_send_more { Holds::NARROWER } else { Holds::SAME },
            ),
            (Further::Refused, Further::Ignored) => {
                ("fields that it does not know are ignored now", if may_send_more { Holds::WIDER } else { Holds::SAME })
            }
            (Further::Ignored, Further::Entries(entries)) => {
                ("it has entries now", Holds { old_in_new: !may_send_more || is_anything(entries), new_in_old: true })
            }
            (Further::Entries(entries), Further::Ignored) => (
                "it has no entries any more",
                Holds { old_in_new: true, new_in_old: !may_send_more || is_anything(entries) },
            ),
            (Further::Refused, Further::Entries(_)) => ("it has entries now", Holds::WIDER),
            (Further::Entries(_), Further::Refused) => ("it has no entries any more", Holds::NARROWER),
        };
        self.found(place, ChangeKind::FurtherFields, what.to_owned(), holds);
    }

    fn patterns(&mut self, old: &Objects<'a>, new: &Objects<'a>, place: &str) {
        let patterns: BTreeSet<_> = old.patterns.keys().chain(new.patterns.keys()).copied().collect();
        for pattern in patterns {
            match (old.patterns.get(pattern), new.patterns.get(pattern)) {
                (Some(was), Some(is)) => self.node(was, is, &format!("{place}[*]")),
                (Some(was), None) => {
                    let holds = match &new.further {
                        Further::Entries(is) => self.relation(|this| this.node(was, is, "")),
                        Further::Ignored => Holds::SAME,
                        Further::Refused => Holds::NARROWER,
                    };
                    self.found(place, ChangeKind::Type, format!("its keys need not match `{pattern}` any more"), holds);
                }
                (None, Some(is)) => {
                    let holds = match &old.further {
                        Further::Entries(was) => self.relation(|this| this.node(was, is, "")),
                        Further::Ignored => Holds::SAME,
                        Further::Refused => Holds::WIDER,
                    };
                    self.found(place, ChangeKind::Type, format!("it has keys that match `{pattern}` now"), holds);
                }
                (None, None) => {}
            }
        }
    }
}

fn is_anything(node: &[&Value]) -> bool {
    node.iter().all(|schema| **schema == true)
}

/// The place of a field.
fn within(place: &str, name: &str) -> String {
    let is_plain = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_$-".contains(&byte));
    if is_plain { format!("{place}.{name}") } else { format!("{place}.{name:?}") }
}
