//! What the peer of one connection may use now.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use super::needs::Needs;
use super::{Grants, GrantsError, INTROSPECT};
use crate::failure::{Failure, code};
use crate::peer::Peer;

/// What the peer of one connection may use of a router, by the places of its endpoints.
///
/// A call looks at one flag. Flags are set where they stand, so whoever changes them sees to what has begun meanwhile:
/// [`changes`](Self::changes) tells that there is something to see to.
pub struct Access {
    needs: Arc<Needs>,
    granted: Box<[AtomicBool]>,
    changes: AtomicU64,
    grants: Mutex<Grants>,
    /// For the log.
    peer: Peer,
}

impl Access {
    /// What `peer` may use with these grants.
    ///
    /// # Errors
    ///
    /// The grants name what is not there.
    pub(crate) fn new(needs: Arc<Needs>, grants: Grants, peer: Peer) -> Result<Self, GrantsError> {
        grants.check(&needs)?;
        let granted = needs.iter().map(|need| grants.grants_needed(&need.permission, need.is_named).into()).collect();
        Ok(Self { needs, granted, changes: AtomicU64::new(0), grants: Mutex::new(grants), peer })
    }

    /// Grants this from now on, and nothing else. What is running must be [held](Self::changes) to it by the caller.
    ///
    /// # Errors
    ///
    /// The grants name what is not there; nothing has changed.
    pub fn set(&self, grants: Grants) -> Result<(), GrantsError> {
        grants.check(&self.needs)?;
        let mut current = self.lock();
        for (need, granted) in self.needs.iter().zip(&self.granted) {
            granted.store(grants.grants_needed(&need.permission, need.is_named), Ordering::Release);
        }
        *current = grants;
        self.changes.fetch_add(1, Ordering::Release);
        Ok(())
    }

    /// Grants nothing from now on.
    pub fn revoke(&self) {
        self.set(Grants::none()).expect("what names nothing names nothing that is not there");
    }

    /// What is granted now.
    pub fn grants(&self) -> Grants {
        self.lock().clone()
    }

    /// The permissions that are granted now, sorted; `*` for all of them.
    pub fn permissions(&self) -> Vec<String> {
        let grants = self.grants();
        if grants.grants_introspection() && (0..self.granted.len()).all(|place| self.allows(place)) {
            return vec!["*".to_owned()];
        }
        let (mut granted, mut denied) = (BTreeSet::new(), BTreeSet::new());
        for (place, need) in self.needs.iter().enumerate().filter(|(_, need)| need.is_open) {
            // One that some endpoint names and another does not may be granted for the one and not for the other.
            if self.allows(place) { &mut granted } else { &mut denied }.insert(need.permission.as_ref());
        }
        if grants.grants_introspection() {
            granted.insert(INTROSPECT);
        }
        granted.difference(&denied).map(|permission| (*permission).to_owned()).collect()
    }

    /// How often the grants changed. What began with a smaller number than there is when it can be found, may have been
    /// overlooked by whoever changed them.
    pub fn changes(&self) -> u64 {
        self.changes.load(Ordering::Acquire)
    }

    /// Whether the endpoint at this place may be used.
    pub fn allows(&self, place: usize) -> bool {
        self.granted.get(place).is_some_and(|granted| granted.load(Ordering::Acquire))
    }

    /// Whether the event with this number may be subscribed to.
    pub(crate) fn allows_event(&self, number: usize) -> bool {
        self.allows(self.needs.subscribing(number))
    }

    /// Where it stands what it takes to publish the event with this number.
    pub(crate) fn place_of_publishing(&self, number: usize) -> usize {
        self.needs.publishing(number)
    }

    /// Whether what nobody has a handler for would be granted: whoever may use a whole namespace learns what is not in
    /// it, and others learn of no name whether it is there.
    pub(crate) fn allows_unknown(&self, name: &str) -> bool {
        self.lock().grants_needed(name, false)
    }

    /// What the peer is answered that uses the endpoint at this place without a grant; the log learns why.
    #[cold]
    pub(crate) fn deny(&self, place: usize) -> Failure {
        self.log(place);
        self.refusal(place)
    }

    /// What the peer is answered that uses the endpoint at this place without a grant; the log learns nothing yet.
    pub fn refusal(&self, place: usize) -> Failure {
        denied(self.needs.at(place).map_or("", |need| need.channel))
    }

    /// Tells the log that the peer used the endpoint at this place without a grant. Nothing may be locked: the log may be
    /// what is published.
    pub fn log(&self, place: usize) {
        let need = self.needs.at(place);
        let (channel, permission) = need.map_or(("", ""), |need| (need.channel, need.permission.as_ref()));
        tracing::warn!(channel, permission, peer = ?self.peer, "a peer was denied what it has no grant for");
    }

    /// What the peer is answered that subscribes to several events with one pattern, and has a grant for none of them.
    pub(crate) fn deny_events(&self, pattern: &str, numbers: impl Iterator<Item = usize>) -> Failure {
        for number in numbers {
            self.deny(self.needs.subscribing(number));
        }
        denied(pattern)
    }

    /// What the peer is answered that subscribes to the event with this number without a grant.
    pub(crate) fn deny_event(&self, number: usize) -> Failure {
        self.deny(self.needs.subscribing(number))
    }

    /// What the peer is answered that uses what is not there, and would have no grant for it if it were.
    #[cold]
    pub(crate) fn deny_unknown(&self, name: &str) -> Failure {
        tracing::warn!(channel = name, peer = ?self.peer, "a peer was denied a channel that is not there");
        denied(name)
    }

    fn lock(&self) -> MutexGuard<'_, Grants> {
        self.grants.lock().expect("nothing panics while it holds the grants")
    }
}

/// What is denied. The permission that is missing is the server's affair.
fn denied(channel: &str) -> Failure {
    Failure::new(code::DENIED, format_args!("the peer may not use `{channel}`"))
}

impl fmt::Debug for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Access").field("grants", &self.grants()).finish_non_exhaustive()
    }
}
