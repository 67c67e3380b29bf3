//! What is said about a value and demands nothing of it.

use serde_json::Value;

use super::change::ChangeKind;
use super::compare::{Comparison, Flow, Holds};
use crate::sensitive;

impl<'a> Comparison<'a> {
    /// Compares what is said about two nodes.
    pub(super) fn notes(&mut self, old: &[&'a Value], new: &[&'a Value], place: &str) {
        let differs = |keyword| said(old, keyword) != said(new, keyword);
        let is = |keyword| said(new, keyword) == Some(&Value::Bool(true));
        let now = |is: bool, what: &str| if is { format!("it is {what} now") } else { format!("it is {what} no more") };
        let mut notes = Vec::new();
        if differs("title") || differs("description") {
            notes.push((ChangeKind::Documentation, "the documentation is another".to_owned()));
        }
        if differs("deprecated") {
            notes.push((ChangeKind::Deprecation, now(is("deprecated"), "deprecated")));
        }
        if differs(sensitive::KEYWORD) {
            notes.push((ChangeKind::Sensitivity, now(is(sensitive::KEYWORD), "sensitive")));
        }
        if self.flow != Flow::Output && differs("default") {
            let shown = |value: Option<&&Value>| value.map_or_else(|| "none".to_owned(), |value| format!("`{value}`"));
            let (was, is) = (said(old, "default"), said(new, "default"));
            let what = format!("the default is {} and was {}", shown(is.as_ref()), shown(was.as_ref()));
            notes.push((ChangeKind::DefaultValue, what));
        }
        for (kind, what) in notes {
            self.found(place, kind, what, Holds::SAME);
        }
    }
}

fn said<'a>(node: &[&'a Value], keyword: &str) -> Option<&'a Value> {
    node.iter().find_map(|schema| schema.get(keyword))
}
