//! IPC for desktop apps: annotated Rust functions become validated handlers, typed clients and JSON Schemas.

#[doc(hidden)]
pub use ipc_core::__private;
pub use ipc_core::{
    ChannelDescription, CodeDescription, Context, Description, DescriptionError, ErrorDescription, Failure,
    FromContext, Handler, HandlerDoc, HandlerItem, InvokeError, IpcError, Issue, Issues, Peer, Request, Requirements,
    Router, RouterError, RouterProblem, State, channel, code, garde, response, schemars,
};

/// What most applications use: `use ipc_bridge::prelude::*`.
pub mod prelude {
    pub use ipc_core::{Context, FromContext, InvokeError, IpcError, Peer, Request, Router, State};
}
