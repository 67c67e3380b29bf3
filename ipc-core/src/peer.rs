//! Who is at the other end of a connection.

/// The process at the other end of a connection, as the operating system vouches for it.
///
/// What the transport cannot tell is `None`: a named pipe has no user id, an in-memory connection has nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Peer {
    pid: Option<u32>,
    uid: Option<u32>,
    gid: Option<u32>,
}

impl Peer {
    /// A peer of which nothing is known: this process itself, or one behind a transport that cannot tell.
    pub const fn unknown() -> Self {
        Self { pid: None, uid: None, gid: None }
    }

    /// The same peer with its process id.
    #[must_use]
    pub const fn with_pid(mut self, pid: u32) -> Self {
        self.pid = Some(pid);
        self
    }

    /// The same peer with the effective user and group of its process.
    #[must_use]
    pub const fn with_user(mut self, uid: u32, gid: u32) -> Self {
        self.uid = Some(uid);
        self.gid = Some(gid);
        self
    }

    /// The process id of the peer when it connected.
    pub const fn pid(&self) -> Option<u32> {
        self.pid
    }

    /// The effective user id of the peer when it connected.
    pub const fn uid(&self) -> Option<u32> {
        self.uid
    }

    /// The effective group id of the peer when it connected.
    pub const fn gid(&self) -> Option<u32> {
        self.gid
    }
}
