//! The heart of IPC Bridge: channels, envelopes, the response shape, errors, the router and its handlers. No sockets.
//!
//! Applications use the package `ipc-bridge`, which shows all of this beside the transport.

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;
mod blocking;
pub mod channel;
mod constraint;
mod context;
mod deadline;
mod description;
pub mod envelope;
mod error;
mod failure;
mod handler;
mod invoke;
mod peer;
pub mod response;
mod route;
mod router;
mod schema;
mod service;
mod state;
mod validation;

pub use context::{Context, FromContext};
#[doc(hidden)]
pub use deadline::{current_deadline, earlier, timed_out};
pub use description::{ChannelDescription, CodeDescription, Description, DescriptionError};
pub use error::{ErrorDescription, IpcError};
pub use failure::{Failure, code};
pub use handler::{Handler, HandlerDoc, HandlerItem, Request};
pub use invoke::{Invoke, InvokeError, read_response};
pub use peer::Peer;
pub use route::{Dispatch, PendingCall};
pub use router::{Router, RouterError, RouterProblem};
pub use service::Service;
pub use state::{Requirements, State};
pub use validation::{Issue, Issues};

pub use ipc_macros::{IpcError, handler, service};
pub use {garde, schemars};
