//! Streams that borrow from what lives beside them.

use std::future::{Future, ready};
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex};
use std::task::{self, Poll};

use futures_core::Stream;

use super::stream::ItemOutcome;
use super::{Many, Returned, Streamed};
use crate::streaming::StreamRequest;

/// The answer of a function whose stream borrows from something that lives in the same future, as that of a service's
/// method does from the service: `run` is given where it puts the items, and drains the stream into that. Why there is
/// no stream, it puts there as the only item.
pub fn lent_stream<R, F, W>(run: W) -> Streamed<R, W>
where
    R: StreamRequest<Item: Send, Error: Send> + 'static,
    W: FnOnce(Slot<R>) -> F,
    F: Future<Output = ()> + Send + 'static,
{
    Streamed {
        made: run,
        begin: |run, begin, write| {
            let slot = Slot(Arc::default());
            let place = Arc::clone(&slot.0);
            begin.stream(ready(Ok(Lent::<R, F> { future: Some(run(slot)), place })), write)
        },
    }
}

/// Room for one item, or for why there is none.
type Place<R> = Arc<Mutex<Option<Returned<Many<R>>>>>;

/// Where a future puts the items of the stream that it drains.
pub struct Slot<R: StreamRequest>(Place<R>);

impl<R: StreamRequest> Slot<R> {
    /// Puts every item of `stream` here, each when the one before has been taken.
    pub async fn drain<const IS_RESULT: bool>(
        self,
        stream: impl Stream<Item: ItemOutcome<IS_RESULT, R::Error, Item = R::Item>>,
    ) {
        let mut stream = pin!(stream);
        std::future::poll_fn(|cx| {
            loop {
                if self.is_full() {
                    // Whoever takes the item polls again for the next.
                    return Poll::Pending;
                }
                match task::ready!(stream.as_mut().poll_next(cx)) {
                    Some(item) => self.put(item.into_result()),
                    None => return Poll::Ready(()),
                }
            }
        })
        .await;
    }

    /// Puts here why there is no stream.
    pub fn fail(self, error: R::Error) {
        self.put(Err(error));
    }

    fn is_full(&self) -> bool {
        self.0.lock().expect("nothing panics while it holds the slot").is_some()
    }

    fn put(&self, item: Returned<Many<R>>) {
        *self.0.lock().expect("nothing panics while it holds the slot") = Some(item);
    }
}

impl<R: StreamRequest> std::fmt::Debug for Slot<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Slot").finish_non_exhaustive()
    }
}

pin_project_lite::pin_project! {
    /// The items that a future puts into its slot.
    struct Lent<R: StreamRequest, F> {
        #[pin]
        future: Option<F>,
        place: Place<R>,
    }
}

impl<R: StreamRequest, F: Future<Output = ()>> Stream for Lent<R, F> {
    type Item = Returned<Many<R>>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<Option<Self::Item>> {
        let mut this = self.project();
        let done = match this.future.as_mut().as_pin_mut() {
            Some(future) => future.poll(cx).is_ready(),
            None => true,
        };
        if done {
            this.future.set(None);
        }
        match this.place.lock().expect("nothing panics while it holds the slot").take() {
            Some(item) => Poll::Ready(Some(item)),
            None if done => Poll::Ready(None),
            None => Poll::Pending,
        }
    }
}
