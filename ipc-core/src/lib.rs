//! The heart of IPC Bridge: channels, envelopes, the response shape, errors, the router and its handlers. No sockets.
//!
//! Applications use the package `ipc-bridge`, which shows all of this beside the transport.

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;
mod answer;
mod blocking;
mod body;
mod bytes;
mod cancellation;
pub mod channel;
mod constraint;
mod context;
mod deadline;
mod description;
pub mod envelope;
mod error;
mod failure;
mod handler;
mod incoming;
mod invoke;
mod items;
mod peer;
mod remote;
pub mod response;
mod route;
mod router;
mod schema;
mod service;
mod state;
mod streaming;
mod validation;

pub use answer::{Many, Once};
#[doc(hidden)]
pub use body::{Body, Mark, read_with};
pub use bytes::Bytes;
pub use context::{Context, FromContext};
#[doc(hidden)]
pub use deadline::{current_deadline, earlier, timed_out};
pub use description::{ChannelDescription, CodeDescription, Description, DescriptionError};
pub use error::{ErrorDescription, IpcError};
pub use failure::{Failure, code};
pub use handler::{Handler, HandlerDoc, HandlerItem, Request};
pub use incoming::{Incoming, IncomingError};
#[doc(hidden)]
pub use invoke::read_response;
pub use invoke::{Invoke, InvokeError};
#[doc(hidden)]
pub use items::{Ending, ReceiveItems, Received, Upload};
pub use peer::Peer;
#[doc(hidden)]
pub use remote::{BoxFuture, CallError, Outbound, Remote};
#[doc(hidden)]
pub use route::{Dispatch, Inbound, PendingCall, PendingStream, Step};
pub use router::{Router, RouterError, RouterProblem};
pub use service::Service;
pub use state::{Requirements, State};
pub use streaming::{InvokeStream, ItemStream, StreamRequest};
pub use validation::{Issue, Issues};

pub use futures_core::Stream;
pub use ipc_macros::{IpcError, handler, service};
pub use {garde, schemars};
