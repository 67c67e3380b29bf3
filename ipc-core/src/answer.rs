//! What a handler's function comes to: a value, a future of one, or a stream of items.

mod lent;
mod stream;

use std::future::Future;
use std::marker::PhantomData;

use schemars::JsonSchema;
use serde::Serialize;

use crate::description::{DraftAnswer, Generators};
use crate::error::IpcError;
use crate::handler::Request;
use crate::json::write_json;
use crate::response;
use crate::route::{Begin, Dispatch};
use crate::streaming::StreamRequest;

pub use lent::{Slot, lent_stream};
pub use stream::{stream, stream_later, try_stream, try_stream_later};

/// What a handler answers with: [`Once`] or [`Many`].
pub trait Output: Answers + 'static {
    #[doc(hidden)]
    fn describe(generators: &mut Generators) -> DraftAnswer;

    /// Writes what the handler answers with, or one item of it.
    #[doc(hidden)]
    fn write(json: &mut Vec<u8>, value: &Self::Value) -> Result<(), serde_json::Error>;
}

/// The types of an [`Output`], whether they can travel or not: that they can is asked in one place, and so told once.
pub trait Answers {
    /// The channel's name.
    const CHANNEL: &'static str;
    /// Whether the answer is a stream.
    const MANY: bool;
    /// What the handler answers with, or one item of it.
    type Value;
    /// What the handler fails with.
    type Error: IpcError;
}

/// A handler that answers the request `R` once.
#[derive(Debug)]
pub struct Once<R>(PhantomData<fn() -> R>);

/// A handler that answers the request `R` with a stream.
#[derive(Debug)]
pub struct Many<R>(PhantomData<fn() -> R>);

impl<R: Request> Answers for Once<R> {
    const CHANNEL: &'static str = R::CHANNEL;
    const MANY: bool = false;
    type Value = R::Response;
    type Error = R::Error;
}

impl<R: StreamRequest> Answers for Many<R> {
    const CHANNEL: &'static str = R::CHANNEL;
    const MANY: bool = true;
    type Value = R::Item;
    type Error = R::Error;
}

impl<R: Request<Response: Serialize + JsonSchema> + 'static> Output for Once<R> {
    fn describe(generators: &mut Generators) -> DraftAnswer {
        DraftAnswer {
            response: Some(generators.output.subschema_for::<R::Response>()),
            item: None,
            errors: R::Error::describe(&mut generators.output),
        }
    }

    fn write(json: &mut Vec<u8>, value: &R::Response) -> Result<(), serde_json::Error> {
        response::write_success(json, value)
    }
}

impl<R: StreamRequest<Item: Serialize + JsonSchema> + 'static> Output for Many<R> {
    fn describe(generators: &mut Generators) -> DraftAnswer {
        DraftAnswer {
            response: None,
            item: Some(generators.output.subschema_for::<R::Item>()),
            errors: R::Error::describe(&mut generators.output),
        }
    }

    fn write(json: &mut Vec<u8>, item: &R::Item) -> Result<(), serde_json::Error> {
        write_json(json, item)
    }
}

/// What the function of a handler with this output has returned.
///
/// Generated code makes one with `now`, `later`, or one of the functions for streams, which ask of their argument what
/// there is to ask. So what is wrong with it is told where it stands, and nowhere else.
pub trait Answer<O>: Sized {
    #[doc(hidden)]
    fn begin(self, begin: Begin<'_>) -> Dispatch
    where
        O: Output;
}

/// What a function with the output `O` returns, or one item of it.
pub(crate) type Returned<O> = Result<<O as Answers>::Value, <O as Answers>::Error>;

/// A plain function has answered.
pub(crate) struct Now<T, E>(pub(crate) Result<T, E>);

/// An async function has been called.
pub(crate) struct Later<F>(pub(crate) F);

/// A function that returns a stream has been called, and has made `M`. What that must be is known where it is made, so
/// it need not be asked again of this.
pub struct Streamed<R: StreamRequest, M> {
    pub(crate) made: M,
    pub(crate) begin: fn(M, Begin<'_>, Write<<Many<R> as Answers>::Value>) -> Dispatch,
}

impl<R: StreamRequest, M> std::fmt::Debug for Streamed<R, M> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Streamed").finish_non_exhaustive()
    }
}

/// Writes an item as JSON.
pub(crate) type Write<T> = fn(&mut Vec<u8>, &T) -> Result<(), serde_json::Error>;

/// The answer of a plain function.
pub fn now<R: Request>(result: Result<R::Response, R::Error>) -> impl Answer<Once<R>> + use<R> {
    Now(result)
}

/// The answer of an async function.
pub fn later<R, F>(future: F) -> impl Answer<Once<R>> + use<R, F>
where
    R: Request,
    F: Future<Output = Result<R::Response, R::Error>> + Send + 'static,
{
    Later(future)
}
