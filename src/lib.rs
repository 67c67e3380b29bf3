#![doc = include_str!("../README.md")]

#[doc(hidden)]
pub use ipc_core::__private;
pub use ipc_core::envelope::PROTOCOL_VERSION;
pub use ipc_core::{
    AnyData, AnyEvent, AnyItems, AnyRequest, AnySubscription, Bytes, ChannelDescription, ChannelKind, CodeDescription,
    Context, Description, DescriptionError, ErrorDescription, EventDescription, Failure, FromContext, GrantProblem,
    Grants, GrantsError, Handler, HandlerDoc, HandlerItem, INTROSPECT, Incoming, IncomingError, Introspect, Invoke,
    InvokeError, InvokeStream, Issue, Issues, ItemStream, KeyedEvent, Lag, MAX_RETAINED_BYTES, MAX_RETAINED_KEYS, Many,
    NeverWaits, Once, PatternError, Peer, PublishError, Publisher, Request, Requirements, Router, RouterError,
    RouterProblem, Sensitive, Service, SetGrantsError, State, Stream, StreamRequest, Subscribe, SubscribeError,
    SubscribeOptions, Subscribing, Subscription, SubscriptionError, TAP, channel, code, garde, layer, response,
    schemars, tap, zeroize,
};
#[cfg(feature = "capabilities")]
pub use ipc_core::{Capabilities, CapabilitiesError, CapabilityMistake, UncheckedCapabilities};
pub use ipc_core::{Contract, ContractMismatch, Contracted, Fingerprints};
#[cfg(feature = "export")]
pub use ipc_core::{diff, export};
pub use ipc_transport::Mismatch;
pub use ipc_transport::{
    BindError, Client, ClientBuilder, ConnectError, Endpoint, EndpointFile, EndpointState, FoundEndpoint, Hello,
    HelloLimits, Holder, IssueError, Limits, NameError, ReadTokenError, ServeError, Server, ServerBuilder, SurveyError,
    Token, TokenError, TokenId, TokenOptions, Transport, memory, shutdown_signal,
};

/// # Examples
///
/// ```
/// use ipc_bridge::prelude::*;
///
/// /// Greets someone.
/// #[handler("hello:greet")]
/// async fn greet(greeting: State<String>, #[garde(length(min = 1))] name: String) -> String {
///     format!("{} {name}", *greeting)
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let router = Router::new().state("hello".to_owned()).handle::<greet>();
/// assert_eq!(router.invoke(greet { name: "Ada".to_owned() }).await?, "hello Ada");
///
/// let refused = router.invoke(greet { name: String::new() }).await.unwrap_err();
/// assert_eq!(refused.code(), Some("INVALID_INPUT"));
/// # Ok(())
/// # }
/// ```
pub use ipc_core::handler;

/// # Examples
///
/// ```
/// use ipc_bridge::prelude::*;
/// use std::convert::Infallible;
///
/// #[service(prefix = "math")]
/// pub trait Math {
///     /// Adds two numbers.
///     #[handler]
///     async fn add(&self, left: i64, #[garde(range(min = 0))] right: i64) -> Result<i64, Infallible>;
/// }
///
/// struct Abacus;
///
/// impl Math for Abacus {
///     async fn add(&self, left: i64, right: i64) -> Result<i64, Infallible> {
///         Ok(left + right)
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let router = Router::new().service(MathServer::new(Abacus));
///
/// // Over a connection, it is `MathClient::new(Client::connect("my-app").await?)`.
/// let math = MathClient::new(router);
/// assert_eq!(math.add(1, 2).await?, 3);
/// assert_eq!(math.add(1, -2).await.unwrap_err().code(), Some("INVALID_INPUT"));
/// # Ok(())
/// # }
/// ```
pub use ipc_core::service;

/// # Examples
///
/// ```
/// use ipc_bridge::prelude::*;
///
/// #[derive(Debug, thiserror::Error, IpcError)]
/// enum FetchError {
///     #[error("no item {id}")]
///     NotFound { id: u64 },
///     #[error("the store is unavailable")]
///     #[ipc(internal)]
///     Store(#[from] std::io::Error),
/// }
///
/// let failure = FetchError::NotFound { id: 7 }.to_failure();
/// assert_eq!((failure.code(), failure.message()), ("NOT_FOUND", "no item 7"));
/// assert!(matches!(FetchError::from_failure(&failure), Some(FetchError::NotFound { id: 7 })));
///
/// let failure = FetchError::Store(std::io::Error::other("the cable is out")).to_failure();
/// assert_eq!((failure.code(), failure.message()), ("INTERNAL", "an internal error occurred"));
/// assert!(failure.correlation().is_some()); // the log has the cause under this id
/// ```
pub use ipc_core::IpcError;

/// # Examples
///
/// ```
/// use ipc_bridge::prelude::*;
/// use ipc_bridge::schemars::JsonSchema;
/// use serde::{Deserialize, Serialize};
///
/// /// How far a job is.
/// #[derive(Debug, PartialEq, Serialize, Deserialize, JsonSchema, Event)]
/// #[event("job:progress", retain, key = "job", lag = "keep_latest")]
/// struct Progress {
///     job: u64,
///     percent: u8,
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let router = Router::new().event::<Progress>();
/// router.publisher().publish(&Progress { job: 7, percent: 50 })?;
///
/// // Over a connection, it is `client.subscribe::<Progress>()`. The last one is retained.
/// let mut progress = router.subscribe::<Progress>().key(&7).await?;
/// assert_eq!(progress.next().await.transpose()?, Some(Progress { job: 7, percent: 50 }));
/// # Ok(())
/// # }
/// ```
pub use ipc_core::Event;

/// What most applications use: `use ipc_bridge::prelude::*`.
pub mod prelude {
    pub use ipc_core::{
        Bytes, Context, Event, FromContext, Incoming, IncomingError, Invoke, InvokeError, InvokeStream, IpcError,
        ItemStream, Peer, Publisher, Request, Router, Sensitive, State, Stream, StreamRequest, Subscribe, Subscription,
        SubscriptionError, handler, service,
    };
    pub use ipc_transport::{Client, Server};
}

#[doc = include_str!("../docs/guide.md")]
pub mod guide {}

#[doc = include_str!("../docs/streams_and_events.md")]
pub mod streams_and_events {}

#[doc = include_str!("../docs/typescript.md")]
pub mod typescript {}

#[doc = include_str!("../docs/grants.md")]
pub mod grants {}

#[doc = include_str!("../docs/exports.md")]
pub mod exports {}

#[doc = include_str!("../docs/evolving.md")]
pub mod evolving {}
