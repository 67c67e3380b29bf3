//! What a call comes to at the caller's side.

use std::borrow::Cow;
use std::convert::Infallible;
use std::fmt;
use std::future::Future;
use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::body::read_with;
use crate::error::IpcError;
use crate::failure::Failure;
use crate::handler::Request;
use crate::response;
use crate::sensitive::without_values;

/// Anything that can make calls: a connection to a server, a router in this process, a test double.
///
/// The clients of services are generic over it: `DataClient::new(client)`, `DataClient::new(router)`. A reference, and
/// an `Arc`, make the calls of what they point to.
///
/// ```
/// use ipc_core::{Invoke, InvokeError, Request};
/// use serde::{Serialize, de::DeserializeOwned};
///
/// /// Counts the calls that it passes on.
/// struct Counting<C> {
///     inner: C,
///     calls: std::sync::atomic::AtomicU64,
/// }
///
/// impl<C: Invoke> Invoke for Counting<C> {
///     async fn invoke<R>(&self, request: R) -> Result<R::Response, InvokeError<R::Error>>
///     where
///         R: Request<Response: DeserializeOwned> + Serialize,
///     {
///         self.calls.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
///         self.inner.invoke(request).await
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot make calls",
    label = "nothing here sends a request",
    note = "a `Client` can, a `Peer` can, a `Router` can, and so can a reference to one or an `Arc` of one",
    note = "a test double implements `Invoke`"
)]
pub trait Invoke {
    /// Calls a handler: `client.invoke(fetch { id: 7 }).await?`.
    ///
    /// The future is `Send` where the request and the implementation's own future are.
    ///
    /// # Errors
    ///
    /// The handler's own error as [`InvokeError::Handler`], or why there is no answer.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future cancels the call.
    fn invoke<R>(&self, request: R) -> impl Future<Output = Result<R::Response, InvokeError<R::Error>>>
    where
        R: Request<Response: DeserializeOwned> + Serialize;
}

impl<C: Invoke + ?Sized> Invoke for &C {
    fn invoke<R>(&self, request: R) -> impl Future<Output = Result<R::Response, InvokeError<R::Error>>>
    where
        R: Request<Response: DeserializeOwned> + Serialize,
    {
        (**self).invoke(request)
    }
}

impl<C: Invoke + ?Sized> Invoke for Arc<C> {
    fn invoke<R>(&self, request: R) -> impl Future<Output = Result<R::Response, InvokeError<R::Error>>>
    where
        R: Request<Response: DeserializeOwned> + Serialize,
    {
        (**self).invoke(request)
    }
}

/// Why a call brought no data.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum InvokeError<E = Infallible> {
    /// The handler's own error, typed as the handler returned it.
    Handler(E),
    /// Another answer than data: one of the [standard codes](crate::code), or a code that this client does not know
    /// (a newer server's), with message and details as they came.
    Refused(Failure),
    /// The request could not be written as JSON. It was not sent.
    Encode(String),
    /// The response is not what this channel answers by this client's types.
    Decode {
        /// The channel that was called.
        channel: Cow<'static, str>,
        /// What does not fit, with line and column.
        reason: String,
    },
    /// The request is larger than a message may be. It was not sent.
    TooLarge {
        /// The bytes of the request's body.
        size: usize,
        /// The most bytes that the peer takes.
        limit: usize,
    },
    /// The stream that goes beside the request broke off: an item could not be written as JSON, was larger than a message
    /// may be, or [could not be had](crate::Incoming::try_new). The call was cancelled.
    Unsent(String),
    /// The connection is gone, or going. Whether the handler ran is not known unless the reason says so.
    Disconnected(String),
}

impl<E> InvokeError<E> {
    /// The standard code that stands for this error, or the code as it came; `None` for [`InvokeError::Handler`].
    pub fn code(&self) -> Option<&str> {
        use crate::failure::code;
        match self {
            Self::Handler(_) => None,
            Self::Refused(failure) => Some(failure.code()),
            Self::Encode(_) => Some(code::INVALID_INPUT),
            Self::Decode { .. } => Some(code::INTERNAL),
            Self::TooLarge { .. } => Some(code::TOO_LARGE),
            Self::Unsent(_) => Some(code::CANCELLED),
            Self::Disconnected(_) => Some(code::UNAVAILABLE),
        }
    }
}

impl<E: fmt::Display> fmt::Display for InvokeError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Handler(error) => error.fmt(f),
            Self::Refused(failure) => failure.fmt(f),
            Self::Encode(reason) => write!(f, "the request cannot be written as JSON: {reason}"),
            Self::Decode { channel, reason } => {
                write!(f, "the response of `{channel}` is not what this client expects: {reason}")
            }
            Self::TooLarge { size, limit } => {
                write!(f, "the request has {size} bytes, and a message may have {limit}")
            }
            Self::Unsent(reason) => write!(f, "the stream beside the request broke off: {reason}"),
            Self::Disconnected(reason) => write!(f, "the connection is gone: {reason}"),
        }
    }
}

impl<E: std::error::Error + 'static> std::error::Error for InvokeError<E> {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Handler(error) => error.source(),
            _ => None,
        }
    }
}

/// Reads the response to `R`.
///
/// # Errors
///
/// The handler's error, the refusal, or that the body does not fit the types.
pub fn read_response<R: Request<Response: DeserializeOwned>>(
    json: &[u8],
    attachments: Vec<bytes::Bytes>,
) -> Result<R::Response, InvokeError<R::Error>> {
    match read_with(attachments, || response::read::<R::Response>(json)) {
        Ok(Ok(data)) => Ok(data),
        Ok(Err(failure)) => Err(refusal(failure)),
        Err(reason) => Err(InvokeError::Decode { channel: R::CHANNEL.into(), reason: unquoted(&reason) }),
    }
}

/// Reads the answer to an event that was published.
///
/// # Errors
///
/// Why it was not published.
pub fn read_published(channel: &'static str, json: &[u8]) -> Result<(), InvokeError> {
    match response::read::<()>(json) {
        Ok(Ok(())) => Ok(()),
        Ok(Err(failure)) => Err(InvokeError::Refused(failure)),
        Err(reason) => Err(InvokeError::Decode { channel: channel.into(), reason: unquoted(&reason) }),
    }
}

/// Why JSON could not be read, with no value of it.
pub(crate) fn unquoted(error: &serde_json::Error) -> String {
    without_values(&error.to_string()).into_owned()
}

/// The handler's own error, where `failure` was made from one.
pub(crate) fn refusal<E: IpcError>(failure: Failure) -> InvokeError<E> {
    match E::from_failure(&failure) {
        Some(error) => InvokeError::Handler(error),
        None => InvokeError::Refused(failure),
    }
}
