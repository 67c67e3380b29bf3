//! The heart of IPC Bridge: channels, envelopes, the response shape, errors, the router and its handlers. No sockets.
//!
//! Applications use the package `ipc-bridge`, which shows all of this beside the transport.

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;
mod answer;
mod any;
mod blocking;
mod body;
mod bytes;
mod cancellation;
pub mod channel;
mod constraint;
mod context;
mod contract;
mod correlation;
mod deadline;
mod description;
mod detached;
pub mod envelope;
mod error;
mod event;
#[cfg(feature = "export")]
pub mod export;
mod failure;
mod grants;
mod handler;
mod incoming;
mod introspection;
mod invoke;
mod items;
mod json;
pub mod layer;
mod peer;
mod remote;
pub mod response;
mod route;
mod router;
mod schema;
mod sensitive;
mod service;
mod state;
mod streaming;
pub mod tap;
mod validation;
mod wire;

pub use answer::{Many, Once};
pub use any::{AnyData, AnyItems, AnyRequest};
#[doc(hidden)]
pub use body::{Body, Mark, read_with};
pub use bytes::Bytes;
pub use context::{Context, FromContext};
pub use contract::{Contract, ContractMismatch, Contracted, Fingerprints};
#[doc(hidden)]
pub use deadline::{current_deadline, earlier, timed_out};
#[cfg(feature = "export")]
pub use description::diff;
pub use description::{
    ChannelDescription, ChannelKind, CodeDescription, Description, DescriptionError, EventDescription,
};
pub use error::{ErrorDescription, IpcError};
pub use event::any::{AnyEvent, AnySubscription};
pub use event::hub::PublishError;
#[doc(hidden)]
pub use event::hub::{Hub, HubSubscription, Tail};
#[doc(hidden)]
pub use event::log::{MAX_LOGGED_BYTES, Run};
#[doc(hidden)]
pub use event::published::PublishedEvent;
pub use event::publisher::Publisher;
#[doc(hidden)]
pub use event::queue::{Delivery, LagQueue, Pushed};
pub use event::retained::{MAX_RETAINED_BYTES, MAX_RETAINED_KEYS};
pub use event::subscribe::{Subscribe, SubscribeError, SubscribeOptions, Subscribing};
#[doc(hidden)]
pub use event::subscriber::{Offer, Subscriber};
#[doc(hidden)]
pub use event::subscription::{ReceiveEvents, ReceivedEvent, SubscriptionEnd};
pub use event::subscription::{Subscription, SubscriptionError};
pub use event::{Event, KeyedEvent, Lag, NeverWaits};
pub use failure::{Failure, code};
#[doc(hidden)]
pub use grants::access::Access;
#[cfg(feature = "capabilities")]
pub use grants::capabilities::{Capabilities, CapabilitiesError, CapabilityMistake, UncheckedCapabilities};
pub use grants::{GrantProblem, Grants, GrantsError, INTROSPECT, PatternError, SetGrantsError, TAP};
pub use handler::{Handler, HandlerDoc, HandlerItem, Request};
pub use incoming::{Incoming, IncomingError};
pub use introspection::Introspect;
pub use invoke::{Invoke, InvokeError};
#[doc(hidden)]
pub use invoke::{read_published, read_response};
#[doc(hidden)]
pub use items::{Ending, ReceiveItems, Received, Unsent, Upload};
#[doc(hidden)]
pub use json::write_json;
pub use peer::Peer;
#[doc(hidden)]
pub use peer::Who;
#[doc(hidden)]
pub use remote::{BoxFuture, CallError, Outbound, Remote, answers_with_a_stream};
#[doc(hidden)]
pub use route::{Dispatch, Inbound, PendingCall, PendingStream, Step};
pub use router::{Router, RouterError, RouterProblem};
pub use sensitive::Sensitive;
pub use service::Service;
pub use state::{Requirements, State};
pub use streaming::{InvokeStream, ItemStream, StreamRequest};
pub use validation::{Issue, Issues};

pub use futures_core::Stream;
pub use ipc_macros::{Event, IpcError, handler, service};
pub use {garde, schemars, zeroize};
