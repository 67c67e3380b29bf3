//! Which channels a subscription asks for.

use std::sync::Arc;

use super::topic::Topic;
use crate::failure::{Failure, code};
use crate::grants::access::Access;

/// One channel, or all that begin alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pattern<'a> {
    Exactly(&'a str),
    /// `jobs:*`, or `*` for all: what stands before the asterisk.
    Prefix(&'a str),
}

impl<'a> Pattern<'a> {
    /// Reads a channel's name, or a prefix of names that ends in `*`.
    pub(super) fn read(text: &'a str) -> Result<Self, Failure> {
        let pattern = text.strip_suffix('*').map_or(Self::Exactly(text), Self::Prefix);
        let (Self::Exactly(name) | Self::Prefix(name)) = pattern;
        if name.contains('*') {
            let said = format_args!("`{}` has a `*` elsewhere than at its end: `jobs:*`, or `*`", shown(text));
            return Err(Failure::new(code::INVALID_INPUT, said));
        }
        Ok(pattern)
    }

    pub(super) fn matches(self, channel: &str) -> bool {
        match self {
            Self::Exactly(name) => channel == name,
            Self::Prefix(prefix) => channel.starts_with(prefix),
        }
    }

    /// What a peer is answered that may subscribe to nothing of what it asks for with `text`; these are the events that
    /// match. Of several it is told no more than of none.
    pub(super) fn refused(self, text: &str, matched: &[Arc<Topic>], access: &Access) -> Failure {
        match (self, matched) {
            (Self::Exactly(_), [topic, ..]) => access.deny_event(topic.number),
            (Self::Prefix(_), [_, ..]) => access.deny_events(shown(text), matched.iter().map(|topic| topic.number)),
            (_, []) if access.allows_unknown(text) => self.unknown(),
            (_, []) => access.deny_unknown(shown(text)),
        }
    }

    /// What is answered when no event matches.
    pub(super) fn unknown(self) -> Failure {
        match self {
            Self::Exactly(name) => {
                Failure::new(code::UNKNOWN_CHANNEL, format_args!("no event has the channel `{}`", shown(name)))
            }
            Self::Prefix(prefix) => {
                let said = format_args!("no event has a channel that `{}*` matches", shown(prefix));
                Failure::new(code::UNKNOWN_CHANNEL, said)
            }
        }
    }
}

/// What a message shows of a text that another process sent: no more than a channel's name may have.
fn shown(text: &str) -> &str {
    let end = text.floor_char_boundary(crate::channel::MAX_CHANNEL_BYTES);
    text.get(..end).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_is_a_name_or_what_names_begin_with() {
        let matches = |pattern, channel| Pattern::read(pattern).expect(pattern).matches(channel);
        assert!(matches("jobs:done", "jobs:done"));
        assert!(!matches("jobs:done", "jobs:done-all"));
        assert!(matches("jobs:*", "jobs:done"));
        assert!(matches("jobs:*", "jobs:a:b"));
        assert!(!matches("jobs:*", "job:done"));
        assert!(matches("*", "jobs:done"));
    }

    #[test]
    fn an_asterisk_stands_at_the_end() {
        for pattern in ["*:done", "jobs:*:done", "**"] {
            let failure = Pattern::read(pattern).expect_err(pattern);
            assert_eq!(failure.code(), code::INVALID_INPUT);
            assert!(failure.message().contains("elsewhere than at its end"), "{failure}");
        }
    }
}
