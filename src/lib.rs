#![doc = include_str!("../README.md")]

#[doc(hidden)]
pub use ipc_core::__private;
pub use ipc_core::{
    ChannelDescription, CodeDescription, Context, Description, DescriptionError, ErrorDescription, Failure,
    FromContext, Handler, HandlerDoc, HandlerItem, InvokeError, IpcError, Issue, Issues, Peer, Request, Requirements,
    Router, RouterError, RouterProblem, State, channel, code, garde, handler, response, schemars,
};
pub use ipc_transport::{
    BindError, Client, ClientBuilder, ConnectError, Endpoint, Hello, HelloLimits, Limits, NameError, ServeError,
    Server, ServerBuilder, Transport, memory,
};

/// What most applications use: `use ipc_bridge::prelude::*`.
pub mod prelude {
    pub use ipc_core::{Context, FromContext, InvokeError, IpcError, Peer, Request, Router, State, handler};
    pub use ipc_transport::{Client, Server};
}

#[doc = include_str!("../docs/guide.md")]
pub mod guide {}
