//! Grants: what a peer may use, said in permissions.
//!
//! [`needs`] is the other half: the permission that each endpoint of a router needs. [`granted`] holds one against the
//! other, once for all connections that are granted the same, and [`access`] is that of one of them: a call costs one look at
//! a flag.

pub(crate) mod access;
#[cfg(feature = "capabilities")]
pub(crate) mod capabilities;
mod check;
pub(crate) mod granted;
pub(crate) mod needs;
mod pattern;

pub use check::{GrantProblem, GrantsError, SetGrantsError};
pub use pattern::PatternError;

/// The permission that a peer needs to be told what channels there are.
///
/// It counts as one that nobody named: a peer of the same user has it, unless it is denied.
pub const INTROSPECT: &str = "ipc:introspect";

/// The permission that a peer needs to watch what others say, where the router [lets anybody](crate::Router::tap).
///
/// It counts as one that was named: nobody has it who was not granted it.
pub const TAP: &str = "ipc:tap";

/// What a peer may use: permissions that it is granted, and some that it is denied all the same.
///
/// A permission is written out, `data:read`, or stands with all that begin alike for a pattern: `data:*`, or `*` for
/// all. What is denied is denied, whatever else is granted.
///
/// ```
/// use ipc_core::Grants;
///
/// let window = Grants::none().allow("settings:*").deny("settings:reset");
/// assert!(window.grants("settings:read"));
/// assert!(!window.grants("settings:reset"));
/// assert!(!window.grants("data:read"));
/// ```
///
/// A pattern that is malformed, or that names nothing of the router it is used with, is an error there: a letter that is
/// missing in what is denied would grant it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Grants {
    allow: Vec<String>,
    deny: Vec<String>,
    same_user: bool,
}

impl Grants {
    /// Nothing.
    pub const fn none() -> Self {
        Self { allow: Vec::new(), deny: Vec::new(), same_user: false }
    }

    /// Everything.
    pub fn all() -> Self {
        Self::none().allow("*")
    }

    /// What a peer of the same user has by itself: everything that names no permission of its own.
    pub const fn same_user() -> Self {
        Self { allow: Vec::new(), deny: Vec::new(), same_user: true }
    }

    /// Grants a permission too, or all that a pattern names: `data:read`, `data:*`, `*`.
    #[must_use]
    pub fn allow(mut self, permission: impl Into<String>) -> Self {
        self.allow.push(permission.into());
        self
    }

    /// Denies a permission, or all that a pattern names, whatever grants it.
    #[must_use]
    pub fn deny(mut self, permission: impl Into<String>) -> Self {
        self.deny.push(permission.into());
        self
    }

    /// What is granted by name.
    pub fn allowed(&self) -> impl ExactSizeIterator<Item = &str> {
        self.allow.iter().map(String::as_str)
    }

    /// What is denied.
    pub fn denied(&self) -> impl ExactSizeIterator<Item = &str> {
        self.deny.iter().map(String::as_str)
    }

    /// Whether everything is granted that names no permission of its own, beside what is granted by name.
    pub const fn grants_unnamed(&self) -> bool {
        self.same_user
    }

    /// Whether a permission is granted by name, `data:read` say, and not denied.
    pub fn grants(&self, permission: &str) -> bool {
        self.grants_needed(permission, true)
    }

    /// Whether what needs this permission may be used; `is_named` tells whether it names the permission itself.
    pub(crate) fn grants_needed(&self, permission: &str, is_named: bool) -> bool {
        let names = |pattern: &String| pattern::matches(pattern, permission);
        let allowed = (self.same_user && !is_named) || self.allow.iter().any(names);
        allowed && !self.deny.iter().any(names)
    }

    /// Whether the peer may be told what channels there are.
    pub fn grants_introspection(&self) -> bool {
        self.grants_needed(INTROSPECT, false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_denied_is_denied_whatever_grants_it() {
        for grants in [Grants::all(), Grants::none().allow("data:*"), Grants::none().allow("data:delete")] {
            assert!(grants.grants("data:delete"));
            for denied in ["data:delete", "data:*", "*"] {
                assert!(!grants.clone().deny(denied).grants("data:delete"), "{grants:?} without {denied}");
                assert!(!Grants::none().deny(denied).allow("data:delete").grants("data:delete"), "in either order");
            }
        }
    }

    #[test]
    fn a_peer_of_the_same_user_has_what_names_no_permission() {
        let grants = Grants::same_user();
        assert!(grants.grants_needed("data:fetch", false));
        assert!(!grants.grants_needed("data:fetch", true));
        assert!(!grants.clone().deny("data:*").grants_needed("data:fetch", false));
        assert!(grants.allow("data:fetch").grants_needed("data:fetch", true));
    }

    #[test]
    fn introspection_is_a_permission_like_others() {
        assert!(Grants::same_user().grants_introspection());
        assert!(Grants::all().grants_introspection());
        assert!(Grants::none().allow(INTROSPECT).grants_introspection());
        assert!(!Grants::none().allow("data:*").grants_introspection());
        assert!(!Grants::same_user().deny("ipc:*").grants_introspection());
    }
}
