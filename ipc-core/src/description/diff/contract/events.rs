//! Events.

use super::super::change::{Breaks, ChangeKind};
use super::super::compare::Flow;
use super::super::why;
use super::{NEW, OLD, Told};
use crate::description::EventDescription;
use crate::event::Lag;

impl<'a> Told<'a, '_> {
    pub(super) fn events(&mut self, was: &'a EventDescription, is: &'a EventDescription) {
        let before = self.changes.len();
        self.notes([was.doc(), is.doc()], [was.deprecated(), is.deprecated()], "");
        self.permissions("subscribing to it", was.permission(), is.permission());
        if was.shared() && is.shared() {
            self.permissions("publishing it", was.publish_permission(), is.publish_permission());
        }
        self.shared(was.shared(), is.shared());
        // What peers publish, they may also get.
        let flow = if was.shared() && is.shared() { Flow::Both } else { Flow::Output };
        self.schemas(flow, was.data(), is.data(), "data");
        match (was.key(), is.key()) {
            (Some(was), Some(is)) => self.schemas(Flow::Input, was, is, "key"),
            (Some(_), None) => {
                let why = why::told(OLD, "those that ask for one key are refused", "", "");
                self.change("key", ChangeKind::Key, "it has no key any more", OLD, &why);
            }
            (None, Some(_)) => {
                let why = why::told(NEW, "", "those refuse whoever asks for one key", "");
                self.change("key", ChangeKind::Key, "it has a key now", NEW, &why);
            }
            (None, None) => {}
        }
        self.retain(was.retain(), is.retain());
        self.lag(was.lag(), is.lag());
        self.wording(before, was.fingerprint(), is.fingerprint());
    }

    fn shared(&mut self, was: bool, is: bool) {
        let (what, breaks) = match (was, is) {
            (true, false) => ("peers may publish it no more", OLD),
            (false, true) => ("peers may publish it now", NEW),
            _ => return,
        };
        let why = why::told(breaks, "what they publish is refused", "what these publish is refused", "");
        self.change("", ChangeKind::Shared, what, breaks, &why);
    }

    fn retain(&mut self, was: bool, is: bool) {
        let (what, breaks) = match (was, is) {
            (true, false) => ("a new subscriber does not get the last one any more", OLD),
            (false, true) => ("a new subscriber gets the last one at once", NEW),
            _ => return,
        };
        let why = why::told(breaks, "they may wait for it", "these may wait for it", "");
        self.change("", ChangeKind::Retain, what, breaks, &why);
    }

    /// Compares what becomes of subscribers that do not keep up. What a subscriber could not lose before must not get
    /// lost: its events, or its subscription.
    fn lag(&mut self, was: Lag, is: Lag) {
        if was == is {
            return;
        }
        let spares = |lag: Lag| match lag {
            Lag::Wait => (true, true),
            Lag::DropOldest | Lag::KeepLatest => (false, true),
            Lag::Disconnect => (true, false),
        };
        let loses = |before: Lag, after: Lag| {
            let ((no_gaps, goes_on), (no_gaps_then, goes_on_then)) = (spares(before), spares(after));
            (no_gaps && !no_gaps_then) || (goes_on && !goes_on_then)
        };
        let breaks = Breaks { old_clients: loses(was, is), new_clients: loses(is, was) };
        let what = format!("who does not keep up {}, and before {}", words(is), words(was));
        let why = why::told(
            breaks,
            "they may not be ready for that",
            "these may not be ready for that",
            "a subscriber loses nothing that it could not lose before",
        );
        self.change("", ChangeKind::Lag, what, breaks, &why);
    }
}

fn words(lag: Lag) -> &'static str {
    match lag {
        Lag::Wait => "is waited for",
        Lag::DropOldest => "misses the oldest events",
        Lag::KeepLatest => "gets the latest event alone",
        Lag::Disconnect => "loses the subscription",
    }
}
