//! What is not as it was expected.

use std::collections::BTreeMap;
use std::fmt;

use super::Fingerprints;

/// The channels and events in which a client and its server do not agree. With `Display` it is one line.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ContractMismatch {
    /// The fingerprint of the contract that the client expects; empty where it was put together from two.
    pub expected: String,
    /// The fingerprint that the server showed in its hello, where it showed one.
    pub actual: Option<String>,
    /// The channels that are another than the client knows, sorted by name. Calls of any other channel work.
    pub differing: Vec<String>,
    /// The channels that the server does not have, or does not grant to this client, sorted by name.
    pub missing: Vec<String>,
    /// The channels that the server has and the client does not expect, sorted by name: it need not expect all.
    pub added: Vec<String>,
    /// Why it is not known which channels differ, where the server could not be asked: then all three lists are empty.
    pub unknown: Option<String>,
}

impl ContractMismatch {
    pub(super) fn between(expected: &Fingerprints, server: &Fingerprints) -> Option<Self> {
        let mut mismatch = Self {
            expected: expected.whole.clone(),
            actual: Some(server.whole.clone()),
            differing: Vec::new(),
            missing: Vec::new(),
            added: Vec::new(),
            unknown: None,
        };
        let (mine, theirs) = (all(expected), all(server));
        for (name, fingerprint) in &mine {
            match theirs.get(name) {
                None => mismatch.missing.push((*name).to_owned()),
                Some(other) if other != fingerprint => mismatch.differing.push((*name).to_owned()),
                Some(_) => {}
            }
        }
        let is_new = |name: &&&str| !mine.contains_key(**name);
        mismatch.added = theirs.keys().filter(is_new).map(|name| (*name).to_owned()).collect();
        (!mismatch.differing.is_empty() || !mismatch.missing.is_empty()).then_some(mismatch)
    }

    /// What is known of a server that could not be asked.
    #[doc(hidden)]
    pub fn unknown(expected: &Fingerprints, actual: Option<String>, why: impl fmt::Display) -> Self {
        Self {
            expected: expected.whole.clone(),
            actual,
            differing: Vec::new(),
            missing: Vec::new(),
            added: Vec::new(),
            unknown: Some(why.to_string()),
        }
    }
}

/// What there is, whether a handler's or an event, with what it is known by.
fn all(fingerprints: &Fingerprints) -> BTreeMap<&str, (bool, &str)> {
    let channels = fingerprints.channels().map(|(name, fingerprint)| (name, (false, fingerprint)));
    let events = fingerprints.events().map(|(name, fingerprint)| (name, (true, fingerprint)));
    channels.chain(events).collect()
}

impl fmt::Display for ContractMismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the server serves another contract")?;
        if let Some(why) = &self.unknown {
            return write!(f, ", and which channels differ is not known: {why}");
        }
        let mut before = ": ";
        for (names, one, many) in [
            (&self.differing, "differs", "differ"),
            (&self.missing, "is missing or not granted", "are missing or not granted"),
            (&self.added, "is new", "are new"),
        ] {
            if let Some((last, others)) = names.split_last() {
                f.write_str(before)?;
                for name in others {
                    write!(f, "`{name}`, ")?;
                }
                write!(f, "`{last}` {}", if others.is_empty() { one } else { many })?;
                before = "; ";
            }
        }
        Ok(())
    }
}
