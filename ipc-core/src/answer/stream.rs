//! Functions that return streams.

use std::future::{Future, ready};
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{self, Poll};

use futures_core::Stream;

use super::Streamed;
use crate::streaming::StreamRequest;

/// The answer of a plain function that returns a stream.
pub fn stream<R, const IS_RESULT: bool, S>(stream: S) -> Streamed<R, S>
where
    R: StreamRequest + 'static,
    S: Stream<Item: ItemOutcome<IS_RESULT, R::Error, Item = R::Item>> + Send + 'static,
{
    Streamed {
        made: stream,
        begin: |stream, begin, write| begin.stream(async { Ok(outcomes::<R, IS_RESULT, S>(stream)) }, write),
    }
}

/// The answer of an async function that returns a stream.
pub fn stream_later<R, const IS_RESULT: bool, F, S>(future: F) -> Streamed<R, F>
where
    R: StreamRequest + 'static,
    F: Future<Output = S> + Send + 'static,
    S: Stream<Item: ItemOutcome<IS_RESULT, R::Error, Item = R::Item>> + Send + 'static,
{
    Streamed {
        made: future,
        begin: |future, begin, write| begin.stream(async { Ok(outcomes::<R, IS_RESULT, S>(future.await)) }, write),
    }
}

/// The answer of a plain function that opens a stream, or fails to.
pub fn try_stream<R, const IS_RESULT: bool, S>(opened: Result<S, R::Error>) -> Streamed<R, Result<S, R::Error>>
where
    R: StreamRequest<Error: Send> + 'static,
    S: Stream<Item: ItemOutcome<IS_RESULT, R::Error, Item = R::Item>> + Send + 'static,
{
    Streamed {
        made: opened,
        begin: |opened, begin, write| begin.stream(ready(opened.map(outcomes::<R, IS_RESULT, S>)), write),
    }
}

/// The answer of an async function that opens a stream, or fails to.
pub fn try_stream_later<R, const IS_RESULT: bool, F, S>(future: F) -> Streamed<R, F>
where
    R: StreamRequest + 'static,
    F: Future<Output = Result<S, R::Error>> + Send + 'static,
    S: Stream<Item: ItemOutcome<IS_RESULT, R::Error, Item = R::Item>> + Send + 'static,
{
    Streamed {
        made: future,
        begin: |future, begin, write| begin.stream(async { future.await.map(outcomes::<R, IS_RESULT, S>) }, write),
    }
}

pin_project_lite::pin_project! {
    /// The items of a stream as results, whatever they were.
    struct Outcomes<K, S> {
        #[pin]
        stream: S,
        items: PhantomData<fn() -> K>,
    }
}

/// The items of the request `R`, and whether they are results.
struct ItemsOf<R, const IS_RESULT: bool>(PhantomData<R>);

fn outcomes<R, const IS_RESULT: bool, S>(stream: S) -> Outcomes<ItemsOf<R, IS_RESULT>, S> {
    Outcomes { stream, items: PhantomData }
}

impl<R, const IS_RESULT: bool, S> Stream for Outcomes<ItemsOf<R, IS_RESULT>, S>
where
    R: StreamRequest,
    S: Stream<Item: ItemOutcome<IS_RESULT, R::Error, Item = R::Item>>,
{
    type Item = Result<R::Item, R::Error>;

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
