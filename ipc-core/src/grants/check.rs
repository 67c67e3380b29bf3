//! Grants that name what is not there.

use std::collections::BTreeSet;
use std::fmt;

use super::needs::Needs;
use super::pattern::{self, PatternError};
use super::{Grants, INTROSPECT, TAP};

/// Why grants cannot be used with a router: everything that is wrong with them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrantsError {
    pub(super) problems: Vec<GrantProblem>,
}

impl GrantsError {
    /// What is wrong with the grants.
    pub fn problems(&self) -> &[GrantProblem] {
        &self.problems
    }
}

impl fmt::Display for GrantsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the grants cannot be used: ")?;
        for (index, problem) in self.problems.iter().enumerate() {
            if index > 0 {
                f.write_str("; ")?;
            }
            problem.fmt(f)?;
        }
        Ok(())
    }
}

impl std::error::Error for GrantsError {}

/// Why a peer has not been given other grants.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SetGrantsError {
    /// The grants name what is not there.
    #[error(transparent)]
    Grants(#[from] GrantsError),
    /// The peer has no connection: it is this process itself, which may use everything.
    #[error("the peer is this process itself, and needs no grants")]
    Unconnected,
}

/// One thing that is wrong with grants.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum GrantProblem {
    /// A text is no permission, and no pattern of some.
    #[error("`{}` is no permission: {reason}", .pattern.escape_debug())]
    Malformed {
        /// The text.
        pattern: String,
        /// What is wrong with it.
        reason: PatternError,
    },
    /// Nothing that the router has needs the permission, or one that the pattern names.
    #[error("`{pattern}`: {}{}", no_channel(.pattern), did_you_mean(.suggestion.as_deref()))]
    Unknown {
        /// The permission, or the pattern.
        pattern: String,
        /// The nearest that something needs, where one is near.
        suggestion: Option<String>,
    },
}

fn no_channel(pattern: &str) -> &'static str {
    if pattern.ends_with('*') { "it names nothing that a channel needs" } else { "no channel needs it" }
}

fn did_you_mean(suggestion: Option<&str>) -> String {
    suggestion.map(|name| format!("; did you mean `{name}`?")).unwrap_or_default()
}

/// What is wrong with one permission, or pattern, where `needs` is what there is.
pub(super) fn problem(text: &str, needs: &Needs) -> Option<GrantProblem> {
    if let Err(reason) = pattern::check(text) {
        return Some(GrantProblem::Malformed { pattern: text.to_owned(), reason });
    }
    // A server without handlers may be served to everybody.
    if text == "*" || needs.permissions().any(|permission| pattern::matches(text, permission)) {
        return None;
    }
    let suggestion = nearest(text, needs);
    Some(GrantProblem::Unknown { pattern: text.to_owned(), suggestion })
}

impl Grants {
    /// Finds what is wrong with the grants, where `needs` is what there is.
    pub(crate) fn check(&self, needs: &Needs) -> Result<(), GrantsError> {
        let problems: Vec<_> = self.allowed().chain(self.denied()).filter_map(|text| problem(text, needs)).collect();
        if problems.is_empty() { Ok(()) } else { Err(GrantsError { problems }) }
    }
}

/// The permission or the pattern that `text` was probably meant to be.
fn nearest(text: &str, needs: &Needs) -> Option<String> {
    let candidates: BTreeSet<String> = if text.ends_with('*') {
        let prefixes = |permission: &str| {
            let ends: Vec<_> = permission.match_indices(':').map(|(at, _)| at).collect();
            let prefix = |at| permission.get(..at).map(|prefix| format!("{prefix}:*"));
            ends.into_iter().filter_map(prefix).collect::<Vec<_>>()
        };
        needs.permissions().filter(|permission| ![INTROSPECT, TAP].contains(permission)).flat_map(prefixes).collect()
    } else {
        needs.permissions().map(str::to_owned).collect()
    };
    let (distance, name) = candidates.into_iter().map(|name| (strsim::osa_distance(text, &name), name)).min()?;
    // A third of the letters may be wrong, as in what the macros suggest.
    (distance <= (text.chars().count() / 3).max(1)).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::super::needs::Need;
    use super::*;

    fn needs() -> Needs {
        let handlers = vec![Need::to_use("data:fetch", Some("data:read")), Need::to_use("settings:open", None)];
        let event = |channel, is_open| [Need::to_use(channel, None), Need::to_publish(channel, None, None, is_open)];
        Needs::new(handlers, [event("chat:message", true), event("status:changed", false)])
    }

    fn said(grants: &Grants) -> Vec<String> {
        match grants.check(&needs()) {
            Ok(()) => vec![],
            Err(error) => error.problems().iter().map(ToString::to_string).collect(),
        }
    }

    #[test]
    fn every_permission_that_something_needs_can_be_granted() {
        let all = [
            "data:read",
            "data:*",
            "settings:open",
            "chat:message",
            "chat:message:publish",
            "status:changed",
            "ipc:introspect",
            "ipc:*",
            "*",
        ];
        for permission in all {
            assert_eq!(said(&Grants::none().allow(permission)), [""; 0], "{permission}");
            assert_eq!(said(&Grants::none().deny(permission)), [""; 0], "{permission}");
        }
    }

    #[test]
    fn what_nothing_needs_is_told_with_what_was_probably_meant() {
        let grants = Grants::none().allow("data:raed").allow("dat:*").deny("setings:open").allow("chat");
        let expected = [
            "`data:raed`: no channel needs it; did you mean `data:read`?",
            "`dat:*`: it names nothing that a channel needs; did you mean `data:*`?",
            "`chat` is no permission: it is not of the form `data:read`, `data:*` or `*`",
            "`setings:open`: no channel needs it; did you mean `settings:open`?",
        ];
        assert_eq!(said(&grants), expected);
    }

    #[test]
    fn the_channel_of_a_handler_that_names_its_permission_is_none() {
        assert_eq!(said(&Grants::none().allow("data:fetch")).len(), 1);
        // Nobody can publish it, so a grant for that is a mistake.
        assert_eq!(said(&Grants::none().allow("status:changed:publish")).len(), 1);
    }

    #[test]
    fn nothing_is_suggested_where_nothing_is_near() {
        assert_eq!(said(&Grants::none().allow("window:close")), ["`window:close`: no channel needs it"]);
    }
}
