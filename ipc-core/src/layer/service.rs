//! Services around handlers.

use std::convert::Infallible;
use std::error::Error;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{self, Poll, ready};

use tower_layer::Layer;
use tower_service::Service;

use super::around::{Around, Surrounded, request_read, response_buffer};
use super::message::{Answered, CallRequest, CallResponse};
use crate::body::Body;
use crate::remote::BoxFuture;
use crate::route::{Dispatch, Dispatching, PendingCall};
use crate::router::Router;

/// What a layer goes on with: the layers within it, then the handler.
///
/// As a service it is always ready, and never fails: that the handler failed is a response. A clone is a reference count.
#[derive(Clone)]
pub struct Next(pub(super) Inner);

#[derive(Clone)]
pub(super) enum Inner {
    /// A handler.
    Handler(Arc<dyn Dispatching>),
    /// A layer within this one.
    Layer(Arc<dyn Around>),
}

impl Next {
    /// Passes the request on, at once, and answers with the response.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future drops the handler's, unless that is `detached`.
    #[inline]
    pub fn run(mut self, request: CallRequest) -> impl Future<Output = CallResponse> + Send + use<> {
        Response(self.call(request))
    }
}

/// A response that is awaited and cannot fail to come.
struct Response(NextFuture);

impl Future for Response {
    type Output = CallResponse;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<CallResponse> {
        Pin::new(&mut self.0).poll(cx).map(|Ok(response)| response)
    }
}

impl Service<CallRequest> for Next {
    type Response = CallResponse;
    type Error = Infallible;
    type Future = NextFuture;

    fn poll_ready(&mut self, _: &mut task::Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    #[inline]
    fn call(&mut self, request: CallRequest) -> NextFuture {
        NextFuture(match &self.0 {
            Inner::Layer(layer) => Going::Layer(layer.call(request)),
            Inner::Handler(handler) => {
                let CallRequest { mut cx, mut payload } = request;
                let mut out = Body { json: response_buffer(), attachments: Vec::new() };
                let attachments = std::mem::take(&mut payload.0.attachments);
                let dispatched = handler.dispatch(&payload.0.json, attachments, &mut cx, &mut out);
                request_read(payload.0.json);
                match dispatched {
                    Dispatch::Answered => Going::Answered(Some(CallResponse(Answered::Once(out)))),
                    Dispatch::Pending(call) => Going::Pending(call, out),
                    Dispatch::Stream(stream) => Going::Answered(Some(CallResponse(Answered::Stream(stream)))),
                }
            }
        })
    }
}

impl fmt::Debug for Next {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Next").finish_non_exhaustive()
    }
}

/// The response that is awaited of [`Next`].
pub struct NextFuture(Going);

enum Going {
    Answered(Option<CallResponse>),
    Pending(PendingCall, Body),
    Layer(BoxFuture<'static, CallResponse>),
}

impl Future for NextFuture {
    type Output = Result<CallResponse, Infallible>;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<Self::Output> {
        Poll::Ready(Ok(match &mut self.0 {
            Going::Answered(response) => response.take().expect("nobody polls a future that is done"),
            Going::Pending(call, out) => {
                ready!(call.poll(cx, out));
                CallResponse(Answered::Once(std::mem::take(out)))
            }
            Going::Layer(future) => ready!(future.as_mut().poll(cx)),
        }))
    }
}

impl fmt::Debug for NextFuture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NextFuture").finish_non_exhaustive()
    }
}

/// A layer that goes around handlers: every `tower_layer::Layer` whose service answers a [`CallRequest`] with a
/// [`CallResponse`], and can be cloned for each call. Its errors are told to the client where they are a
/// [`Failure`](crate::Failure), and are `INTERNAL` otherwise.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no layer for handlers",
    label = "this does not go around a handler",
    note = "`layer::raw(async |request, next| …)` makes one of a function, and `layer::typed(async |request: fetch, next| …)` of one for the types of a channel",
    note = "one of tower's answers `CallRequest` with `CallResponse`, and is `Clone + Send + Sync + 'static`, as are its futures, without `Clone` and `Sync`"
)]
pub trait CallLayer {
    #[doc(hidden)]
    fn surround(&self, next: Next) -> Arc<dyn Around>;
}

impl<L> CallLayer for L
where
    L: Layer<Next>,
    L::Service: Service<CallRequest, Response = CallResponse, Error: Into<Box<dyn Error + Send + Sync>>, Future: Send + 'static>
        + Clone
        + Send
        + Sync
        + 'static,
{
    fn surround(&self, next: Next) -> Arc<dyn Around> {
        Arc::new(Surrounded(self.layer(next)))
    }
}

/// A service, in the sense of this framework, with a layer around every handler of it.
#[derive(Debug, Clone)]
pub struct Layered<S, L> {
    service: S,
    layer: L,
}

impl<S, L> Layered<S, L> {
    /// Puts `layer` around the handlers of `service`.
    pub const fn new(service: S, layer: L) -> Self {
        Self { service, layer }
    }

    /// Puts `layer` around the handlers, and around the layer that they have.
    pub const fn layer<O>(self, layer: O) -> Layered<Self, O> {
        Layered::new(self, layer)
    }
}

impl<S: crate::Service, L: CallLayer> crate::Service for Layered<S, L> {
    fn register(self, router: Router) -> Router {
        router.added_with(&self.layer, |router| self.service.register(router))
    }
}
