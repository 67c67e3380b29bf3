//! What grants come to, by the places of a router's endpoints: once for all connections that are granted the same.

use std::sync::{Arc, Mutex, Weak};

use super::needs::Needs;
use super::{Grants, GrantsError};

/// What the endpoints of a router are granted by some grants.
#[derive(Debug)]
pub(crate) struct Granted {
    needs: Arc<Needs>,
    grants: Grants,
    flags: Box<[bool]>,
}

impl Granted {
    /// # Errors
    ///
    /// The grants name what is not there.
    pub(crate) fn new(needs: &Arc<Needs>, grants: Grants) -> Result<Self, GrantsError> {
        grants.check(needs)?;
        let flags = needs.iter().map(|need| grants.grants_needed(&need.permission, need.is_named)).collect();
        Ok(Self { needs: Arc::clone(needs), grants, flags })
    }

    pub(crate) fn needs(&self) -> &Arc<Needs> {
        &self.needs
    }

    pub(crate) fn grants(&self) -> &Grants {
        &self.grants
    }

    pub(crate) fn into_grants(self) -> Grants {
        self.grants
    }

    /// Whether each endpoint may be used.
    pub(crate) fn flags(&self) -> &[bool] {
        &self.flags
    }
}

/// As many different grants are kept to be shared: an application has a few kinds of peers.
const MOST: usize = 16;

/// What is granted to the peers of one router now. Nothing is kept that no connection has.
#[derive(Debug, Default)]
pub(crate) struct AllGranted(Mutex<Vec<Weak<Granted>>>);

impl AllGranted {
    /// What these grants come to.
    ///
    /// # Errors
    ///
    /// They name what is not there.
    pub(crate) fn of(&self, needs: &Arc<Needs>, grants: Grants) -> Result<Arc<Granted>, GrantsError> {
        let mut all = self.0.lock().expect("nothing panics while it holds what is granted");
        if let Some(same) = all.iter().filter_map(Weak::upgrade).find(|granted| granted.grants == grants) {
            return Ok(same);
        }
        let made = Arc::new(Granted::new(needs, grants)?);
        all.retain(|granted| granted.strong_count() > 0);
        if all.len() < MOST {
            all.push(Arc::downgrade(&made));
        }
        Ok(made)
    }
}

#[cfg(test)]
mod tests {
    use super::super::needs::Need;
    use super::*;

    fn needs() -> Arc<Needs> {
        let names = ["a:a", "a:b", "a:c", "a:d", "a:e", "a:f", "a:g", "a:h", "a:i", "a:j", "a:k", "a:l", "a:m", "a:n"];
        let more = ["b:a", "b:b", "b:c", "b:d"];
        Arc::new(Needs::new(names.iter().chain(&more).map(|name| Need::to_use(name, None)).collect(), []))
    }

    #[test]
    fn what_is_granted_to_several_is_made_once_and_kept_as_long_as_one_has_it() {
        let (all, needs) = (AllGranted::default(), needs());
        let one = all.of(&needs, Grants::same_user()).expect("grants");
        assert!(Arc::ptr_eq(&one, &all.of(&needs, Grants::same_user()).expect("grants")));
        let other = all.of(&needs, Grants::none().allow("a:a")).expect("grants of what is there");
        assert!(!Arc::ptr_eq(&one, &other));
        assert_eq!((one.flags().first(), other.flags().get(1)), (Some(&true), Some(&false)));
        assert!(all.of(&needs, Grants::none().allow("a:z")).is_err());
        drop(one);
        drop(other);
        all.of(&needs, Grants::all()).expect("grants");
        assert_eq!(all.0.lock().expect("nobody panicked").len(), 1, "what nobody has is not kept");
    }

    #[test]
    fn no_more_different_grants_are_kept_than_may_be() {
        let (all, needs) = (AllGranted::default(), needs());
        let granted: Vec<_> =
            needs.iter().map(|need| all.of(&needs, Grants::none().allow(need.channel)).expect("grants")).collect();
        assert!(granted.len() > MOST);
        assert_eq!(all.0.lock().expect("nobody panicked").len(), MOST);
    }
}
