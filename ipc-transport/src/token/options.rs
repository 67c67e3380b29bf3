//! What a token grants, and how long and how often.

use std::time::Duration;

use ipc_core::Grants;

/// What a token grants, and for how long and how often it does.
///
/// Where nothing more is said, `Grants` stand in its place: the token then holds until it is revoked, or the server ends.
///
/// ```
/// use std::time::Duration;
/// use ipc_core::Grants;
/// use ipc_transport::TokenOptions;
///
/// let window = Grants::none().allow("settings:*");
/// let options = TokenOptions::new(window).one_use().expires_in(Duration::from_secs(10));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub struct TokenOptions {
    pub(super) grants: Grants,
    pub(super) expires_in: Option<Duration>,
    pub(super) one_use: bool,
}

impl TokenOptions {
    /// A token that grants this, and nothing else.
    pub const fn new(grants: Grants) -> Self {
        Self { grants, expires_in: None, one_use: false }
    }

    /// For so long a connection can begin with the token. Those that have begun keep their grants; revoking the token
    /// ends these too.
    pub const fn expires_in(mut self, time: Duration) -> Self {
        self.expires_in = Some(time);
        self
    }

    /// One connection can begin with the token: who finds it afterwards has nothing of it.
    pub const fn one_use(mut self) -> Self {
        self.one_use = true;
        self
    }

    pub(crate) const fn grants(&self) -> &Grants {
        &self.grants
    }
}

impl From<Grants> for TokenOptions {
    fn from(grants: Grants) -> Self {
        Self::new(grants)
    }
}
