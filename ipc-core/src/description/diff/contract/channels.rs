//! Handlers' channels.

use std::collections::BTreeSet;
use std::time::Duration;

use schemars::Schema;

use super::super::change::ChangeKind;
use super::super::compare::Flow;
use super::super::why;
use super::{BOTH, NEW, NOBODY, OLD, Told};
use crate::description::{ChannelDescription, CodeDescription};

/// Why a shorter time breaks nobody.
const SOONER: &str = "a call that takes longer is answered `TIMEOUT`, which every client must be ready for";

impl<'a> Told<'a, '_> {
    pub(super) fn channels(&mut self, was: &'a ChannelDescription, is: &'a ChannelDescription) {
        let before = self.changes.len();
        self.notes([was.doc(), is.doc()], [was.deprecated(), is.deprecated()], "");
        self.permissions("calling it", was.permission(), is.permission());
        self.schemas(Flow::Input, was.request(), is.request(), "request");
        self.streams(was, is);
        self.errors(was.errors(), is.errors());
        self.timeout(was.timeout(), is.timeout());
        self.detached(was.detached(), is.detached());
        self.wording(before, was.fingerprint(), is.fingerprint());
    }

    /// Compares what a channel takes beside the request, and what it answers with.
    fn streams(&mut self, was: &'a ChannelDescription, is: &'a ChannelDescription) {
        match (was.incoming(), is.incoming()) {
            (Some(was), Some(is)) => self.schemas(Flow::Input, was, is, "incoming"),
            (None, Some(_)) => self.other_exchange("it takes a stream beside the request now"),
            (Some(_), None) => self.other_exchange("it takes no stream beside the request any more"),
            (None, None) => {}
        }
        match (was.response(), is.response()) {
            (Some(was), Some(is)) => self.schemas(Flow::Output, was, is, "response"),
            (Some(_), None) => self.other_exchange("it answers with a stream and answered once"),
            (None, Some(_)) => self.other_exchange("it answers once and answered with a stream"),
            (None, None) => {}
        }
        if let (Some(was), Some(is)) = (was.item(), is.item()) {
            self.schemas(Flow::Output, was, is, "item");
        }
    }

    /// Compares how long an answer may take. Who waits for one is ready for `TIMEOUT`, as for every standard code.
    fn timeout(&mut self, was: Option<Duration>, is: Option<Duration>) {
        let words = |time: Option<Duration>| match time {
            Some(time) => format!("at most {time:?}"),
            None => "as long as it takes".to_owned(),
        };
        let nobody = match (was, is) {
            (was, is) if was == is => return,
            (Some(was), Some(is)) if is < was => SOONER,
            (None, Some(_)) => SOONER,
            _ => "who waits no longer than that says so with the call",
        };
        let what = format!("it may take {}, and before {}", words(is), words(was));
        self.change("", ChangeKind::Timeout, what, NOBODY, &why::told(NOBODY, "", "", nobody));
    }

    /// Compares whether a handler runs to its end when nobody waits for it any more. Who gave up cannot tell whether it was
    /// stopped in time; that it is done all the same, a client may count on.
    fn detached(&mut self, was: bool, is: bool) {
        let (what, breaks) = match (was, is) {
            (true, false) => ("it is stopped when nobody waits for it any more", OLD),
            (false, true) => ("it runs to its end when nobody waits for it any more", NEW),
            _ => return,
        };
        let why = why::told(
            breaks,
            "what they no longer wait for may be left half done",
            "what these no longer wait for may be left half done",
            "",
        );
        self.change("", ChangeKind::Detached, what, breaks, &why);
    }

    fn other_exchange(&mut self, what: &str) {
        let (old, new) = ("they call it otherwise", "those are called otherwise");
        self.change("", ChangeKind::ChannelKind, what, BOTH, &why::told(BOTH, old, new, ""));
    }

    fn errors(&mut self, was: &'a [CodeDescription], is: &'a [CodeDescription]) {
        let find = |errors: &'a [CodeDescription], code| errors.iter().find(|error| error.code() == code);
        let codes: BTreeSet<_> = was.iter().chain(is).map(CodeDescription::code).collect();
        for code in codes {
            let place = format!("errors.{code}");
            match (find(was, code), find(is, code)) {
                (Some(was), Some(is)) => {
                    self.notes([was.doc(), is.doc()], [None; 2], &place);
                    self.details(was.details(), is.details(), &format!("{place}.details"));
                }
                (None, Some(_)) => {
                    let nobody = "old clients get it as a refusal with this code, as they get the standard codes";
                    let why = why::told(NOBODY, "", "", nobody);
                    self.change(&place, ChangeKind::CodeAdded, "the code is new", NOBODY, &why);
                }
                (Some(_), None) => {
                    let why = why::told(NOBODY, "", "", "it comes no more");
                    self.change(&place, ChangeKind::CodeRemoved, "the code is gone", NOBODY, &why);
                }
                (None, None) => {}
            }
        }
    }

    fn details(&mut self, was: Option<&'a Schema>, is: Option<&'a Schema>, place: &str) {
        match (was, is) {
            (Some(was), Some(is)) => self.schemas(Flow::Output, was, is, place),
            (Some(_), None) => {
                let why = why::told(OLD, "they read them, and get a refusal without them instead of the error", "", "");
                self.change(place, ChangeKind::Details, "the error has no details any more", OLD, &why);
            }
            (None, Some(_)) => {
                let new = "those write none, and the error comes as a refusal";
                let why = why::told(NEW, "", new, "");
                self.change(place, ChangeKind::Details, "the error has details now", NEW, &why);
            }
            (None, None) => {}
        }
    }
}
