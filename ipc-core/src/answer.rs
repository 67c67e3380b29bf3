//! What a handler's function comes to: a value, a future of one, or a stream of items.

use std::future::{Future, Ready, ready};
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{self, Poll, ready};

use futures_core::Stream;
use schemars::JsonSchema;
use serde::Serialize;

use crate::description::{DraftAnswer, Generators};
use crate::error::IpcError;
use crate::handler::Request;
use crate::response;
use crate::streaming::StreamRequest;

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
    type Value = R::Response;
    type Error = R::Error;
}

impl<R: StreamRequest> Answers for Many<R> {
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
        serde_json::to_writer(json, item)
    }
}

/// What the function of a handler with this output has returned.
///
/// Generated code makes one with `now`, `later` or `stream`.
pub trait Answer<O>: Sized {
    #[doc(hidden)]
    fn begin(self, begin: crate::route::Begin<'_>) -> crate::route::Dispatch
    where
        O: Output;
}

/// A plain function has answered.
#[derive(Debug)]
pub struct Now<T, E>(pub(crate) Result<T, E>);

/// An async function has been called.
#[derive(Debug)]
pub struct Later<F>(pub(crate) F);

/// A function that returns a stream has been called; the future has the stream, or why there is none.
#[derive(Debug)]
pub struct Streamed<F>(pub(crate) F);

/// The answer of a plain function.
pub fn now<T, E>(result: Result<T, E>) -> Now<T, E> {
    Now(result)
}

/// The answer of an async function.
pub fn later<F: Future + Send + 'static>(future: F) -> Later<F> {
    Later(future)
}

/// The answer of a function that returns a stream: `open` has it, as an async function does, or is ready.
pub fn stream<F, S, E>(open: F) -> Streamed<F>
where
    F: Future<Output = Result<S, E>> + Send + 'static,
    S: Stream + Send + 'static,
{
    Streamed(open)
}

/// A stream that was opened without anything that could fail.
pub fn opened<const IS_RESULT: bool, E, S>(stream: S) -> Result<Outcomes<S, ItemsAre<IS_RESULT, E>>, E>
where
    S: Stream<Item: ItemOutcome<IS_RESULT, E>>,
{
    Ok(outcomes(stream))
}

/// The stream of a function that has it at once.
pub fn opened_now<const IS_RESULT: bool, E, S>(stream: S) -> Ready<Result<Outcomes<S, ItemsAre<IS_RESULT, E>>, E>>
where
    S: Stream<Item: ItemOutcome<IS_RESULT, E>>,
{
    ready(opened(stream))
}

/// The items of a stream as the results of a channel that fails with `E`.
pub fn outcomes<const IS_RESULT: bool, E, S>(stream: S) -> Outcomes<S, ItemsAre<IS_RESULT, E>>
where
    S: Stream<Item: ItemOutcome<IS_RESULT, E>>,
{
    Outcomes { stream, items: PhantomData }
}

pin_project_lite::pin_project! {
    /// The items of a stream as results, whatever they were.
    #[derive(Debug)]
    pub struct Outcomes<S, K> {
        #[pin]
        stream: S,
        items: PhantomData<K>,
    }
}

/// Whether the items of a stream are results, and what its channel fails with.
#[derive(Debug)]
pub struct ItemsAre<const IS_RESULT: bool, E>(PhantomData<fn() -> E>);

impl<S, E, const IS_RESULT: bool> Stream for Outcomes<S, ItemsAre<IS_RESULT, E>>
where
    S: Stream<Item: ItemOutcome<IS_RESULT, E>>,
{
    type Item = Result<<S::Item as ItemOutcome<IS_RESULT, E>>::Item, E>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<Option<Self::Item>> {
        self.project().stream.poll_next(cx).map(|item| item.map(ItemOutcome::into_result))
    }
}

/// What an item of a handler's stream means for a channel that fails with `E`.
///
/// As with [`Outcome`](crate::handler::Outcome), `IS_RESULT` tells a result from every other type. A stream of results
/// fails as its opening does, where that can fail.
#[diagnostic::on_unimplemented(
    message = "the items of this stream fail with another error than its opening",
    label = "a channel has one error, and this is not `{E}`",
    note = "return `Result<impl Stream<Item = Result<T, E>>, E>`, with one `E`"
)]
pub trait ItemOutcome<const IS_RESULT: bool, E> {
    /// What travels when all is well.
    type Item;

    /// The two told apart.
    ///
    /// # Errors
    ///
    /// The error that the item was.
    fn into_result(self) -> Result<Self::Item, E>;
}

impl<T, E> ItemOutcome<true, E> for Result<T, E> {
    type Item = T;

    fn into_result(self) -> Self {
        self
    }
}

impl<T, E> ItemOutcome<false, E> for T {
    type Item = T;

    fn into_result(self) -> Result<T, E> {
        Ok(self)
    }
}

/// A stream that borrows from something that lives in the same future, as that of a service's method does from the
/// service: `run` is given where it puts the items, and drains the stream into that. Why there is no stream, it puts
/// there as the only item.
pub fn lent<T, F: Future<Output = ()>>(run: impl FnOnce(Slot<T>) -> F) -> Lent<T, F> {
    let slot = Arc::new(Mutex::new(None));
    Lent { future: Some(run(Slot(Arc::clone(&slot)))), slot }
}

/// Where a future puts the items of the stream that it drains.
#[derive(Debug)]
pub struct Slot<T>(Arc<Mutex<Option<T>>>);

impl<T> Slot<T> {
    /// Puts every item of `stream` here, each when the one before has been taken.
    pub async fn drain(self, stream: impl Stream<Item = T>) {
        let mut stream = std::pin::pin!(stream);
        std::future::poll_fn(|cx| {
            loop {
                if self.0.lock().expect("nothing panics while it holds the slot").is_some() {
                    // Whoever takes the item polls again for the next.
                    return Poll::Pending;
                }
                match ready!(stream.as_mut().poll_next(cx)) {
                    Some(item) => *self.0.lock().expect("nothing panics while it holds the slot") = Some(item),
                    None => return Poll::Ready(()),
                }
            }
        })
        .await;
    }
}

impl<T, E> Slot<Result<T, E>> {
    /// Puts here why there is no stream.
    pub fn fail(self, error: E) {
        *self.0.lock().expect("nothing panics while it holds the slot") = Some(Err(error));
    }
}

pin_project_lite::pin_project! {
    /// The items that a future puts into its slot.
    #[derive(Debug)]
    pub struct Lent<T, F> {
        #[pin]
        future: Option<F>,
        slot: Arc<Mutex<Option<T>>>,
    }
}

impl<T, F: Future<Output = ()>> Stream for Lent<T, F> {
    type Item = T;

    fn poll_next(self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<Option<T>> {
        let mut this = self.project();
        let done = match this.future.as_mut().as_pin_mut() {
            Some(future) => future.poll(cx).is_ready(),
            None => true,
        };
        if done {
            this.future.set(None);
        }
        match this.slot.lock().expect("nothing panics while it holds the slot").take() {
            Some(item) => Poll::Ready(Some(item)),
            None if done => Poll::Ready(None),
            None => Poll::Pending,
        }
    }
}
