//! What the peer of one connection may use now.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock};

use super::granted::Granted;
use super::needs::Needs;
use super::{Grants, GrantsError};
use crate::failure::{Failure, code};
use crate::peer::Who;

/// What the peer of one connection may use of a router, by the places of its endpoints.
///
/// A call looks at one flag. Flags are set where they stand, so whoever changes them sees to what has begun meanwhile:
/// [`changes`](Self::changes) tells that there is something to see to.
pub struct Access {
    /// What is granted unless that has changed. Connections that are granted the same share it.
    first: Arc<Granted>,
    /// Made by the first change: there is none on most connections.
    changed: OnceLock<Box<Changed>>,
    who: Who,
}

/// What is granted to one connection alone.
struct Changed {
    flags: Box<[AtomicBool]>,
    changes: AtomicU64,
    grants: Mutex<Grants>,
}

impl Access {
    /// What a peer may use that is granted this.
    pub(crate) fn new(first: Arc<Granted>, who: Who) -> Self {
        Self { first, changed: OnceLock::new(), who }
    }

    /// Who may use it.
    pub fn who(&self) -> &Who {
        &self.who
    }

    /// Grants this from now on, and nothing else. What is running must be [held](Self::changes) to it by the caller.
    ///
    /// # Errors
    ///
    /// The grants name what is not there; nothing has changed.
    pub fn set(&self, grants: Grants) -> Result<(), GrantsError> {
        let now = Granted::new(self.first.needs(), grants)?;
        let changed = self.changed.get_or_init(|| Box::new(Changed::from(&*self.first)));
        let mut current = changed.lock();
        for (flag, granted) in changed.flags.iter().zip(now.flags()) {
            flag.store(*granted, Ordering::Release);
        }
        *current = now.into_grants();
        changed.changes.fetch_add(1, Ordering::Release);
        Ok(())
    }

    /// Grants nothing from now on.
    pub fn revoke(&self) {
        self.set(Grants::none()).expect("what names nothing names nothing that is not there");
    }

    /// What is granted now.
    pub fn grants(&self) -> Grants {
        self.changed.get().map_or_else(|| self.first.grants().clone(), |changed| changed.lock().clone())
    }

    /// The permissions that are granted now, sorted; `*` for all of them.
    pub fn permissions(&self) -> Vec<String> {
        if (0..self.first.flags().len()).all(|place| self.allows(place)) {
            return vec!["*".to_owned()];
        }
        let (mut granted, mut denied) = (BTreeSet::new(), BTreeSet::new());
        for (place, need) in self.needs().iter().enumerate().filter(|(_, need)| need.is_open) {
            // One that some endpoint names and another does not may be granted for the one and not for the other.
            if self.allows(place) { &mut granted } else { &mut denied }.insert(need.permission.as_ref());
        }
        granted.difference(&denied).map(|permission| (*permission).to_owned()).collect()
    }

    /// How often the grants changed. What began with a smaller number than there is when it can be found, may have been
    /// overlooked by whoever changed them.
    pub fn changes(&self) -> u64 {
        self.changed.get().map_or(0, |changed| changed.changes.load(Ordering::Acquire))
    }

    /// Whether the endpoint at this place may be used.
    pub fn allows(&self, place: usize) -> bool {
        match self.changed.get() {
            None => self.first.flags().get(place).is_some_and(|granted| *granted),
            Some(changed) => changed.flags.get(place).is_some_and(|granted| granted.load(Ordering::Acquire)),
        }
    }

    fn needs(&self) -> &Needs {
        self.first.needs()
    }

    /// Whether the event with this number may be subscribed to.
    pub(crate) fn allows_event(&self, number: usize) -> bool {
        self.allows(self.needs().subscribing(number))
    }

    /// Where it stands what it takes to publish the event with this number.
    pub(crate) fn place_of_publishing(&self, number: usize) -> usize {
        self.needs().publishing(number)
    }

    /// Where it stands what it takes to be told what there is.
    pub(crate) fn place_of_introspecting(&self) -> usize {
        self.needs().introspecting()
    }

    /// Where it stands what it takes to watch the others.
    pub(crate) fn place_of_tapping(&self) -> usize {
        self.needs().tapping()
    }

    /// Whether what nobody has a handler for would be granted: whoever may use a whole namespace learns what is not in
    /// it, and others learn of no name whether it is there.
    pub(crate) fn allows_unknown(&self, name: &str) -> bool {
        match self.changed.get() {
            None => self.first.grants().grants_needed(name, false),
            Some(changed) => changed.lock().grants_needed(name, false),
        }
    }

    /// What the peer is answered that uses the endpoint at this place without a grant; the log learns why.
    #[cold]
    pub(crate) fn deny(&self, place: usize) -> Failure {
        self.log(place);
        self.refusal(place)
    }

    /// What the peer is answered that uses the endpoint at this place without a grant; the log learns nothing yet.
    pub fn refusal(&self, place: usize) -> Failure {
        denied(self.needs().at(place).map_or("", |need| need.channel))
    }

    /// Tells the log that the peer used the endpoint at this place without a grant. Nothing may be locked: the log may be
    /// what is published.
    pub fn log(&self, place: usize) {
        let need = self.needs().at(place);
        let (channel, permission) = need.map_or(("", ""), |need| (need.channel, need.permission.as_ref()));
        tracing::warn!(channel, permission, peer = ?self.who, "a peer was denied what it has no grant for");
    }

    /// What the peer is answered that subscribes to several events with one pattern, and has a grant for none of them.
    pub(crate) fn deny_events(&self, pattern: &str, numbers: impl Iterator<Item = usize>) -> Failure {
        for number in numbers {
            self.deny(self.needs().subscribing(number));
        }
        denied(pattern)
    }

    /// What the peer is answered that subscribes to the event with this number without a grant.
    pub(crate) fn deny_event(&self, number: usize) -> Failure {
        self.deny(self.needs().subscribing(number))
    }

    /// What the peer is answered that uses what is not there, and would have no grant for it if it were.
    #[cold]
    pub(crate) fn deny_unknown(&self, name: &str) -> Failure {
        tracing::warn!(channel = name, peer = ?self.who, "a peer was denied a channel that is not there");
        denied(name)
    }
}

impl Changed {
    fn lock(&self) -> MutexGuard<'_, Grants> {
        self.grants.lock().expect("nothing panics while it holds the grants")
    }
}

/// Nothing has changed yet.
impl From<&Granted> for Changed {
    fn from(first: &Granted) -> Self {
        let flags = first.flags().iter().map(|granted| (*granted).into()).collect();
        Self { flags, changes: AtomicU64::new(0), grants: Mutex::new(first.grants().clone()) }
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

#[cfg(test)]
mod tests {
    use super::super::needs::Need;
    use super::super::{INTROSPECT, TAP};
    use super::*;

    fn made(needs: Needs, grants: Grants) -> Access {
        made_of(&Arc::new(needs), grants)
    }

    fn made_of(needs: &Arc<Needs>, grants: Grants) -> Access {
        let granted = Granted::new(needs, grants).expect("grants of what is there");
        Access::new(Arc::new(granted), Who::default())
    }

    fn access(grants: Grants) -> Access {
        let handlers = vec![Need::to_use("data:fetch", Some("data:read")), Need::to_use("plain:call", None)];
        let event = |channel, permission| {
            [Need::to_use(channel, permission), Need::to_publish(channel, None, permission, true)]
        };
        let needs = Needs::new(handlers, [event("chat:said", None), event("data:changed", Some("data:read"))]);
        made(needs, grants)
    }

    fn places(access: &Access) -> Vec<bool> {
        (0..8).map(|place| access.allows(place)).collect()
    }

    #[test]
    fn each_endpoint_has_its_place() {
        let all = [true, true, true, true, true, true, true, false];
        assert_eq!(places(&access(Grants::all())), all, "behind the last there is nothing");
        assert_eq!(places(&access(Grants::none())), [false; 8]);
        // What is published behind a permission is not published without one.
        assert_eq!(places(&access(Grants::same_user())), [false, true, true, true, false, false, true, false]);
        assert_eq!(
            places(&access(Grants::none().allow("data:read"))),
            [true, false, false, false, true, false, false, false]
        );
        let publishes = Grants::none().allow("data:changed:publish").allow("chat:said:publish");
        assert_eq!(places(&access(publishes)), [false, false, false, true, false, true, false, false]);
        let access = access(Grants::all().deny("chat:*"));
        assert_eq!(places(&access), [true, true, false, false, true, true, true, false]);
        assert!(!access.allows_event(0) && access.allows_event(1));
        assert_eq!((access.place_of_publishing(0), access.place_of_publishing(1)), (3, 5));
    }

    #[test]
    fn grants_that_change_are_counted() {
        let access = access(Grants::none());
        access.set(Grants::none().allow("data:*")).expect("grants of what is there");
        assert_eq!((access.changes(), access.allows(0), access.allows(1)), (1, true, false));
        assert!(access.set(Grants::none().allow("data:raed")).is_err());
        assert_eq!((access.changes(), access.allows(0)), (1, true), "nothing has changed");
        access.revoke();
        assert_eq!((access.changes(), access.grants()), (2, Grants::none()));
        assert_eq!(places(&access), [false; 8]);
    }

    #[test]
    fn a_permission_is_told_where_all_that_need_it_are_granted() {
        let handlers = vec![Need::to_use("data:fetch", Some("data:read")), Need::to_use("data:read", None)];
        let needs = Arc::new(Needs::new(handlers, []));
        let told = |grants| made_of(&needs, grants).permissions();
        assert_eq!(told(Grants::all()), ["*"]);
        assert_eq!(told(Grants::none().allow("data:read")), ["data:read"]);
        assert_eq!(told(Grants::same_user()), [INTROSPECT], "one of two");
        assert_eq!(told(Grants::all().deny(INTROSPECT)), ["data:read"]);
    }

    #[test]
    fn watching_the_others_takes_a_grant_of_its_own() {
        let tapped = || Arc::new(Needs::new(vec![Need::to_use("plain:call", None)], []).with_tap());
        let access = |grants| made_of(&tapped(), grants);
        assert!(!access(Grants::same_user()).allows(2));
        assert_eq!(access(Grants::same_user()).permissions(), [INTROSPECT, "plain:call"], "all, but for that");
        assert!(access(Grants::same_user().allow(TAP)).allows(2));
        assert_eq!(access(Grants::all()).permissions(), ["*"]);
        assert!(!access(Grants::all().deny(TAP)).allows(2));
    }

    #[test]
    fn a_router_that_tells_nobody_what_there_is_grants_nobody_to_ask() {
        let needs = Needs::new(vec![Need::to_use("plain:call", None)], []).without_introspection();
        let told = |grants| made(needs, grants).permissions();
        assert_eq!(told(Grants::none().allow("plain:call").allow(INTROSPECT)), ["*"]);
        let needs = Needs::new(vec![Need::to_use("plain:call", Some("a:b"))], []).without_introspection();
        let told = |grants| made(needs, grants).permissions();
        assert_eq!(told(Grants::same_user()), [""; 0]);
    }

    #[test]
    fn what_is_not_there_is_denied_unless_the_name_would_be_granted() {
        assert!(access(Grants::same_user()).allows_unknown("any:thing"));
        assert!(access(Grants::none().allow("data:*")).allows_unknown("data:thing"));
        assert!(!access(Grants::none().allow("data:*")).allows_unknown("any:thing"));
        assert!(!access(Grants::none()).allows_unknown("any:thing"));
    }
}
