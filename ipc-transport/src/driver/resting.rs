//! A connection's task: while nothing is said it holds what is needed to go on, and makes the rest when something is.

use std::mem;
use std::ops::Deref;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use ipc_core::Router;

use super::Driver;
use super::patience::Patience;
use crate::buffer;
use crate::half::ReadHalf;
use crate::link::Link;
use crate::throttle::Throttle;

/// Runs a connection to its end, and keeps its place until then.
pub(crate) struct Task<P> {
    state: State,
    place: Option<P>,
}

enum State {
    /// Nothing is said.
    Resting(Resting),
    /// Something has begun to arrive, or waits to be taken.
    Working(Box<Driver>),
    /// It says its last words.
    Ending(Pin<Box<dyn Future<Output = ()> + Send>>),
    Over,
}

/// What a connection holds while nothing is said.
pub(super) struct Resting {
    reader: ReadHalf,
    link: Attended,
    router: Arc<Router>,
    patience: Patience,
    throttle: Throttle,
    received: u64,
}

/// A connection that is closed when its task is gone: that may be dropped with its runtime, before it ran to its end.
pub(super) struct Attended(Arc<Link>);

impl<P> Task<P> {
    pub(super) fn new(driver: Driver, place: P) -> Self {
        Self { state: State::Working(Box::new(driver)), place: Some(place) }
    }
}

impl<P: Unpin> Future for Task<P> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        loop {
            let (driver, polled) = match mem::replace(&mut self.state, State::Over) {
                State::Resting(resting) => {
                    // Mostly nothing is left of it when it has been polled, so it has no room of its own.
                    let mut driver = Driver::resumed(resting);
                    let polled = driver.poll(cx);
                    if polled.is_pending() && driver.can_rest() {
                        self.state = State::Resting(driver.rested());
                        return Poll::Pending;
                    }
                    (Box::new(driver), polled)
                }
                State::Working(mut driver) => {
                    let polled = driver.poll(cx);
                    if polled.is_pending() && driver.can_rest() {
                        self.state = State::Resting(driver.rested());
                        return Poll::Pending;
                    }
                    (driver, polled)
                }
                State::Ending(mut ending) => {
                    if ending.as_mut().poll(cx).is_pending() {
                        self.state = State::Ending(ending);
                        return Poll::Pending;
                    }
                    drop(ending);
                    self.place = None;
                    return Poll::Ready(());
                }
                State::Over => return Poll::Ready(()),
            };
            let Poll::Ready(end) = polled else {
                self.state = State::Working(driver);
                return Poll::Pending;
            };
            // What is needed once, at the end, has its room made then.
            self.state = State::Ending(Box::pin(async move { { driver }.end(end).await }));
        }
    }
}

impl Driver {
    fn resumed(resting: Resting) -> Self {
        let Resting { reader, link, router, patience, throttle, received } = resting;
        Self { patience, throttle, received, ..Self::over(reader, link, router) }
    }

    /// Whether nothing is lost by [resting](Self::rested).
    fn can_rest(&self) -> bool {
        let nothing_arrives = self.input.is_empty() && self.assembly.is_empty() && self.arriving.is_none();
        nothing_arrives && self.replies.is_empty() && !self.blocked && self.last_words.is_none()
    }

    /// What is left of it while nothing is said.
    fn rested(self) -> Resting {
        // All are named: whoever adds one says whether it is kept.
        let Self {
            reader,
            link,
            router,
            context: _,
            grants_seen: _,
            input,
            assembly: _,
            arriving: _,
            replies,
            replies_waiting: _,
            patience,
            throttle,
            batches_left: _,
            blocked: _,
            received,
            last_words: _,
        } = self;
        buffer::give_back(input);
        buffer::give_back(replies.into_room());
        Resting { reader, link, router, patience, throttle, received }
    }
}

impl From<Arc<Link>> for Attended {
    fn from(link: Arc<Link>) -> Self {
        Self(link)
    }
}

impl Deref for Attended {
    type Target = Arc<Link>;

    fn deref(&self) -> &Arc<Link> {
        &self.0
    }
}

impl Drop for Attended {
    fn drop(&mut self) {
        self.0.close("the connection's task was dropped");
    }
}
