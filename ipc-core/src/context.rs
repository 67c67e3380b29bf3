//! What a handler can learn of the call it answers.

use std::sync::Arc;

use tokio::time::Instant;

use crate::failure::Failure;
use crate::peer::Peer;
use crate::state::{Requirements, States};

/// The call that a handler answers: its channel and its peer.
///
/// As a parameter of a handler it does not travel. A clone is one reference count.
#[derive(Debug, Clone)]
pub struct Context {
    session: Arc<Session>,
    channel: &'static str,
    deadline: Option<Instant>,
}

/// What the calls of one connection have in common.
#[derive(Debug)]
struct Session {
    states: Arc<States>,
    peer: Peer,
}

impl Context {
    pub(crate) fn new(states: Arc<States>, peer: Peer) -> Self {
        Self { session: Arc::new(Session { states, peer }), channel: "", deadline: None }
    }

    pub(crate) fn enter(&mut self, channel: &'static str, deadline: Option<Instant>) {
        self.channel = channel;
        self.deadline = deadline;
    }

    /// The channel that was called.
    pub fn channel(&self) -> &'static str {
        self.channel
    }

    /// The time by which the call must be answered, if it has one: the caller's deadline, or the handler's own
    /// `timeout`, whichever is earlier. The handler's future is dropped then. Calls that the handler makes itself are
    /// bound by it without further ado.
    pub fn deadline(&self) -> Option<Instant> {
        self.deadline
    }

    /// Who called.
    pub fn peer(&self) -> &Peer {
        &self.session.peer
    }

    pub(crate) fn states(&self) -> &States {
        &self.session.states
    }
}

/// A parameter that is made from the call's [`Context`] instead of travelling: [`State`](crate::State), [`Context`],
/// [`Peer`], and whatever a `#[context]` parameter names.
///
/// ```
/// use ipc_core::{Context, Failure, FromContext};
///
/// /// The user that the peer's process runs as.
/// struct Uid(u32);
///
/// impl FromContext for Uid {
///     fn from_context(cx: &Context) -> Result<Self, Failure> {
///         cx.peer().uid().map(Uid).ok_or_else(|| Failure::new("NO_USER", "this transport does not tell the user"))
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be made from the context of a call",
    label = "this parameter neither travels nor comes from the context",
    note = "implement `FromContext` for it, or take `#[context]` off the parameter to let it travel in the payload"
)]
pub trait FromContext: Sized {
    /// Makes the value for one call.
    ///
    /// # Errors
    ///
    /// What the client is answered when the value cannot be had. The handler does not run then.
    fn from_context(cx: &Context) -> Result<Self, Failure>;

    /// Declares what the value needs from the router.
    fn requirements(needs: &mut Requirements) {
        let _: &mut Requirements = needs;
    }
}

impl FromContext for Context {
    fn from_context(cx: &Context) -> Result<Self, Failure> {
        Ok(cx.clone())
    }
}

impl FromContext for Peer {
    fn from_context(cx: &Context) -> Result<Self, Failure> {
        Ok(cx.peer().clone())
    }
}
