//! What a peer that comes in is granted: by the token that it shows, or by who it is.

use std::fmt;
use std::sync::Arc;

use ipc_core::{Access, Failure, Grants, GrantsError, Peer, Router, code};

use crate::token::issued::{Issued, Refusal, Tokens};
use crate::token::{Presented, TokenId};

/// What a peer is told whose token is not taken, for whatever reason.
const NOT_TAKEN: &str = "the token is not valid";

/// What a server grants those who come in.
#[derive(Debug, Default)]
pub(crate) struct Granting {
    pub(crate) tokens: Tokens,
    pub(crate) policy: Policy,
}

/// What those are granted who show no token.
#[derive(Clone)]
pub(crate) enum Policy {
    /// The same to all of the same user.
    SameUser(Grants),
    /// What a function says of each.
    Each(Arc<dyn Fn(&Peer) -> Grants + Send + Sync>),
}

impl Default for Policy {
    fn default() -> Self {
        Self::SameUser(Grants::same_user())
    }
}

impl fmt::Debug for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SameUser(grants) => f.debug_tuple("SameUser").field(grants).finish(),
            Self::Each(_) => f.debug_tuple("Each").finish_non_exhaustive(),
        }
    }
}

/// What a peer came in with.
#[derive(Debug)]
pub(crate) struct Admitted {
    pub(crate) access: Access,
    /// The token that it showed.
    pub(crate) token: Option<Arc<Issued>>,
}

/// Why a peer does not come in.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotAdmitted {
    /// Its token is not taken.
    #[error("its token was refused: {0}")]
    Token(Refusal),
    /// What the application grants it, it cannot grant.
    #[error(transparent)]
    Grants(GrantsError),
}

impl NotAdmitted {
    /// What the peer is told.
    pub(crate) fn failure(&self) -> Failure {
        match self {
            Self::Token(_) => Failure::new(code::DENIED, NOT_TAKEN),
            Self::Grants(_) => Failure::internal(self),
        }
    }
}

impl Policy {
    /// What a peer is granted that shows no token. A peer of another user has nothing by itself; one whose user the
    /// transport cannot tell was brought in by the application, and counts as one of the same.
    pub(crate) fn of(&self, peer: &Peer) -> Grants {
        match self {
            Self::SameUser(grants) if is_same_user(peer) => grants.clone(),
            Self::SameUser(_) => Grants::none(),
            Self::Each(grants) => grants(peer),
        }
    }
}

impl Granting {
    /// What a peer comes in with that may have shown a token.
    ///
    /// # Errors
    ///
    /// Why it does not come in; the log has been told.
    pub(crate) fn admit(
        &self,
        router: &Router,
        peer: &Peer,
        presented: Option<&Presented>,
    ) -> Result<Admitted, NotAdmitted> {
        let (token, grants) = match presented.map(|presented| self.tokens.redeem(presented)) {
            None => (None, self.policy.of(peer)),
            Some(Ok((token, grants))) => (Some(token), grants),
            Some(Err(why)) => {
                let id = presented.and_then(|presented| crate::token::Token::parts(&presented.0)).map(|(id, _)| id);
                let token = id.as_ref().map_or_else(String::new, TokenId::to_string);
                tracing::warn!(?peer, token, %why, "a peer showed a token that is not taken");
                return Err(NotAdmitted::Token(why));
            }
        };
        match router.access(grants, peer) {
            Ok(access) => Ok(Admitted { access, token }),
            Err(error) => {
                tracing::error!(?peer, %error, "what a peer is granted cannot be granted, so it does not come in");
                Err(NotAdmitted::Grants(error))
            }
        }
    }
}

#[cfg(unix)]
fn is_same_user(peer: &Peer) -> bool {
    peer.uid().is_none_or(|uid| uid == rustix::process::geteuid().as_raw())
}

/// Only the owner opens a pipe, and a pipe tells of no user.
#[cfg(not(unix))]
fn is_same_user(peer: &Peer) -> bool {
    peer.uid().is_none()
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_peer_of_another_user_has_nothing_by_itself() {
        let own = rustix::process::geteuid().as_raw();
        let policy = Policy::default();
        assert_eq!(policy.of(&Peer::unknown().with_user(own, 0)), Grants::same_user());
        assert_eq!(policy.of(&Peer::unknown()), Grants::same_user());
        assert_eq!(policy.of(&Peer::unknown().with_user(own + 1, 0)), Grants::none());
        let to_all = Policy::SameUser(Grants::all());
        assert_eq!(to_all.of(&Peer::unknown().with_user(own + 1, 0)), Grants::none());
        let each = Policy::Each(Arc::new(|peer| if peer.uid() == Some(7) { Grants::all() } else { Grants::none() }));
        assert_eq!(each.of(&Peer::unknown().with_user(7, 7)), Grants::all());
        assert_eq!(each.of(&Peer::unknown()), Grants::none());
    }
}
