//! Two contracts: which channels and events differ, and what of them.

mod channels;
mod events;

use std::collections::BTreeSet;

use schemars::Schema;

use super::change::{Breaks, Change, ChangeKind, Subject};
use super::compare::{Comparison, Flow};
use super::shape::Side;
use super::why;
use crate::description::Description;

/// What differs, in the order of channels, events and places.
pub(super) fn changes(old: &Description, new: &Description) -> Vec<Change> {
    let mut changes = Vec::new();
    if old.protocol != new.protocol {
        let what = format!("version {} of the protocol, and {} before", new.protocol, old.protocol);
        let mut told = Told { old, new, subject: Subject::Contract, channel: "", changes: &mut changes };
        let neither = "the two do not understand each other";
        told.change("", ChangeKind::Protocol, what, BOTH, &why::told(BOTH, neither, neither, ""));
    }
    let mut names: Vec<&String> = [&old.channels, &new.channels].into_iter().flat_map(|of| of.keys()).collect();
    names.extend([&old.events, &new.events].into_iter().flat_map(|of| of.keys()));
    for channel in names.into_iter().collect::<BTreeSet<_>>() {
        let is_event = |of: &Description| of.events.contains_key(channel);
        let subject = if is_event(new) || (is_event(old) && !new.channels.contains_key(channel)) {
            Subject::EventChannel
        } else {
            Subject::Channel
        };
        let mut told = Told { old, new, subject, channel, changes: &mut changes };
        match (old.channels.get(channel), old.events.get(channel), new.channels.get(channel), new.events.get(channel)) {
            (Some(was), _, Some(is), _) => told.channels(was, is),
            (None, Some(was), None, Some(is)) => told.events(was, is),
            (Some(_), _, None, Some(_)) => told.other_kind("it is an event and was a handler's channel"),
            (None, Some(_), Some(_), _) => told.other_kind("it is a handler's channel and was an event"),
            (Some(_), _, None, None) => told.gone("the channel is gone", "their calls are answered `UNKNOWN_CHANNEL`"),
            (None, Some(_), None, None) => told.gone("the event is gone", "their subscriptions are refused"),
            (None, None, Some(_), _) => told.come("the channel is new", "old clients do not call it"),
            (None, None, None, _) => told.come("the event is new", "old clients do not subscribe to it"),
        }
    }
    changes
}

const BOTH: Breaks = Breaks { old_clients: true, new_clients: true };
const OLD: Breaks = Breaks { old_clients: true, new_clients: false };
const NEW: Breaks = Breaks { old_clients: false, new_clients: true };
const NOBODY: Breaks = Breaks { old_clients: false, new_clients: false };

/// The changes of one channel, which are being found.
struct Told<'a, 'c> {
    old: &'a Description,
    new: &'a Description,
    subject: Subject,
    channel: &'a str,
    changes: &'c mut Vec<Change>,
}

impl<'a> Told<'a, '_> {
    fn change(&mut self, place: &str, kind: ChangeKind, what: impl Into<String>, breaks: Breaks, why: &str) {
        self.changes.push(Change {
            subject: self.subject,
            channel: self.channel.to_owned(),
            place: place.to_owned(),
            kind,
            what: what.into(),
            why: why.to_owned(),
            breaks,
        });
    }

    fn other_kind(&mut self, what: &str) {
        let neither = "the one is called, and the other subscribed to";
        self.change("", ChangeKind::ChannelKind, what, BOTH, &why::told(BOTH, neither, neither, ""));
    }

    fn gone(&mut self, what: &str, old: &str) {
        self.change("", ChangeKind::ChannelRemoved, what, OLD, &why::told(OLD, old, "", ""));
    }

    /// That an old server has less is what a new client finds out by the fingerprint: it is no fault of the change.
    fn come(&mut self, what: &str, nobody: &str) {
        self.change("", ChangeKind::ChannelAdded, what, NOBODY, &why::told(NOBODY, "", "", nobody));
    }

    /// What is said about the channel, and demands nothing.
    fn notes(&mut self, docs: [&str; 2], deprecated: [Option<&str>; 2], place: &str) {
        let [was, is] = docs;
        let same = why::told(NOBODY, "", "", "what travels is the same");
        if was != is {
            self.change(place, ChangeKind::Documentation, "the documentation is another", NOBODY, &same);
        }
        let [was, is] = deprecated;
        if was != is {
            let what = match is {
                Some(note) => format!("it is deprecated: {note}"),
                None => "it is deprecated no more".to_owned(),
            };
            self.change(place, ChangeKind::Deprecation, what, NOBODY, &same);
        }
    }

    /// Compares two schemas of what travels in this direction.
    fn schemas(&mut self, flow: Flow, was: &'a Schema, is: &'a Schema, place: &str) {
        let sides = [Side(&self.old.definitions), Side(&self.new.definitions)];
        for found in Comparison::run(sides, flow, was.as_value(), is.as_value(), place) {
            let breaks = why::breaks(flow, &found);
            self.change(&found.place, found.kind, found.what, breaks, &why::why(flow, found.kind, breaks));
        }
    }

    /// Compares the permissions to do what is called `what`.
    fn permissions(&mut self, what: &str, was: Option<&str>, is: Option<&str>) {
        let (text, breaks) = match (was, is) {
            (was, is) if was == is => return,
            (None, Some(is)) => (format!("{what} needs the permission `{is}`"), OLD),
            (Some(was), None) => (format!("{what} needs the permission `{was}` no more"), NEW),
            (Some(was), Some(is)) => (format!("{what} needs the permission `{is}` and needed `{was}`"), BOTH),
            (None, None) => return,
        };
        let why =
            why::told(breaks, "who has no grant for it is answered `DENIED`", "those still ask for the former", "");
        self.change("", ChangeKind::Permission, text, breaks, &why);
    }

    /// Sees to it that nothing has another fingerprint without a line: whoever compares fingerprints is told a reason.
    fn wording(&mut self, changes_before: usize, was: &str, is: &str) {
        let is_note = |change: &Change| {
            matches!(
                change.kind,
                ChangeKind::Documentation
                    | ChangeKind::Deprecation
                    | ChangeKind::Sensitivity
                    | ChangeKind::DefaultValue
                    | ChangeKind::Permission
                    | ChangeKind::Timeout
                    | ChangeKind::Detached
                    | ChangeKind::Retain
                    | ChangeKind::Lag
            )
        };
        if was != is && self.changes.iter().skip(changes_before).all(is_note) {
            let why = why::told(NOBODY, "", "", "the same values travel, under another fingerprint");
            self.change("", ChangeKind::Wording, "its schemas are written otherwise", NOBODY, &why);
        }
    }
}
