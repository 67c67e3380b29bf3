//! Layers that are functions.

use std::fmt;
use std::future::Future;
use std::task::{self, Poll};

use tower_layer::Layer;
use tower_service::Service;

use super::message::{CallRequest, CallResponse};
use super::service::Next;
use crate::failure::Failure;

/// A layer of a function that is given each request and what comes next, and answers with a response.
///
/// It passes the request on with [`Next::run`], or does not. Its error is told to the client.
///
/// What it shares between calls, it clones for each: `move |request, next| { let log = log.clone(); async move { … } }`.
///
/// ```
/// use std::sync::Arc;
/// use std::sync::atomic::{AtomicU64, Ordering};
///
/// use ipc_core::layer::{self, CallRequest, Next};
/// use ipc_core::Router;
///
/// let failed = Arc::new(AtomicU64::new(0));
/// let counting = layer::raw(move |request: CallRequest, next: Next| {
///     let failed = Arc::clone(&failed);
///     async move {
///         let response = next.run(request).await;
///         if !response.is_success() {
///             failed.fetch_add(1, Ordering::Relaxed);
///         }
///         Ok(response)
///     }
/// });
/// let router = Router::new().layer(counting);
/// ```
pub const fn raw<F, Fut>(function: F) -> Raw<F>
where
    F: Fn(CallRequest, Next) -> Fut + Clone + Send + Sync + 'static,
    Fut: Future<Output = Result<CallResponse, Failure>> + Send + 'static,
{
    Raw { function }
}

/// The layer that [`raw`] makes of a function.
#[derive(Clone)]
pub struct Raw<F> {
    function: F,
}

impl<F: Clone> Layer<Next> for Raw<F> {
    type Service = RawService<F>;

    fn layer(&self, next: Next) -> RawService<F> {
        RawService { function: self.function.clone(), next }
    }
}

impl<F> fmt::Debug for Raw<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Raw").finish_non_exhaustive()
    }
}

/// The service of a [`Raw`] layer.
#[derive(Clone)]
pub struct RawService<F> {
    function: F,
    next: Next,
}

impl<F, Fut> Service<CallRequest> for RawService<F>
where
    F: Fn(CallRequest, Next) -> Fut,
    Fut: Future<Output = Result<CallResponse, Failure>>,
{
    type Response = CallResponse;
    type Error = Failure;
    type Future = Fut;

    fn poll_ready(&mut self, _: &mut task::Context<'_>) -> Poll<Result<(), Failure>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: CallRequest) -> Fut {
        (self.function)(request, self.next.clone())
    }
}

impl<F> fmt::Debug for RawService<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RawService").finish_non_exhaustive()
    }
}
