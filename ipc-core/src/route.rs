//! From a request's bytes to a response's bytes: a handler without its types.

use std::future::Future;
use std::marker::PhantomData;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{self, Poll, Waker, ready};
use std::time::Duration;

use tokio::time::{Instant, Sleep, sleep_until};

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::context::Context;
use crate::deadline;
use crate::description::{Draft, Generators};
use crate::error::IpcError;
use crate::failure::Failure;
use crate::handler::{Answer, Handler, HandlerItem, Request};
use crate::response;
use crate::state::Requirements;
use crate::validation::Issues;

/// What became of a request.
#[derive(Debug)]
#[must_use]
pub enum Dispatch {
    /// The response stands in the buffer.
    Answered,
    /// The handler waits for something.
    Pending(PendingCall),
}

/// A call whose handler was polled once and is not done. Dropping it drops the handler's future.
pub struct PendingCall {
    channel: &'static str,
    running: Option<Pin<Box<dyn Running>>>,
    deadline: Option<Instant>,
    alarm: Option<Pin<Box<Sleep>>>,
}

impl PendingCall {
    /// Polls the handler; when it is done, its response stands in `out`, after what `out` held already.
    ///
    /// A handler that panics has answered `INTERNAL`. One whose deadline passes has answered `TIMEOUT`, and is dropped.
    pub fn poll(&mut self, cx: &mut task::Context<'_>, out: &mut Vec<u8>) -> Poll<()> {
        let Self { channel, running, deadline, alarm } = self;
        let polled = guard(channel, out, Poll::Ready(()), |out| match running {
            Some(future) => {
                ready!(deadline::within(*deadline, || future.as_mut().poll_into(cx, out)));
                // Dropping it runs the handler's code too.
                *running = None;
                Poll::Ready(())
            }
            None => Poll::Ready(()),
        });
        let (Poll::Pending, Some(deadline)) = (polled, *deadline) else { return polled };
        let alarm = alarm.get_or_insert_with(|| Box::pin(sleep_until(deadline)));
        ready!(alarm.as_mut().poll(cx));
        guard(channel, out, (), |_| drop(running.take()));
        refuse(channel, out, &deadline::timed_out());
        Poll::Ready(())
    }
}

impl std::fmt::Debug for PendingCall {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PendingCall").field("channel", &self.channel).finish_non_exhaustive()
    }
}

/// A handler of any request.
pub(crate) trait Route: Send + Sync {
    fn item(&self) -> HandlerItem;
    fn requirements(&self) -> Requirements;
    fn describe(&self, generators: &mut Generators) -> Draft;
    fn timeout(&self) -> Option<Duration>;
    fn dispatch(&self, body: &[u8], cx: &Context, out: &mut Vec<u8>) -> Dispatch;
}

/// The handler of the request `H`, and what it is called on: for a function nothing, which takes no room.
pub(crate) struct Typed<H, S> {
    receiver: S,
    handler: PhantomData<fn() -> H>,
}

impl<H, S> Typed<H, S> {
    pub(crate) const fn new(receiver: S) -> Self {
        Self { receiver, handler: PhantomData }
    }
}

impl<H: Handler<S>, S: Send + Sync> Route for Typed<H, S> {
    fn item(&self) -> HandlerItem {
        H::ITEM
    }

    fn requirements(&self) -> Requirements {
        let mut needs = Requirements::default();
        H::requirements(&mut needs);
        needs
    }

    fn describe(&self, generators: &mut Generators) -> Draft {
        // The struct beside a function is the channel's own and has no name in the schema: two modules may each have a
        // `fetch`. A payload that stands for the whole request lends it its own id, and keeps its name.
        let request = if H::schema_id() == H::SCHEMA_ID {
            let mut own = H::json_schema(&mut generators.input);
            // They are the function's, and the channel has them already.
            for annotation in ["title", "description", "deprecated"] {
                own.remove(annotation);
            }
            own
        } else {
            generators.input.subschema_for::<H>()
        };
        Draft {
            doc: H::DOC,
            request,
            response: generators.output.subschema_for::<H::Response>(),
            errors: H::Error::describe(&mut generators.output),
        }
    }

    fn timeout(&self) -> Option<Duration> {
        H::TIMEOUT
    }

    fn dispatch(&self, body: &[u8], cx: &Context, out: &mut Vec<u8>) -> Dispatch {
        let deadline = cx.deadline();
        let start = |out: &mut Vec<u8>| match start::<H, S>(&self.receiver, body, cx) {
            Ok(Answer::Now(result)) => {
                respond::<H>(out, result);
                Dispatch::Answered
            }
            Ok(Answer::Later(future)) => {
                let mut running: Pin<Box<dyn Running>> = Box::pin(Call { future, handler: PhantomData::<fn() -> H> });
                // The first poll takes place here, where a handler that need not wait answers without a task. One that
                // waits is polled again at once where it goes on, and registers that task's waker then.
                match running.as_mut().poll_into(&mut task::Context::from_waker(Waker::noop()), out) {
                    Poll::Ready(()) => Dispatch::Answered,
                    Poll::Pending => {
                        let running = Some(running);
                        Dispatch::Pending(PendingCall { channel: H::CHANNEL, running, deadline, alarm: None })
                    }
                }
            }
            Err(failure) => {
                refuse(H::CHANNEL, out, &failure);
                Dispatch::Answered
            }
        };
        guard(H::CHANNEL, out, Dispatch::Answered, |out| deadline::within(deadline, || start(out)))
    }
}

/// Reads and checks the payload, and calls the function.
#[expect(clippy::type_complexity, reason = "an alias cannot hold `impl Future`")]
fn start<H: Handler<S>, S>(
    receiver: &S,
    body: &[u8],
    cx: &Context,
) -> Result<Answer<impl Future<Output = Result<H::Response, H::Error>> + Send + 'static + use<H, S>>, Failure> {
    if H::BY_NAME && body.trim_ascii_start().first() == Some(&b'[') {
        let mut issues = Issues::default();
        issues.push("", "the parameters travel by name, in an object, and this is an array");
        return Err(issues.into_failure(H::CHANNEL));
    }
    let request: H = serde_json::from_slice(body).map_err(|_| explain::<H>(body))?;
    let mut issues = Issues::default();
    request.validate(&mut issues);
    if !issues.is_empty() {
        return Err(issues.into_failure(H::CHANNEL));
    }
    request.call(receiver, cx)
}

/// Reads a payload that could not be read once more, this time keeping track of where it goes wrong: the calls that
/// succeed do not pay for that.
#[cold]
fn explain<H: Request + DeserializeOwned>(body: &[u8]) -> Failure {
    let mut issues = Issues::default();
    let mut json = serde_json::Deserializer::from_slice(body);
    match serde_path_to_error::deserialize::<_, H>(&mut json) {
        Err(error) => issues.push_json(&error),
        Ok(_) => match json.end() {
            Err(error) => issues.push("", error),
            Ok(()) => issues.push("", "the payload could not be read"),
        },
    }
    issues.into_failure(H::CHANNEL)
}

/// Writes what the function returned.
fn respond<H: Request<Response: Serialize>>(out: &mut Vec<u8>, result: Result<H::Response, H::Error>) {
    let failure = match result {
        Ok(data) => match response::write_success(out, &data) {
            Ok(()) => return,
            Err(error) => Failure::internal(format_args!("the response is no JSON: {error}")),
        },
        Err(error) => error.to_failure(),
    };
    refuse(H::CHANNEL, out, &failure);
}

/// Writes a failure, and tells the log what the client does not learn.
pub(crate) fn refuse(channel: &str, out: &mut Vec<u8>, failure: &Failure) {
    if let Some(cause) = failure.cause() {
        tracing::error!(channel, cause, "the handler failed");
    }
    response::write_failure(out, failure);
}

/// Runs `work`, and turns a panic in it into the answer `INTERNAL`; what it wrote up to then is taken back.
fn guard<T>(channel: &str, out: &mut Vec<u8>, panicked: T, work: impl FnOnce(&mut Vec<u8>) -> T) -> T {
    let start = out.len();
    // What a panic leaves half-done is the handler's own future, which is dropped, and `out`, which is cut back.
    match catch_unwind(AssertUnwindSafe(|| work(out))) {
        Ok(done) => done,
        Err(panic) => {
            out.truncate(start);
            let said =
                panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
            let cause = format_args!("it panicked: {}", said.unwrap_or("(no message)"));
            refuse(channel, out, &Failure::internal(cause));
            if let Err(again) = catch_unwind(AssertUnwindSafe(|| drop(panic))) {
                // A payload that panics when it is dropped is left alone.
                std::mem::forget(again);
            }
            panicked
        }
    }
}

/// A handler's future without its type.
trait Running: Send {
    fn poll_into(self: Pin<&mut Self>, cx: &mut task::Context<'_>, out: &mut Vec<u8>) -> Poll<()>;
}

pin_project_lite::pin_project! {
    struct Call<H, F> {
        #[pin]
        future: F,
        handler: PhantomData<fn() -> H>,
    }
}

impl<H, F> Running for Call<H, F>
where
    H: Request<Response: Serialize>,
    F: Future<Output = Result<H::Response, H::Error>> + Send,
{
    fn poll_into(self: Pin<&mut Self>, cx: &mut task::Context<'_>, out: &mut Vec<u8>) -> Poll<()> {
        self.project().future.poll(cx).map(|result| respond::<H>(out, result))
    }
}
