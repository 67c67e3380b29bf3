//! The calling side.

mod any;
mod contract;

use std::sync::{Arc, LazyLock};
use std::task::{self, Poll};
use std::time::Duration;

use ipc_core::channel::MAX_CHANNEL_BYTES;
use ipc_core::{
    AnySubscription, Body, Contract, Event, Failure, Grants, Invoke, InvokeError, InvokeStream, ItemStream, Peer,
    ReceiveEvents, ReceiveItems, Received, ReceivedEvent, Request, Router, StreamRequest, Subscribe, SubscribeError,
    SubscribeOptions, Subscribing, Subscription, code, read_published, read_response, write_json,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::io::AsyncWriteExt as _;
use tokio::time::Instant;

use crate::connect::ConnectError;
use crate::driver::Driver;
use crate::endpoint::Endpoint;
use crate::events;
use crate::granting::{Admitted, Policy};
use crate::handshake;
use crate::hello::Hello;
use crate::instance;
use crate::limits::Limits;
use crate::link::{Asked, Link};
use crate::local;
use crate::token::Token;
use crate::transport::Transport;

pub use contract::Mismatch;

/// A connection to a server. A clone uses the same connection, on which any number of calls may be in flight.
///
/// The connection ends when the last clone is dropped.
#[derive(Debug, Clone)]
pub struct Client {
    shared: Arc<Shared>,
    timeout: Option<Duration>,
}

#[derive(Debug)]
struct Shared {
    link: Arc<Link>,
    peer: Peer,
    /// What the server said of itself.
    server: Arc<Hello>,
}

impl Drop for Shared {
    fn drop(&mut self) {
        self.link.stop();
    }
}

impl Client {
    /// Connects to the server that listens at `endpoint`: a name, a path, or a place in memory.
    ///
    /// ```no_run
    /// # async fn run() -> Result<(), ipc_transport::ConnectError> {
    /// let client = ipc_transport::Client::connect("my-app").await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// Nobody listens there, or somebody who is not such a server.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future drops the connection.
    pub async fn connect(endpoint: impl Into<Endpoint>) -> Result<Self, ConnectError> {
        Self::builder().connect(endpoint).await
    }

    /// A client with other limits than the default ones.
    pub fn builder() -> ClientBuilder {
        ClientBuilder::default()
    }

    /// The same connection, for calls that must be answered within `timeout`: `client.timeout(d).invoke(…)` for one
    /// call, or kept for many. The time that remains travels with a call; when it is over, the call fails with the code
    /// `TIMEOUT` and its handler is dropped. A stream must have ended by then, and a subscription have begun. Without it,
    /// calls wait as long as their handlers take, or as their handlers' own `timeout` lets them.
    #[must_use]
    pub fn timeout(&self, timeout: Duration) -> Self {
        Self { shared: Arc::clone(&self.shared), timeout: Some(timeout) }
    }

    /// Calls a handler: `client.invoke(fetch { id: 7 }).await?`.
    ///
    /// # Errors
    ///
    /// The handler's own error as [`InvokeError::Handler`], or why there is no answer.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future cancels the call: its handler is dropped at its next await.
    pub async fn invoke<R>(&self, request: R) -> Result<R::Response, InvokeError<R::Error>>
    where
        R: Request<Response: DeserializeOwned> + Serialize,
    {
        const { assert!(R::CHANNEL.len() <= MAX_CHANNEL_BYTES, "a channel name has at most 128 bytes") };
        let mut request = request;
        let upload = request.take_upload();
        let encode = move |body: &mut Body| body.write(|json| write_json(json, &request));
        let asked = Asked { channel: R::CHANNEL, deadline: self.deadline(), upload, encode };
        let (json, attachments) = self
            .shared
            .link
            .call(asked)
            .await?
            .open()
            .map_err(|error| InvokeError::Decode { channel: R::CHANNEL.into(), reason: error.to_string() })?;
        read_response::<R>(&json, attachments)
    }

    /// Calls a handler that answers with a stream: `client.stream(tail { path }).await?`.
    ///
    /// The future is done when the request is on its way; whatever is wrong with it is the stream's first item. A
    /// [`timeout`](Self::timeout) bounds the whole stream.
    ///
    /// # Errors
    ///
    /// The request was not sent.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future cancels the call, and so does dropping the stream: the handler's stream is dropped at its
    /// next await.
    pub async fn stream<R>(&self, request: R) -> Result<ItemStream<R>, InvokeError<R::Error>>
    where
        R: StreamRequest<Item: DeserializeOwned> + Serialize,
    {
        const { assert!(R::CHANNEL.len() <= MAX_CHANNEL_BYTES, "a channel name has at most 128 bytes") };
        let mut request = request;
        let upload = request.take_upload();
        let encode = move |body: &mut Body| body.write(|json| write_json(json, &request));
        let asked = Asked { channel: R::CHANNEL, deadline: self.deadline(), upload, encode };
        let items = self.shared.link.stream(asked).await?;
        Ok(ItemStream::received(Box::new(self.keeping(items))))
    }

    /// Sends a request that is not answered: whether its handler ran, and how it ended, nobody learns but the server's
    /// log. The handlers of notifications run side by side, as those of calls do.
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
        const { assert!(R::CHANNEL.len() <= MAX_CHANNEL_BYTES, "a channel name has at most 128 bytes") };
        let encode = move |body: &mut Body| body.write(|json| write_json(json, &request));
        Ok(self.shared.link.notify(R::CHANNEL, encode).await?)
    }

    /// Asks for the events of one channel: `client.subscribe::<StatusChanged>().await?`, or of one key,
    /// `client.subscribe::<Progress>().key(&7).await?`.
    ///
    /// When it is done, every event that is published from then on is received, as far as it is taken: what becomes of
    /// events that nobody takes, the event's lag says.
    ///
    /// # Errors
    ///
    /// Why there is no subscription, when this is awaited.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future, or the subscription, ends it.
    pub fn subscribe<E: Event + DeserializeOwned>(&self) -> Subscribing<'_, Self, E> {
        Subscribing::new(self)
    }

    /// Asks for all events whose channels begin alike, `jobs:*` or `*`, of those that the server declares: for tools.
    ///
    /// # Errors
    ///
    /// Why there is no subscription.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future, or the subscription, ends it.
    pub async fn subscribe_any(&self, pattern: &str) -> Result<AnySubscription, SubscribeError> {
        check_pattern(pattern)?;
        let events = events::subscribe(&self.shared.link, pattern, None, self.deadline()).await?;
        Ok(AnySubscription::received(pattern.to_owned(), Box::new(self.keeping(events))))
    }

    /// Publishes an event to all who subscribe to it at the server, which must declare it as shared
    /// (`Router::shared_event`).
    ///
    /// It is done when the server has published the event: events that are published one after the other keep their
    /// order. An event whose lag is `wait` waits for its subscribers, and this call with it.
    ///
    /// # Errors
    ///
    /// The server does not let its peers publish this event, it is not valid, or there is no answer.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future may publish the event, or not.
    pub async fn publish<E: Event>(&self, event: &E) -> Result<(), InvokeError> {
        const { assert!(E::CHANNEL.len() <= MAX_CHANNEL_BYTES, "a channel name has at most 128 bytes") };
        let encode = |body: &mut Body| body.write(|json| write_json(json, event));
        let asked = Asked { channel: E::CHANNEL, deadline: self.deadline(), upload: None, encode };
        let answer = self.shared.link.call(asked).await?;
        read_published(E::CHANNEL, answer.bytes())
    }

    fn keeping<S>(&self, source: S) -> Kept<S> {
        Kept { source, _connection: Arc::clone(&self.shared) }
    }

    fn deadline(&self) -> Option<Instant> {
        self.timeout.and_then(|timeout| Instant::now().checked_add(timeout))
    }

    /// What the server said of itself when the connection began.
    pub fn server(&self) -> &Hello {
        &self.shared.server
    }

    /// The process of the server.
    pub fn peer(&self) -> &Peer {
        &self.shared.peer
    }

    /// Whether the connection is gone.
    pub fn is_closed(&self) -> bool {
        self.shared.link.why_ended().is_some()
    }

    /// Waits until the connection is gone, and tells why.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future loses nothing.
    pub async fn closed(&self) -> String {
        self.shared.link.ended().await.to_string()
    }
}

fn check_pattern(pattern: &str) -> Result<(), SubscribeError> {
    if pattern.is_empty() || pattern.len() > MAX_CHANNEL_BYTES {
        let said = format_args!("a pattern has 1 to {MAX_CHANNEL_BYTES} bytes, and this one has {}", pattern.len());
        return Err(SubscribeError::Refused(Failure::new(code::INVALID_INPUT, said)));
    }
    Ok(())
}

/// What arrives over a connection, which it keeps.
struct Kept<S> {
    source: S,
    _connection: Arc<Shared>,
}

impl<S: ReceiveItems> ReceiveItems for Kept<S> {
    fn poll_item(&mut self, cx: &mut task::Context<'_>) -> Poll<Received<'_>> {
        self.source.poll_item(cx)
    }
}

impl<S: ReceiveEvents> ReceiveEvents for Kept<S> {
    fn poll_event(&mut self, cx: &mut task::Context<'_>) -> Poll<ReceivedEvent<'_>> {
        self.source.poll_event(cx)
    }
}

impl Subscribe for Client {
    async fn subscribe_with<E>(&self, options: SubscribeOptions) -> Result<Subscription<E>, SubscribeError>
    where
        E: Event + DeserializeOwned,
    {
        const { assert!(E::CHANNEL.len() <= MAX_CHANNEL_BYTES, "a channel name has at most 128 bytes") };
        let events = events::subscribe(&self.shared.link, E::CHANNEL, options.key.as_deref(), self.deadline()).await?;
        Ok(Subscription::received(Box::new(self.keeping(events))))
    }
}

impl InvokeStream for Client {
    async fn stream<R>(&self, request: R) -> Result<ItemStream<R>, InvokeError<R::Error>>
    where
        R: StreamRequest<Item: DeserializeOwned> + Serialize,
    {
        Self::stream(self, request).await
    }
}

impl Invoke for Client {
    async fn invoke<R>(&self, request: R) -> Result<R::Response, InvokeError<R::Error>>
    where
        R: Request<Response: DeserializeOwned> + Serialize,
    {
        Self::invoke(self, request).await
    }
}

/// How a client connects.
#[derive(Debug, Default)]
#[must_use]
pub struct ClientBuilder {
    limits: Limits,
    router: Option<Arc<Router>>,
    server_uids: Vec<u32>,
    token: Option<Token>,
    policy: Policy,
    contract: Option<Contract>,
    mismatch: Mismatch,
}

impl ClientBuilder {
    /// Answers the server's calls with `router`: a connection works both ways.
    pub fn router(mut self, router: impl Into<Arc<Router>>) -> Self {
        self.router = Some(router.into());
        self
    }

    /// Shows the server a token that it gave out: this client is granted what the token says, and nothing else. A server
    /// that does not take it, because it has been used, has expired or was revoked, refuses the connection
    /// ([`ConnectError::Refused`], `DENIED`).
    pub fn token(mut self, token: Token) -> Self {
        self.token = Some(token);
        self
    }

    /// What the server is granted of this client's [`router`](Self::router): [`Grants::same_user`], unless it is set.
    pub fn grants(mut self, grants: Grants) -> Self {
        self.policy = Policy::SameUser(grants);
        self
    }

    /// What the client takes and how long it waits for the server's hello.
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Trusts a server that runs as this user as well, beside one of this process's own: a service of the system, say.
    ///
    /// Whom it talks to, a client asks the kernel before it sends a byte. A socket that a service manager made tells the
    /// service manager's user, which is 0 for one of the whole system.
    ///
    /// On Windows a client trusts a pipe that its own user owns, and this does not exist.
    #[cfg(unix)]
    pub fn allow_server_uid(mut self, uid: u32) -> Self {
        self.server_uids.push(uid);
        self
    }

    /// Connects to the server that listens at `endpoint`.
    ///
    /// # Errors
    ///
    /// Nobody listens there, or somebody who is not such a server, runs as a user that is not trusted, or serves another
    /// contract, where that is [refused](Mismatch::Refuse).
    pub async fn connect(self, endpoint: impl Into<Endpoint>) -> Result<Client, ConnectError> {
        let endpoint = endpoint.into();
        let connected = tokio::time::timeout(self.limits.handshake, endpoint.connect()).await;
        let transport = connected.map_err(|_| ConnectError::Timeout { waited: self.limits.handshake })??;
        self.check_server(&transport, || endpoint.shown())?;
        self.over(transport).await
    }

    fn check_server(&self, transport: &Transport, shown: impl FnOnce() -> String) -> Result<(), ConnectError> {
        match (transport.peer.uid(), local::own_user()) {
            (Some(uid), Some(own)) if uid != own && !self.server_uids.contains(&uid) => {
                Err(ConnectError::WrongUser { endpoint: shown(), uid })
            }
            _ => Ok(()),
        }
    }

    /// Connects over a transport whose other end is a server, which the application vouches for.
    ///
    /// # Errors
    ///
    /// Whoever is there is not such a server, or serves another contract, where that is [refused](Mismatch::Refuse).
    pub async fn over(self, transport: Transport) -> Result<Client, ConnectError> {
        let waited = self.limits.handshake;
        let expectation = self.expectation()?;
        let connecting = tokio::time::timeout(waited, self.shake_hands(transport));
        let client = connecting.await.unwrap_or(Err(ConnectError::Timeout { waited }))?;
        if let Some(expectation) = expectation {
            expectation.check(&client).await?;
        }
        Ok(client)
    }

    async fn shake_hands(self, transport: Transport) -> Result<Client, ConnectError> {
        let fingerprint = match &self.router {
            Some(router) => {
                router.check()?;
                let made = router.fingerprint();
                Some(made.expect("the check makes the fingerprint, and reports why it cannot").to_owned())
            }
            None => None,
        };
        let Transport { mut reader, mut writer, peer } = transport;
        let router = self.router.unwrap_or_else(no_router);
        let admitted = Admitted { access: router.access(self.policy.of(&peer), &peer)?, token: None };
        let hello = Hello::new(instance::id(), fingerprint, &self.limits).showing(self.token.as_ref()).encode();
        // A server that does not want this connection says why and closes; what it says is told before that the
        // writing failed.
        let wrote = writer.write_all(&hello).await;
        let mut input = Vec::new();
        let server = handshake::read_hello(&mut reader, &mut input).await?;
        wrote.map_err(ConnectError::Io)?;
        let link = Arc::new(Link::new(writer, server.limits, &peer, self.limits.shared()).admitting(admitted));
        let driver = Driver::new(reader, input, Arc::clone(&link), router);
        tokio::spawn(driver.run(()));
        let (peer, server) = (link.connected_peer(), server.shared());
        Ok(Client { shared: Arc::new(Shared { link, peer, server }), timeout: None })
    }
}

/// What a client answers with that has no router: nothing. It is the same for all of them.
fn no_router() -> Arc<Router> {
    static NONE: LazyLock<Arc<Router>> = LazyLock::new(Arc::default);
    Arc::clone(&NONE)
}
