//! Whom a server lets in, before it reads a byte of what they send.

use std::fmt;
use std::sync::Arc;

use ipc_core::Peer;

use crate::server::ServerBuilder;

/// What the application says of a peer, beside its user.
type Check = Arc<dyn Fn(&Peer) -> Result<(), String> + Send + Sync>;

/// Who may connect to a socket at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    /// The user that the server runs as.
    Owner,
    /// Besides, those of one group.
    Group(u32),
    /// Everybody: the server sorts them out.
    Everybody,
}

/// The users and groups that a server lets in beside its own user, and what else must be true of every peer.
#[derive(Clone, Default)]
pub(crate) struct Admission {
    uids: Vec<u32>,
    gids: Vec<u32>,
    any_user: bool,
    checks: Vec<Check>,
}

/// Why a peer is not let in.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refused {
    #[error("its user and groups are not among those that the server allows")]
    User,
    #[error("the application's check refused it: {0}")]
    Check(String),
}

impl Admission {
    #[cfg(any(unix, test))]
    pub(crate) fn allow_uid(&mut self, uid: u32) {
        self.uids.push(uid);
    }

    #[cfg(any(unix, test))]
    pub(crate) fn allow_gid(&mut self, gid: u32) {
        self.gids.push(gid);
    }

    #[cfg(any(unix, test))]
    pub(crate) fn allow_any_user(&mut self) {
        self.any_user = true;
    }

    pub(crate) fn check_with<E: fmt::Display>(
        &mut self,
        check: impl Fn(&Peer) -> Result<(), E> + Send + Sync + 'static,
    ) {
        self.checks.push(Arc::new(move |peer| check(peer).map_err(|reason| reason.to_string())));
    }

    /// Who must be able to connect, so that those can come whom this lets in.
    pub(crate) fn reach(&self) -> Reach {
        match (self.any_user, self.uids.as_slice(), self.gids.as_slice()) {
            (false, [], []) => Reach::Owner,
            (false, [], [gid]) => Reach::Group(*gid),
            _ => Reach::Everybody,
        }
    }

    /// Whether it matters in which groups a peer is.
    #[cfg(unix)]
    pub(crate) fn asks_for_groups(&self) -> bool {
        !self.gids.is_empty() || !self.checks.is_empty()
    }

    /// Whether `peer` comes in, to a server that runs as the user `own`.
    ///
    /// Of a peer without a user the transport cannot tell one: the system let nobody else connect, or the application
    /// made the connection itself. So it did where a peer has a user, and the platform knows none by number.
    pub(crate) fn admit(&self, peer: &Peer, own: Option<u32>) -> Result<(), Refused> {
        if let (Some(uid), Some(own)) = (peer.uid(), own) {
            let listed = own == uid || self.any_user || self.uids.contains(&uid);
            if !listed && !self.gids.iter().any(|gid| is_in_group(peer, *gid)) {
                return Err(Refused::User);
            }
        }
        self.checks.iter().try_for_each(|check| check(peer)).map_err(Refused::Check)
    }
}

fn is_in_group(peer: &Peer, gid: u32) -> bool {
    peer.gid() == Some(gid) || peer.groups().is_some_and(|groups| groups.contains(&gid))
}

/// Whom a server lets in.
impl ServerBuilder {
    /// Lets in the peers of this user as well, beside those of the server's own.
    ///
    /// Its own user's peers are the only ones that a server lets in by itself, before it reads a byte from them; others
    /// are told `DENIED`, and the log is told who they are. What opens a server to other users needs an endpoint that they
    /// can reach: the path of a socket in a folder that the application made for that, or an inherited socket. A socket at
    /// a path then has the mode 0666, and the kernel's word on who connects decides; with [`allow_gid`](Self::allow_gid)
    /// once, and nothing else of this kind, it has the mode 0660 and that group.
    ///
    /// Who comes in may use nothing by that: peers of other users are granted what
    /// [`grants_for`](Self::grants_for) says, or what their token does.
    ///
    /// On Windows a pipe is its owner's alone, and this does not exist.
    #[cfg(unix)]
    pub fn allow_uid(mut self, uid: u32) -> Self {
        self.admission.allow_uid(uid);
        self
    }

    /// Lets in the peers of this group as well: those whose effective group it is and, where the platform tells
    /// ([`Peer::groups`]), those that are in it besides. See [`allow_uid`](Self::allow_uid).
    #[cfg(unix)]
    pub fn allow_gid(mut self, gid: u32) -> Self {
        self.admission.allow_gid(gid);
        self
    }

    /// Lets in the peers of every user: for a service of the whole machine, which gives its rights in its handlers. See
    /// [`allow_uid`](Self::allow_uid).
    #[cfg(unix)]
    pub fn allow_any_user(mut self) -> Self {
        self.admission.allow_any_user();
        self
    }

    /// Has every peer checked by the application as well, before a byte is read from it: one that this answers with an
    /// error is told `DENIED`, and the log is told the error.
    ///
    /// It narrows what users and groups allow, and opens nothing; where there are several, all must be content. It runs on
    /// the runtime's threads, and should be quick. A process id tells who connected, not who writes now: another process
    /// may have the socket, or the number.
    ///
    /// ```
    /// # fn bind() -> ipc_transport::ServerBuilder {
    /// ipc_transport::Server::bind("my-app").accept_peer(|peer| match peer.pid() {
    ///     Some(pid) if pid != std::process::id() => Ok(()),
    ///     _ => Err("it is this process itself"),
    /// })
    /// # }
    /// ```
    pub fn accept_peer<E: fmt::Display>(
        mut self,
        check: impl Fn(&Peer) -> Result<(), E> + Send + Sync + 'static,
    ) -> Self {
        self.admission.check_with(check);
        self
    }
}

impl fmt::Debug for Admission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { uids, gids, any_user, checks } = self;
        let mut shown = f.debug_struct("Admission");
        shown.field("uids", uids).field("gids", gids).field("any_user", any_user).field("checks", &checks.len());
        shown.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWN: Option<u32> = Some(1000);

    fn user(uid: u32, gid: u32) -> Peer {
        Peer::unknown().with_user(uid, gid)
    }

    #[test]
    fn only_the_servers_own_user_comes_in_unless_others_are_allowed() {
        let admission = Admission::default();
        assert_eq!(admission.admit(&user(1000, 5), OWN), Ok(()));
        for uid in [0, 1001, u32::MAX] {
            assert_eq!(admission.admit(&user(uid, 1000), OWN), Err(Refused::User), "{uid}");
        }
        assert_eq!(admission.reach(), Reach::Owner);
    }

    #[test]
    fn users_and_groups_are_allowed_one_by_one() {
        let mut admission = Admission::default();
        admission.allow_gid(7);
        assert_eq!(admission.reach(), Reach::Group(7));
        assert_eq!(admission.admit(&user(1, 7), OWN), Ok(()));
        assert_eq!(admission.admit(&user(1, 6).with_groups(&[8, 7]), OWN), Ok(()));
        assert_eq!(admission.admit(&user(7, 6).with_groups(&[8]), OWN), Err(Refused::User));
        admission.allow_uid(2);
        assert_eq!(admission.reach(), Reach::Everybody);
        assert_eq!(admission.admit(&user(2, 6), OWN), Ok(()));
        assert_eq!(admission.admit(&user(3, 2), OWN), Err(Refused::User));
        assert_eq!(admission.admit(&user(1000, 2), OWN), Ok(()));
    }

    #[test]
    fn everybody_is_allowed_where_the_server_says_so() {
        let mut admission = Admission::default();
        admission.allow_any_user();
        assert_eq!(admission.reach(), Reach::Everybody);
        assert_eq!(admission.admit(&user(7, 7), OWN), Ok(()));
    }

    #[test]
    fn where_users_have_no_numbers_whoever_makes_a_connection_vouches_for_them() {
        assert_eq!(Admission::default().admit(&user(7, 7), None), Ok(()));
    }

    #[test]
    fn a_check_narrows_what_is_allowed_and_opens_nothing() {
        let mut admission = Admission::default();
        admission.check_with(|peer| if peer.pid() == Some(9) { Ok(()) } else { Err("it is not number nine") });
        assert_eq!(admission.reach(), Reach::Owner);
        assert_eq!(admission.admit(&user(1000, 5).with_pid(9), OWN), Ok(()));
        assert_eq!(admission.admit(&user(1001, 5).with_pid(9), OWN), Err(Refused::User));
        let refused = Err(Refused::Check("it is not number nine".to_owned()));
        assert_eq!(admission.admit(&user(1000, 5).with_pid(8), OWN), refused);
        // A peer without a user is the system's or the application's to vouch for, and is checked like any other.
        assert_eq!(admission.admit(&Peer::unknown().with_pid(9), OWN), Ok(()));
        assert_eq!(admission.admit(&Peer::unknown(), OWN), refused);
    }
}
