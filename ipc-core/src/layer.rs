//! Layers: what sees every request before its handler does, and every response after it.
//!
//! A layer is one of [tower](https://docs.rs/tower)'s: whatever implements `tower_layer::Layer` for [`Next`], and makes of it
//! a `tower_service::Service` that answers a [`CallRequest`] with a [`CallResponse`]. So those that tower has itself work
//! here: time limits, limits of concurrency, `ServiceBuilder`. For one's own, a function is enough: [`raw`] is given the
//! JSON, [`typed`] the request and the response of one channel as their types.
//!
//! Where it stands is where it holds:
//!
//! - [`Router::layer`](crate::Router::layer): around every handler, and every event that peers publish, which the router
//!   has by then;
//! - `DataServer::new(x).layer(…)`, or [`Layered`]: around those of one service;
//! - [`Router::handle_with`](crate::Router::handle_with): around one handler.
//!
//! The layer that is added last is the first to see a request, and the last to see the response. A peer's permission is
//! checked before all layers; the payload is read and validated behind them, as they let it through. A layer need not go
//! on: it answers by itself, with [`CallResponse::success`] or with a [`Failure`] as its error.
//!
//! ```
//! use ipc_core::layer::{self, CallRequest, Next};
//! use ipc_core::{Failure, Router};
//!
//! let router = Router::new() // .handle::<fetch>()
//!     .layer(layer::raw(async |request: CallRequest, next: Next| {
//!         if request.payload().json().len() > 1000 {
//!             return Err(Failure::new("TOO_TALKATIVE", "a thousand bytes must do"));
//!         }
//!         Ok(next.run(request).await)
//!     }));
//! ```
//!
//! # What holds for a layer
//!
//! A layer that need not wait is answered in place, as a handler is, without a task. Its future is dropped where nobody
//! waits for the answer any more, wherever it waits; the handler behind it is dropped with it, unless that is `detached`. The
//! deadline of a call holds for its layers and its handler together: a handler that it ends answers `TIMEOUT` through the
//! layers, a layer that it ends is dropped. A panic in a layer is `INTERNAL`, and so is an error that is no [`Failure`]: the
//! log has it under the id that the client gets. `poll_ready` is asked before each call, on a clone of the service that
//! this call has to itself.
//!
//! A handler without layers does not know that there are any. The first layer costs a call about 95 ns beside what the
//! layer itself does, each further one about 50 ns; the guide says how that was measured.

mod around;
mod function;
mod message;
mod service;
mod typed;

pub use function::{Raw, raw};
pub use message::{CallRequest, CallResponse, Payload};
pub use service::{CallLayer, Layered, Next, NextFuture};
pub use typed::{Typed, TypedNext, typed};

pub(crate) use around::{Around, LayeredPublish, LayeredRoute};
pub(crate) use message::code_of;

#[expect(unused_imports, reason = "the documentation names it")]
use crate::failure::Failure;
