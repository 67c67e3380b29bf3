//! The calling side.

use std::sync::Arc;
use std::time::Duration;

use ipc_core::channel::MAX_CHANNEL_BYTES;
use ipc_core::{Invoke, InvokeError, Peer, Request, Router, read_response, timed_out};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::io::AsyncWriteExt as _;
use tokio::time::Instant;

use crate::connect::ConnectError;
use crate::driver::Driver;
use crate::endpoint::Endpoint;
use crate::handshake;
use crate::hello::Hello;
use crate::instance;
use crate::limits::Limits;
use crate::link::{CallError, Link};
use crate::transport::Transport;

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
    /// `TIMEOUT` and its handler is dropped. Without it, calls wait as long as their handlers take, or as their
    /// handlers' own `timeout` lets them.
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
        let deadline = self.timeout.and_then(|timeout| Instant::now().checked_add(timeout));
        const { assert!(R::CHANNEL.len() <= MAX_CHANNEL_BYTES, "a channel name has at most 128 bytes") };
        let called = self.shared.link.call(R::CHANNEL, deadline, |body| serde_json::to_writer(body, &request)).await;
        match called {
            Ok(body) => read_response::<R>(&body),
            Err(CallError::Encode(error)) => Err(InvokeError::Encode(error.to_string())),
            Err(CallError::TooLarge { size, limit }) => Err(InvokeError::TooLarge { size, limit }),
            Err(CallError::TimedOut) => Err(InvokeError::Refused(timed_out())),
            Err(CallError::Gone(reason)) => Err(InvokeError::Disconnected(reason.to_string())),
        }
    }

    /// What the server said of itself when the connection began.
    pub fn server(&self) -> &Hello {
        &self.shared.link.remote
    }

    /// The process of the server.
    pub fn peer(&self) -> &Peer {
        &self.shared.link.peer
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
}

impl ClientBuilder {
    /// What the client takes and how long it waits for the server's hello.
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Connects to the server that listens at `endpoint`.
    ///
    /// # Errors
    ///
    /// Nobody listens there, or somebody who is not such a server.
    pub async fn connect(self, endpoint: impl Into<Endpoint>) -> Result<Client, ConnectError> {
        let endpoint = endpoint.into();
        let connected = tokio::time::timeout(self.limits.handshake, endpoint.connect()).await;
        let transport = connected.map_err(|_| ConnectError::Timeout { waited: self.limits.handshake })??;
        self.over(transport).await
    }

    /// Connects over a transport whose other end is a server.
    ///
    /// # Errors
    ///
    /// Whoever is there is not such a server.
    pub async fn over(self, transport: Transport) -> Result<Client, ConnectError> {
        let waited = self.limits.handshake;
        tokio::time::timeout(waited, self.shake_hands(transport)).await.unwrap_or(Err(ConnectError::Timeout { waited }))
    }

    async fn shake_hands(self, transport: Transport) -> Result<Client, ConnectError> {
        let Transport { mut reader, mut writer, peer } = transport;
        let hello = Hello::new(instance::id(), None, &self.limits).encode();
        // A server that does not want this connection says why and closes; what it says is told before that the
        // writing failed.
        let wrote = writer.write_all(&hello).await;
        let mut input = Vec::new();
        let remote = handshake::read_hello(&mut reader, &mut input).await?;
        wrote.map_err(ConnectError::Io)?;
        let link = Arc::new(Link::new(writer, remote, peer, self.limits));
        let driver = Driver::new(reader, input, Arc::clone(&link), Arc::new(Router::new()));
        tokio::spawn(driver.run());
        Ok(Client { shared: Arc::new(Shared { link }), timeout: None })
    }
}
