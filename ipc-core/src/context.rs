//! What a handler can learn of the call it answers.

use std::sync::{Arc, Mutex, OnceLock};

use tokio::time::Instant;

use crate::cancellation::Cancellation;
use crate::detached::{self, Detached};
use crate::event::hub::{Hub, PublishError};
use crate::event::publisher::Publisher;
use crate::event::{Event, NeverWaits};
use crate::failure::Failure;
use crate::grants::access::Access;
use crate::items::ReceiveItems;
use crate::peer::Peer;
use crate::state::{Requirements, States};

/// The call that a handler answers: its channel and its peer.
///
/// As a parameter of a handler it does not travel. A clone is two reference counts or three, and stands for the same call.
#[derive(Debug, Clone)]
pub struct Context {
    shared: Arc<Shared>,
    peer: Peer,
    channel: &'static str,
    /// Where the channel stands among those of its router.
    place: usize,
    deadline: Option<Instant>,
    /// Made for the calls whose handlers ask for it.
    scope: OnceLock<Arc<CallScope>>,
}

/// What the calls of all peers have in common that one router answers.
#[derive(Debug, Default)]
pub(crate) struct Shared {
    pub(crate) states: States,
    pub(crate) hub: Arc<Hub>,
    pub(crate) detached: Arc<Detached>,
}

/// What belongs to one call, for as long as somebody works at it.
#[derive(Debug, Default)]
pub(crate) struct CallScope {
    pub(crate) cancellation: Cancellation,
    incoming: Mutex<Option<Box<dyn ReceiveItems>>>,
}

impl Context {
    pub(crate) fn new(shared: Arc<Shared>, peer: Peer) -> Self {
        Self { shared, peer, channel: "", place: 0, deadline: None, scope: OnceLock::new() }
    }

    pub(crate) fn enter(&mut self, channel: &'static str, place: usize, deadline: Option<Instant>) {
        self.channel = channel;
        self.place = place;
        self.deadline = deadline;
        self.scope = OnceLock::new();
    }

    /// The context of the call that was [entered](Self::enter), apart from that of its connection. What belongs to the call
    /// goes with it.
    #[inline]
    pub(crate) fn take(&mut self) -> Self {
        let Self { shared, peer, channel, place, deadline, scope } = self;
        let (shared, peer) = (Arc::clone(shared), peer.clone());
        Self { shared, peer, channel, place: *place, deadline: *deadline, scope: std::mem::take(scope) }
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
        &self.peer
    }

    /// Waits until nobody waits for the answer any more: the caller dropped the call, its deadline passed, or the
    /// connection is gone. It goes on waiting for ever once the call has been answered.
    ///
    /// The handler's own future is dropped at that moment, so this is for what outlives it: a handler that is
    /// `detached`, and the tasks and threads that a handler starts with a clone of its context.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future loses nothing.
    pub async fn cancelled(&self) {
        self.scope().cancellation.cancelled().await;
    }

    /// Whether nobody waits for the answer any more: for a `blocking` handler, which no one can stop from outside.
    pub fn is_cancelled(&self) -> bool {
        self.scope.get().is_some_and(|scope| scope.cancellation.is_cancelled())
    }

    /// Publishes an event to all who subscribe to it, and waits for nobody.
    ///
    /// # Errors
    ///
    /// The router does not declare the event, or the event cannot be written as JSON.
    pub fn publish<E: NeverWaits>(&self, event: &E) -> Result<(), PublishError> {
        self.shared.hub.publish(event)
    }

    /// Publishes an event, and waits until each subscriber has room for it if its lag is [`Wait`](crate::Lag::Wait).
    ///
    /// # Errors
    ///
    /// The router does not declare the event, or the event cannot be written as JSON.
    ///
    /// # Cancel safety
    ///
    /// As for [`Publisher::publish_and_wait`].
    pub async fn publish_and_wait<E: Event>(&self, event: &E) -> Result<(), PublishError> {
        self.shared.hub.publish_and_wait(event).await
    }

    /// What publishes events beyond this call.
    pub fn publisher(&self) -> Publisher {
        Publisher::new(Arc::clone(&self.shared.hub))
    }

    /// Where the channel that was called stands among those of its router.
    #[doc(hidden)]
    pub fn place(&self) -> usize {
        self.place
    }

    /// What the peer is answered that may not use the endpoint at this place.
    pub(crate) fn denied(&self, place: usize) -> Option<Failure> {
        let access = self.access()?;
        if access.allows(place) { None } else { Some(access.deny(place)) }
    }

    /// What the peer is answered that may not learn that a channel is not there.
    pub(crate) fn denied_unknown(&self, name: &str) -> Option<Failure> {
        let access = self.access()?;
        if access.allows_unknown(name) { None } else { Some(access.deny_unknown(name)) }
    }

    /// Where it stands what it takes to publish the event with this number.
    pub(crate) fn place_of_publishing(&self, number: usize) -> usize {
        self.access().map_or(0, |access| access.place_of_publishing(number))
    }

    /// What the peer may use; everything, where there is none.
    pub(crate) fn access(&self) -> Option<&Access> {
        self.peer.access()
    }

    pub(crate) fn states(&self) -> &States {
        &self.shared.states
    }

    /// Counts a handler that finishes whether anybody waits for it or not.
    pub(crate) fn begin_detached(&self) -> detached::Running {
        self.shared.detached.begin()
    }

    /// The items that the caller sends beside its request.
    pub(crate) fn set_incoming(&self, items: Box<dyn ReceiveItems>) {
        *self.scope().incoming.lock().expect("nothing panics while it holds the items") = Some(items);
    }

    pub(crate) fn take_incoming(&self) -> Option<Box<dyn ReceiveItems>> {
        self.scope.get()?.incoming.lock().expect("nothing panics while it holds the items").take()
    }

    /// What belongs to this call, where its handler asked for something of the kind.
    pub(crate) fn take_scope(&mut self) -> Option<Arc<CallScope>> {
        self.scope.take()
    }

    fn scope(&self) -> &CallScope {
        self.scope.get_or_init(Arc::default)
    }
}

/// A parameter that is made from the call's [`Context`] instead of travelling: [`State`](crate::State), [`Context`],
/// [`Peer`], [`Publisher`], and whatever a `#[context]` parameter names.
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
        // Whoever holds the context may ask later whether the call was cancelled.
        cx.scope();
        Ok(cx.clone())
    }
}

impl FromContext for Peer {
    fn from_context(cx: &Context) -> Result<Self, Failure> {
        Ok(cx.peer().clone())
    }
}
