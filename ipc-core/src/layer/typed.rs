//! Layers that see the types of one channel.

use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::task::{self, Poll};

use serde::Serialize;
use serde::de::DeserializeOwned;
use tower_layer::Layer;
use tower_service::Service;

use super::message::{Answered, CallRequest, CallResponse};
use super::service::Next;
use crate::body::Body;
use crate::error::IpcError;
use crate::failure::Failure;
use crate::handler::Request;
use crate::invoke::{InvokeError, read_response};
use crate::remote::BoxFuture;

/// A layer of a function that is given each request `R` as what it is, and answers with what its handler answers with, or
/// fails as that does, or as a call does.
///
/// The payload has been read and not validated: that is done behind the layer. A payload that is no `R` is passed on as it
/// is, and refused behind the layer; so is a request to another channel, and answered there. What the function passes on
/// is written anew, and its handler's response read: a layer of this kind costs as much as its values are large.
///
/// ```
/// use ipc_core::{InvokeError, Request, Router, layer};
/// # use ipc_core::layer::TypedNext;
/// # use serde::{Serialize, Deserialize};
/// # #[allow(non_camel_case_types)]
/// # #[derive(Serialize, Deserialize)]
/// # struct greet { name: String }
/// # impl Request for greet {
/// #     const CHANNEL: &'static str = "hello:greet";
/// #     type Response = String;
/// #     type Error = std::convert::Infallible;
/// # }
///
/// // #[handler("hello:greet")]
/// // fn greet(name: String) -> String { format!("Hello, {name}!") }
///
/// let router = Router::new() // .handle::<greet>()
///     .layer(layer::typed(async |mut request: greet, next: TypedNext<greet>| {
///         request.name = request.name.trim().to_owned();
///         let greeting = next.run(request).await?;
///         Ok(greeting.replace("damn", "d***"))
///     }));
/// ```
pub const fn typed<R, F, Fut>(function: F) -> Typed<R, F>
where
    R: Request<Response: Serialize + DeserializeOwned + Send> + Serialize + DeserializeOwned + Send + 'static,
    F: Fn(R, TypedNext<R>) -> Fut + Clone + Send + Sync + 'static,
    Fut: Future<Output = Result<R::Response, InvokeError<R::Error>>> + Send + 'static,
{
    Typed { function, request: PhantomData }
}

/// The layer that [`typed`] makes of a function.
pub struct Typed<R, F> {
    function: F,
    request: PhantomData<fn(R)>,
}

impl<R, F: Clone> Clone for Typed<R, F> {
    fn clone(&self) -> Self {
        Self { function: self.function.clone(), request: PhantomData }
    }
}

impl<R, F: Clone> Layer<Next> for Typed<R, F> {
    type Service = TypedService<R, F>;

    fn layer(&self, next: Next) -> TypedService<R, F> {
        TypedService { typed: self.clone(), next }
    }
}

impl<R, F> fmt::Debug for Typed<R, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Typed").finish_non_exhaustive()
    }
}

/// The service of a [`Typed`] layer.
pub struct TypedService<R, F> {
    typed: Typed<R, F>,
    next: Next,
}

impl<R, F: Clone> Clone for TypedService<R, F> {
    fn clone(&self) -> Self {
        Self { typed: self.typed.clone(), next: self.next.clone() }
    }
}

impl<R, F, Fut> Service<CallRequest> for TypedService<R, F>
where
    R: Request<Response: Serialize + DeserializeOwned + Send> + Serialize + DeserializeOwned + Send + 'static,
    F: Fn(R, TypedNext<R>) -> Fut,
    Fut: Future<Output = Result<R::Response, InvokeError<R::Error>>> + Send + 'static,
{
    type Response = CallResponse;
    type Error = Failure;
    type Future = BoxFuture<'static, Result<CallResponse, Failure>>;

    fn poll_ready(&mut self, _: &mut task::Context<'_>) -> Poll<Result<(), Failure>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: CallRequest) -> Self::Future {
        let next = self.next.clone();
        let Some(typed) = read::<R>(&request) else {
            return Box::pin(async move { Ok(next.run(request).await) });
        };
        let answered = (self.typed.function)(typed, TypedNext { next, request, answer: PhantomData });
        Box::pin(async move { write::<R>(answered.await) })
    }
}

impl<R, F> fmt::Debug for TypedService<R, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TypedService").finish_non_exhaustive()
    }
}

/// The request, where it is an `R`.
fn read<R: Request + DeserializeOwned>(request: &CallRequest) -> Option<R> {
    // Serde reads a struct from an array too, which the handler refuses: as it stands there, and not as an object that
    // was written of it.
    if request.channel() != R::CHANNEL || request.payload().json().trim_ascii_start().first() == Some(&b'[') {
        return None;
    }
    // Why it is none, the handler says.
    request.payload().read().ok()
}

/// Writes what the function returned.
fn write<R: Request<Response: Serialize>>(
    answer: Result<R::Response, InvokeError<R::Error>>,
) -> Result<CallResponse, Failure> {
    match answer {
        Ok(data) => CallResponse::success(&data)
            .map_err(|error| Failure::internal(format_args!("the response is no JSON: {error}"))),
        Err(InvokeError::Handler(error)) => Err(error.to_failure()),
        Err(InvokeError::Refused(failure)) => Err(failure),
        Err(InvokeError::Encode(reason) | InvokeError::Decode { reason, .. }) => Err(Failure::internal(reason)),
        Err(_) => Err(Failure::internal("a layer failed as only a connection can")),
    }
}

/// What a [`typed`] layer goes on with: the layers within it, then the handler.
pub struct TypedNext<R> {
    next: Next,
    request: CallRequest,
    answer: PhantomData<fn() -> R>,
}

impl<R> TypedNext<R> {
    /// The call that the request came in: its channel, its peer, its deadline, and the payload as it came.
    pub fn call(&self) -> &CallRequest {
        &self.request
    }
}

impl<R: Request<Response: DeserializeOwned> + Serialize> TypedNext<R> {
    /// Passes the request on, and answers with the response.
    ///
    /// # Errors
    ///
    /// The handler's own as [`InvokeError::Handler`], or why it was refused; [`InvokeError::Encode`] where the request, and
    /// [`InvokeError::Decode`] where the response, is not what its type says.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future drops the handler's, unless that is `detached`.
    pub async fn run(self, request: R) -> Result<R::Response, InvokeError<R::Error>> {
        let Self { next, request: mut call, .. } = self;
        call.payload_mut().write(&request).map_err(|error| InvokeError::Encode(error.to_string()))?;
        drop(request);
        match next.run(call).await {
            CallResponse(Answered::Once(Body { json, attachments })) => read_response::<R>(&json, attachments),
            CallResponse(Answered::Stream(_)) => Err(InvokeError::Refused(crate::remote::answers_with_a_stream())),
        }
    }
}

impl<R> fmt::Debug for TypedNext<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TypedNext").field("request", &self.request).finish_non_exhaustive()
    }
}
