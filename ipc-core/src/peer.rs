//! Who is at the other end of a connection.

use std::fmt;
use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::body::Body;
use crate::event::Event;
use crate::event::any::AnySubscription;
use crate::event::subscribe::{Subscribe, SubscribeError, SubscribeOptions, Subscribing};
use crate::event::subscription::Subscription;
use crate::grants::access::Access;
use crate::grants::{Grants, SetGrantsError};
use crate::handler::Request;
use crate::invoke::{Invoke, InvokeError, read_published, read_response};
use crate::json::write_json;
use crate::remote::{Outbound, Remote};
use crate::streaming::{InvokeStream, ItemStream, StreamRequest};

/// The process at the other end of a connection, as the operating system vouches for it, and the way to it.
///
/// What the transport cannot tell is `None`: a named pipe has no user id, an in-memory connection has nothing.
///
/// A connection works both ways. A peer that serves a router itself can be called: `peer.invoke(confirm { … }).await?`,
/// from a handler that answers it, or from anywhere with a clone that was kept. A clone does not keep the connection;
/// when that is gone, calls answer [`InvokeError::Disconnected`].
#[derive(Clone, Default)]
pub struct Peer {
    /// What was said of it, instead of what its connection knows.
    who: Option<Arc<Who>>,
    remote: Option<Arc<dyn Remote>>,
}

/// What is known of a process. A connection keeps it, so that those who hold its peer need not.
#[derive(Clone, Default)]
pub struct Who {
    pid: Option<u32>,
    uid: Option<u32>,
    gid: Option<u32>,
    /// Mostly nobody asks for them.
    groups: Option<Arc<Vec<u32>>>,
}

/// A process of which nothing is known.
static NOBODY: Who = Who { pid: None, uid: None, gid: None, groups: None };

impl Peer {
    /// A peer of which nothing is known: this process itself, or one behind a transport that cannot tell.
    pub const fn unknown() -> Self {
        Self { who: None, remote: None }
    }

    /// The same peer with its process id.
    #[must_use]
    pub fn with_pid(mut self, pid: u32) -> Self {
        self.who_mut().pid = Some(pid);
        self
    }

    /// The same peer with the effective user and group of its process.
    #[must_use]
    pub fn with_user(mut self, uid: u32, gid: u32) -> Self {
        let who = self.who_mut();
        (who.uid, who.gid) = (Some(uid), Some(gid));
        self
    }

    /// The same peer with the groups of its process beside the effective one.
    #[must_use]
    pub fn with_groups(mut self, groups: &[u32]) -> Self {
        self.who_mut().groups = Some(Arc::new(groups.to_vec()));
        self
    }

    /// The same peer, behind this connection.
    #[doc(hidden)]
    #[must_use]
    pub fn with_remote(mut self, remote: Arc<dyn Remote>) -> Self {
        self.remote = Some(remote);
        self
    }

    /// What is known of it.
    #[doc(hidden)]
    pub fn who(&self) -> &Who {
        match (&self.who, &self.remote) {
            (Some(who), _) => who,
            (None, Some(remote)) => remote.who(),
            (None, None) => &NOBODY,
        }
    }

    fn who_mut(&mut self) -> &mut Who {
        let known = || Arc::new(self.remote.as_ref().map_or_else(Who::default, |remote| remote.who().clone()));
        Arc::make_mut(self.who.get_or_insert_with(known))
    }

    /// What it may use; everything, where there is none.
    pub(crate) fn access(&self) -> Option<&Access> {
        self.remote.as_ref()?.access()
    }

    /// The process id of the peer when it connected.
    pub fn pid(&self) -> Option<u32> {
        self.who().pid
    }

    /// The effective user id of the peer when it connected.
    pub fn uid(&self) -> Option<u32> {
        self.who().uid
    }

    /// The effective group id of the peer when it connected.
    pub fn gid(&self) -> Option<u32> {
        self.who().gid
    }

    /// The ids of the groups that the peer was in when it connected, beside the effective one; `None` where nobody asked or
    /// the platform does not tell.
    ///
    /// A server asks where it allows a group or has a check of its own. Linux tells from 6.5 on, if `/proc` does not hide
    /// other users' processes; macOS and FreeBSD tell 15 of them.
    pub fn groups(&self) -> Option<&[u32]> {
        self.who().groups.as_deref().map(Vec::as_slice)
    }

    /// What the peer may use of the router that serves it; `None` where it is this process itself, which may use
    /// everything.
    pub fn grants(&self) -> Option<Grants> {
        Some(self.access()?.grants())
    }

    /// Grants the peer this from now on, and nothing else, for as long as the connection lasts: a window that was opened
    /// for another purpose, a user that has logged in.
    ///
    /// What it calls from then on is answered by that. What it reads or sends at that moment and may no longer, streams
    /// and subscriptions, ends with `DENIED`; calls that are answered once are answered. Of a subscription to several
    /// channels, those that may still be read remain. When it is done, nothing of what was taken back is under way any
    /// more but what the peer has been sent already.
    ///
    /// # Errors
    ///
    /// The grants name what is not there, and nothing has changed; or the peer has no connection.
    pub fn set_grants(&self, grants: Grants) -> Result<(), SetGrantsError> {
        let remote = self.remote.as_ref().ok_or(SetGrantsError::Unconnected)?;
        remote.set_grants(grants)
    }

    /// Whether the peer cannot be called: its connection is gone, or it is this process itself.
    pub fn is_closed(&self) -> bool {
        self.remote.as_ref().is_none_or(|remote| remote.why_closed().is_some())
    }

    /// Waits until the peer cannot be called any more, because its connection is gone, and tells why: for a server that
    /// keeps something of each of its peers. A handler is dropped at that moment, so a task of its own waits.
    ///
    /// ```
    /// # use std::collections::HashMap;
    /// # use std::sync::{Arc, Mutex};
    /// # use ipc_core::Peer;
    /// /// Keeps the name of a peer as long as it is there.
    /// fn keep(names: Arc<Mutex<HashMap<u64, String>>>, peer: Peer, name: String) {
    ///     let Some(connection) = peer.connection() else { return };
    ///     names.lock().expect("no holder panics").insert(connection, name);
    ///     tokio::spawn(async move {
    ///         peer.closed().await;
    ///         names.lock().expect("no holder panics").remove(&connection);
    ///     });
    /// }
    /// ```
    ///
    /// # Cancel safety
    ///
    /// Dropping the future loses nothing.
    pub async fn closed(&self) -> String {
        match &self.remote {
            Some(remote) => remote.closed().await.to_string(),
            None => ITSELF.to_owned(),
        }
    }

    /// A number that tells the peer's connection from every other that this process has or had; `None` where there is
    /// none, because the peer is this process itself. The process id does not tell: a process may connect twice.
    pub fn connection(&self) -> Option<u64> {
        self.remote.as_ref().map(|remote| remote.connection())
    }

    /// Calls a handler of the peer.
    ///
    /// # Errors
    ///
    /// The handler's own error as [`InvokeError::Handler`], or why there is no answer.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future cancels the call.
    pub async fn invoke<R>(&self, request: R) -> Result<R::Response, InvokeError<R::Error>>
    where
        R: Request<Response: DeserializeOwned> + Serialize,
    {
        let (remote, outbound) = (self.remote()?, written(R::CHANNEL, request, R::take_upload)?);
        let Body { json, attachments } = remote.call(outbound).await?;
        read_response::<R>(&json, attachments)
    }

    /// Calls a handler of the peer that answers with a stream.
    ///
    /// # Errors
    ///
    /// The request was not sent.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future cancels the call.
    pub async fn stream<R>(&self, request: R) -> Result<ItemStream<R>, InvokeError<R::Error>>
    where
        R: StreamRequest<Item: DeserializeOwned> + Serialize,
    {
        let (remote, outbound) = (self.remote()?, written(R::CHANNEL, request, R::take_upload)?);
        Ok(ItemStream::received(Arc::clone(remote).stream(outbound).await?))
    }

    /// Sends the peer a request that is not answered: whether its handler ran, nobody learns.
    ///
    /// # Errors
    ///
    /// The request was not sent.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future before it is done may send the request, or not.
    pub async fn notify<R>(&self, request: R) -> Result<(), InvokeError>
    where
        R: Request<Response = ()> + Serialize,
    {
        let (remote, outbound) = (self.remote()?, written(R::CHANNEL, request, |_| None)?);
        Ok(remote.notify(outbound).await?)
    }

    /// Publishes an event as if the peer did: one that its router declares as shared.
    ///
    /// # Errors
    ///
    /// The event was not sent, or the peer refused it.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future cancels the call: the event may have been published or not.
    pub async fn publish<E: Event>(&self, event: &E) -> Result<(), InvokeError> {
        let (remote, outbound) = (self.remote()?, written(E::CHANNEL, event, |_| None)?);
        let body = remote.call(outbound).await?;
        read_published(E::CHANNEL, &body.json)
    }

    /// Subscribes to an event of the peer: `peer.subscribe::<StatusChanged>().await?`.
    ///
    /// # Errors
    ///
    /// Why there is no subscription, when this is awaited.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future ends the subscription.
    pub fn subscribe<E: Event + DeserializeOwned>(&self) -> Subscribing<'_, Self, E> {
        Subscribing::new(self)
    }

    /// Subscribes to all events of the peer whose channels begin alike: `jobs:*`, `*`; or to one by its channel's name.
    ///
    /// # Errors
    ///
    /// Why there is no subscription.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future ends the subscription.
    pub async fn subscribe_any(&self, pattern: &str) -> Result<AnySubscription, SubscribeError> {
        let remote = self.remote.as_ref().ok_or_else(|| SubscribeError::Disconnected(ITSELF.to_owned()))?;
        let events = Arc::clone(remote).subscribe(pattern.to_owned(), None).await?;
        Ok(AnySubscription::received(pattern.to_owned(), events))
    }

    fn remote<E>(&self) -> Result<&Arc<dyn Remote>, InvokeError<E>> {
        self.remote.as_ref().ok_or_else(|| InvokeError::Disconnected(ITSELF.to_owned()))
    }
}

/// Why a peer without a connection cannot be called.
const ITSELF: &str = "the peer is this process itself, and has no connection";

impl Subscribe for Peer {
    async fn subscribe_with<E>(&self, options: SubscribeOptions) -> Result<Subscription<E>, SubscribeError>
    where
        E: Event + DeserializeOwned,
    {
        let remote = self.remote.as_ref().ok_or_else(|| SubscribeError::Disconnected(ITSELF.to_owned()))?;
        Ok(Subscription::received(Arc::clone(remote).subscribe(E::CHANNEL.to_owned(), options.key).await?))
    }
}

/// The request as it goes out.
fn written<R: Serialize, E>(
    channel: &'static str,
    mut request: R,
    take_upload: impl FnOnce(&mut R) -> Option<crate::items::Upload>,
) -> Result<Outbound, InvokeError<E>> {
    let upload = take_upload(&mut request);
    let mut body = Body::default();
    body.write(|json| write_json(json, &request)).map_err(|error| InvokeError::Encode(error.to_string()))?;
    Ok(Outbound { channel, body, upload, deadline: None })
}

impl Invoke for Peer {
    async fn invoke<R>(&self, request: R) -> Result<R::Response, InvokeError<R::Error>>
    where
        R: Request<Response: DeserializeOwned> + Serialize,
    {
        Self::invoke(self, request).await
    }
}

impl InvokeStream for Peer {
    async fn stream<R>(&self, request: R) -> Result<ItemStream<R>, InvokeError<R::Error>>
    where
        R: StreamRequest<Item: DeserializeOwned> + Serialize,
    {
        Self::stream(self, request).await
    }
}

impl fmt::Debug for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.who().fmt(f)
    }
}

/// As the peer that it is of.
impl fmt::Debug for Who {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { pid, uid, gid, groups } = self;
        f.debug_struct("Peer")
            .field("pid", pid)
            .field("uid", uid)
            .field("gid", gid)
            .field("groups", groups)
            .finish_non_exhaustive()
    }
}
