//! Frames, connections, client and server of IPC Bridge, over Unix sockets, Windows named pipes and in memory.
//!
//! Applications use the package `ipc-bridge`, which shows all of this beside the handlers.
//!
//! How a call flows: bytes are read by the connection's own task (`driver`), cut into frames (`frame`, `assembly`),
//! given to the router, and answered in place or by a task of their own (`serving`); the response becomes a frame that
//! waits in the `outbox` for whoever writes next. At the other side it is brought to its caller (`calls`).
//!
//! The items of a stream are sent (`sending`) as far as the other side takes them (`credit`), and wait there (`inbox`)
//! until they are taken (`reader`). Events go out to those who subscribed (`publishing`), and arrive as items do.

mod admission;
mod assembly;
mod bind;
mod buffer;
mod calls;
mod client;
mod connect;
mod credit;
mod driver;
mod endpoint;
mod events;
mod frame;
#[cfg(any(test, fuzzing))]
pub mod fuzzing;
mod granting;
mod half;
mod handshake;
mod hello;
mod inbox;
mod instance;
mod limits;
mod link;
mod listener;
mod local;
pub mod memory;
mod outbox;
mod payload;
mod publishing;
mod reader;
mod sending;
mod server;
mod serving;
mod signal;
mod survey;
mod throttle;
mod token;
mod told;
mod transport;
#[cfg(test)]
mod vectors;
mod yielding;

pub use bind::{BindError, Holder, ServeError};
pub use client::{Client, ClientBuilder, Mismatch};
pub use connect::ConnectError;
pub use endpoint::{Endpoint, NameError};
pub use hello::{Hello, HelloLimits};
pub use limits::Limits;
pub use server::{Server, ServerBuilder};
pub use signal::shutdown_signal;
pub use survey::{EndpointFile, EndpointState, FoundEndpoint, SurveyError};
pub use token::{IssueError, ReadTokenError, Token, TokenError, TokenId, TokenOptions};
pub use transport::Transport;
