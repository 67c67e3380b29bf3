//! Two schemas at once: where they differ, and which values are still in which.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use super::change::ChangeKind;
use super::shape::{Node, Shape, Side, address};
use crate::schema;

/// The most pairs of schemas that are looked at for one part of a channel.
const MAX_STEPS: usize = 100_000;
/// The most schemas within each other that are compared part by part.
const MAX_DEPTH: usize = 128;
/// The most places at which the differences of one type are told, in one part of a channel.
const MAX_TOLD: usize = 8;

/// Which way values travel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flow {
    /// From clients to the server.
    Input,
    /// From the server to clients.
    Output,
    /// Both ways.
    Both,
}

/// Which values are in which.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Holds {
    /// What is written by the old schema is read by the new one.
    pub(super) old_in_new: bool,
    /// What is written by the new schema is read by the old one.
    pub(super) new_in_old: bool,
}

impl Holds {
    pub(super) const SAME: Self = Self { old_in_new: true, new_in_old: true };
    pub(super) const WIDER: Self = Self { old_in_new: true, new_in_old: false };
    pub(super) const NARROWER: Self = Self { old_in_new: false, new_in_old: true };
    pub(super) const NEITHER: Self = Self { old_in_new: false, new_in_old: false };

    pub(super) fn and(self, other: Self) -> Self {
        Self { old_in_new: self.old_in_new && other.old_in_new, new_in_old: self.new_in_old && other.new_in_old }
    }
}

/// A difference.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) place: String,
    pub(super) kind: ChangeKind,
    pub(super) what: String,
    pub(super) holds: Holds,
}

/// Two nodes, each told by the schemas that it is made of.
type Pair = (Vec<usize>, Vec<usize>);

/// A comparison that is under way.
#[derive(Debug)]
pub(super) struct Comparison<'a> {
    pub(super) old: Side<'a>,
    pub(super) new: Side<'a>,
    pub(super) flow: Flow,
    /// The pairs that are being compared: within themselves they are taken for equal, and what differs is found anyway.
    open: HashSet<Pair>,
    /// The pairs that were found to be equal.
    equal: HashSet<Pair>,
    /// The pairs whose documentation has been compared: a type is used in many places, and told of once.
    noted: HashSet<Pair>,
    /// The pairs that were found to differ, how often that was told, and what of their values is in which.
    told: HashMap<Pair, (usize, Holds)>,
    /// How many questions are being asked whose answers alone matter.
    asking: usize,
    /// What is known for the innermost question.
    asked: HashMap<Pair, Holds>,
    steps: usize,
    found: Vec<Found>,
}

impl<'a> Comparison<'a> {
    /// What differs between two schemas, whose place is called `place`.
    pub(super) fn run(sides: [Side<'a>; 2], flow: Flow, old: &'a Value, new: &'a Value, place: &str) -> Vec<Found> {
        let [old_side, new_side] = sides;
        let mut comparison = Self {
            old: old_side,
            new: new_side,
            flow,
            open: HashSet::new(),
            equal: HashSet::new(),
            noted: HashSet::new(),
            told: HashMap::new(),
            asking: 0,
            asked: HashMap::new(),
            steps: 0,
            found: Vec::new(),
        };
        comparison.node(&[old], &[new], place);
        comparison.found
    }

    /// Compares two nodes.
    pub(super) fn node(&mut self, old: &[&'a Value], new: &[&'a Value], place: &str) {
        let (old, new) = (self.old.resolved(old), self.new.resolved(new));
        let addresses = |node: &Node<'_>| node.iter().map(|schema| address(schema)).collect::<Vec<_>>();
        let pair = (addresses(&old), addresses(&new));
        if self.equal.contains(&pair) || self.is_known(&pair, place) || !self.open.insert(pair.clone()) {
            return;
        }
        self.steps += 1;
        let before = self.found.len();
        if self.steps > MAX_STEPS || self.open.len() > MAX_DEPTH {
            let whole =
                |side: Side<'a>, node: Node<'a>| node.into_iter().map(|schema| side.whole(schema)).collect::<Vec<_>>();
            if whole(self.old, old) != whole(self.new, new) {
                self.found(place, ChangeKind::NotJudged, "too much differs to be told".to_owned(), Holds::NEITHER);
            }
        } else {
            if self.asking == 0 && self.noted.insert(pair.clone()) {
                self.notes(&old, &new, place);
            }
            let (was, is) = (self.old.shape(&old), self.new.shape(&new));
            self.shapes(was, is, place);
        }
        self.open.remove(&pair);
        let holds = fold(self.found.iter().skip(before));
        if self.asking > 0 {
            self.asked.insert(pair, holds);
        } else if self.found.len() == before {
            self.equal.insert(pair);
        } else {
            self.told.entry(pair).or_insert((0, holds)).0 += 1;
        }
    }

    /// Whether a pair has been compared, and need not be again.
    fn is_known(&mut self, pair: &Pair, place: &str) -> bool {
        let told = self.told.get(pair).copied();
        if self.asking == 0 {
            return told.is_some_and(|(times, _)| times >= MAX_TOLD);
        }
        let known = self.asked.get(pair).copied().or(told.map(|(_, holds)| holds));
        if let Some(holds) = known {
            self.found(place, ChangeKind::NotJudged, String::new(), holds);
        }
        known.is_some()
    }

    fn shapes(&mut self, was: Shape<'a>, is: Shape<'a>, place: &str) {
        self.odd(&was, &is, place);
        match (was.cases, is.cases) {
            (None, None) => {}
            (Some(was), Some(is)) => self.alternatives(&was, &is, place),
            (None, Some(is)) => {
                let what = format!("it is {} and was any value", self.words(&is));
                self.found(place, ChangeKind::Type, what, Holds::NARROWER);
            }
            (Some(was), None) => {
                let what = format!("it is any value and was {}", self.words(&was));
                self.found(place, ChangeKind::Type, what, Holds::WIDER);
            }
        }
    }

    /// Compares what is not understood: word by word.
    fn odd(&mut self, was: &Shape<'a>, is: &Shape<'a>, place: &str) {
        let written = |side: Side<'a>, shape: &Shape<'a>| -> Vec<_> {
            shape.odd.iter().map(|(keyword, value)| (keyword.to_string(), side.whole(value))).collect()
        };
        let (was, is) = (written(self.old, was), written(self.new, is));
        if was != is {
            let mut keywords: Vec<_> = was.iter().chain(&is).map(|(keyword, _)| format!("`{keyword}`")).collect();
            keywords.sort();
            keywords.dedup();
            let what = format!("what its schema says by {} is another", keywords.join(", "));
            self.found(place, ChangeKind::NotJudged, what, Holds::NEITHER);
        }
    }

    /// What `ask` would find, without finding it: which values are in which.
    pub(super) fn relation(&mut self, ask: impl FnOnce(&mut Self)) -> Holds {
        let (found, asked) = (std::mem::take(&mut self.found), std::mem::take(&mut self.asked));
        self.asking += 1;
        ask(self);
        self.asking -= 1;
        // What was answered while another pair was taken for equal holds no longer than that.
        self.asked = asked;
        fold(&std::mem::replace(&mut self.found, found))
    }

    pub(super) fn found(&mut self, place: &str, kind: ChangeKind, what: String, holds: Holds) {
        self.found.push(Found { place: place.to_owned(), kind, what, holds });
    }
}

fn fold<'f>(found: impl IntoIterator<Item = &'f Found>) -> Holds {
    found.into_iter().fold(Holds::SAME, |holds, found| holds.and(found.holds))
}

impl<'a> Side<'a> {
    /// A schema with all that it refers to.
    fn whole(self, schema: &'a Value) -> Vec<&'a Value> {
        let mut whole = vec![schema];
        let mut known = HashSet::from([address(schema)]);
        let mut next = 0;
        while let Some(schema) = whole.get(next) {
            next += 1;
            let mut names = Vec::new();
            schema::referenced(schema, &mut |name| names.push(name.to_owned()));
            let definitions = names.iter().filter_map(|name| self.0.get(name)).map(schemars::Schema::as_value);
            whole.extend(definitions.filter(|definition| known.insert(address(definition))));
        }
        whole
    }
}
