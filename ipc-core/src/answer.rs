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
use crate::handler::Outcome;

/// What a handler answers with: [`Once`] or [`Many`].
pub trait Output: 'static {
    #[doc(hidden)]
    fn describe(generators: &mut Generators) -> DraftAnswer;
}

/// A handler that answers once, with a `T` or an `E`.
#[derive(Debug)]
pub struct Once<T, E>(PhantomData<fn() -> Result<T, E>>);

/// A handler that answers with a stream of `T`, which an `E` may end.
#[derive(Debug)]
pub struct Many<T, E>(PhantomData<fn() -> Result<T, E>>);

impl<T: Serialize + JsonSchema + 'static, E: IpcError + 'static> Output for Once<T, E> {
    fn describe(generators: &mut Generators) -> DraftAnswer {
        DraftAnswer {
            response: Some(generators.output.subschema_for::<T>()),
            item: None,
            errors: E::describe(&mut generators.output),
        }
    }
}

impl<T: Serialize + JsonSchema + 'static, E: IpcError + 'static> Output for Many<T, E> {
    fn describe(generators: &mut Generators) -> DraftAnswer {
        DraftAnswer {
            response: None,
            item: Some(generators.output.subschema_for::<T>()),
            errors: E::describe(&mut generators.output),
        }
    }
}

/// What the function of a handler with this output has returned.
///
/// Generated code makes one with `now`, `later` or `stream`.
pub trait Answer<O>: Sized {
    #[doc(hidden)]
    fn begin(self, begin: crate::route::Begin<'_>) -> crate::route::Dispatch;
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
pub fn opened<const IS_RESULT: bool, S: Stream, E>(stream: S) -> Result<Outcomes<S, IsResult<IS_RESULT>>, E> {
    Ok(Outcomes { stream, items: PhantomData })
}

/// The stream of a function that has it at once.
pub fn opened_now<const IS_RESULT: bool, S: Stream, E>(
    stream: S,
) -> Ready<Result<Outcomes<S, IsResult<IS_RESULT>>, E>> {
    ready(opened(stream))
}

/// A stream whose opening could have failed.
pub fn outcomes<const IS_RESULT: bool, S: Stream>(stream: S) -> Outcomes<S, IsResult<IS_RESULT>> {
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

/// Whether the items of a stream are results.
#[derive(Debug)]
pub enum IsResult<const IS_RESULT: bool> {}

impl<S, const IS_RESULT: bool> Stream for Outcomes<S, IsResult<IS_RESULT>>
where
    S: Stream<Item: Outcome<IS_RESULT>>,
{
    type Item = Result<<S::Item as Outcome<IS_RESULT>>::Response, <S::Item as Outcome<IS_RESULT>>::Error>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<Option<Self::Item>> {
        self.project().stream.poll_next(cx).map(|item| item.map(Outcome::into_result))
    }
}

/// A stream that borrows from something that lives in the same future, as that of a service's method does from the
/// service: `run` is given where it puts the items, and drains the stream into that.
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
