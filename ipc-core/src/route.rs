//! From a request's bytes to a response's bytes: a handler without its types.

mod guard;
mod pending;
mod stream;

use std::convert::Infallible;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{self, Poll, Waker};
use std::time::Duration;

use bytes::Bytes;
use schemars::{JsonSchema, Schema};
use serde::de::DeserializeOwned;
use tokio::time::Instant;

use crate::answer::{Answer, Answers, Later, Many, Now, Once, Output, Returned, Streamed, Write};
use crate::body::{Body, read_with};
use crate::context::{CallScope, Context};
use crate::deadline;
use crate::description::{Draft, Generators};
use crate::error::IpcError;
use crate::event::topic::Topic;
use crate::failure::Failure;
use crate::handler::{Handler, HandlerItem, Request};
use crate::items::ReceiveItems;
use crate::json::read_json;
use crate::layer::Around;
use crate::response;
use crate::sensitive;
use crate::state::Requirements;
use crate::streaming::StreamRequest;
use crate::validation::Issues;

use guard::guard;
pub use pending::PendingCall;
pub(crate) use pending::Running;
pub(crate) use stream::Items;
pub use stream::{PendingStream, Step};

/// A request as it arrived.
pub struct Inbound<'a> {
    /// The channel's name, whatever it is.
    pub channel: &'a [u8],
    /// The payload's JSON.
    pub json: &'a [u8],
    /// What the payload names by place.
    pub attachments: Vec<Bytes>,
    /// The caller's deadline.
    pub deadline: Option<Instant>,
    /// Makes the end at which the items of the caller arrive, for a channel that takes some.
    pub incoming: &'a mut dyn FnMut() -> Box<dyn ReceiveItems>,
}

impl std::fmt::Debug for Inbound<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Inbound").field("channel", &self.channel.escape_ascii()).finish_non_exhaustive()
    }
}

/// What became of a request.
#[derive(Debug)]
#[must_use]
pub enum Dispatch {
    /// The response stands in the body.
    Answered,
    /// The handler waits for something.
    Pending(PendingCall),
    /// The handler answers with a stream.
    Stream(PendingStream),
}

/// What a handler's answer begins with.
#[derive(Debug)]
pub struct Begin<'a> {
    channel: &'static str,
    detached: bool,
    cx: &'a mut Context,
    out: &'a mut Body,
}

impl Begin<'_> {
    /// What stays with a call that goes on.
    fn call(&mut self) -> OpenCall {
        OpenCall { channel: self.channel, deadline: self.cx.deadline(), scope: self.cx.take_scope() }
    }

    /// The answer of a handler whose stream `open` has, or why there is none.
    pub(crate) fn stream<F, S, T, E>(mut self, open: F, write: Write<T>) -> Dispatch
    where
        F: Future<Output = Result<S, E>> + Send + 'static,
        S: futures_core::Stream<Item = Result<T, E>> + Send + 'static,
        T: 'static,
        E: IpcError,
    {
        let items = stream::Opening::new(open, self.channel, write);
        Dispatch::Stream(PendingStream::new(self.call(), Box::pin(items)))
    }
}

/// A call that goes on.
pub(crate) struct OpenCall {
    channel: &'static str,
    deadline: Option<Instant>,
    /// What its handler may have asked to be told of.
    scope: Option<Arc<CallScope>>,
}

impl OpenCall {
    /// Nobody waits for the answer any more.
    fn cancel(&self) {
        if let Some(scope) = &self.scope {
            scope.cancellation.cancel();
        }
    }
}

/// What answers requests, whatever stands around it.
pub(crate) trait Dispatching: Send + Sync {
    fn dispatch(&self, json: &[u8], attachments: Vec<Bytes>, cx: &mut Context, out: &mut Body) -> Dispatch;
}

/// A handler of any request.
pub(crate) trait Route: Dispatching {
    fn item(&self) -> HandlerItem;
    fn requirements(&self) -> Requirements;
    fn describe(&self, generators: &mut Generators) -> Draft;
    /// The permission that the handler names.
    fn permission(&self) -> Option<&'static str>;
    fn timeout(&self) -> Option<Duration>;
    fn takes_incoming(&self) -> bool;
    fn answers_with_a_stream(&self) -> bool;
    /// The layers around the handler, if it has any.
    fn around(&self) -> Option<&Arc<dyn Around>> {
        None
    }
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
        describe::<H, S>(generators)
    }

    fn permission(&self) -> Option<&'static str> {
        H::PERMISSION
    }

    fn timeout(&self) -> Option<Duration> {
        H::TIMEOUT
    }

    fn takes_incoming(&self) -> bool {
        H::TAKES_INCOMING
    }

    fn answers_with_a_stream(&self) -> bool {
        H::Output::MANY
    }
}

/// What a handler says of its channel.
pub(crate) fn describe<H: Handler<S>, S>(generators: &mut Generators) -> Draft {
    let mut request = describe_request::<H>(H::SCHEMA_ID, generators);
    // The parameters by name say so themselves. The whole payload has a type that others use too.
    if H::SENSITIVE.contains(&"") {
        request.insert(sensitive::KEYWORD.to_owned(), true.into());
    }
    let incoming = H::describe_incoming(&mut generators.input);
    Draft {
        doc: H::DOC,
        permission: H::PERMISSION,
        timeout: H::TIMEOUT,
        detached: H::DETACHED,
        request,
        incoming,
        answer: H::Output::describe(generators),
    }
}

/// The schema of a request, whose own schema has the id `own`.
///
/// The struct beside a function is the channel's own and has no name in the schema: two modules may each have a `fetch`. A
/// payload that stands for the whole request lends it its own id, and keeps its name.
pub(crate) fn describe_request<R: JsonSchema>(own: &str, generators: &mut Generators) -> Schema {
    if R::schema_id() != own {
        return generators.input.subschema_for::<R>();
    }
    let mut request = R::json_schema(&mut generators.input);
    // They are the function's, and the channel has them already.
    for annotation in ["title", "description", "deprecated"] {
        request.remove(annotation);
    }
    request
}

impl<H: Handler<S>, S: Send + Sync> Dispatching for Typed<H, S> {
    fn dispatch(&self, json: &[u8], attachments: Vec<Bytes>, cx: &mut Context, out: &mut Body) -> Dispatch {
        begin(H::Output::CHANNEL, H::DETACHED, cx, out, |cx| start::<H, S>(&self.receiver, json, attachments, cx))
    }
}

/// An event that peers publish.
pub(crate) struct Publish(pub(crate) Arc<Topic>);

impl Dispatching for Publish {
    fn dispatch(&self, json: &[u8], attachments: Vec<Bytes>, cx: &mut Context, out: &mut Body) -> Dispatch {
        publish(Arc::clone(&self.0), json, attachments, cx, out)
    }
}

/// Publishes an event that a peer sent. It is answered when every subscriber has it, as the event's lag says.
pub(crate) fn publish(
    topic: Arc<Topic>,
    json: &[u8],
    attachments: Vec<Bytes>,
    cx: &mut Context,
    out: &mut Body,
) -> Dispatch {
    let channel = topic.channel;
    begin::<Once<Published>, _>(channel, false, cx, out, |_| {
        let publishing = topic.receive(json, attachments)?;
        Ok(Later(async move {
            publishing.await;
            Ok::<(), Infallible>(())
        }))
    })
}

/// An event that a peer publishes, whatever its channel: it is answered with nothing.
enum Published {}

impl Request for Published {
    const CHANNEL: &'static str = "";
    type Response = ();
    type Error = Infallible;
}

/// Begins to answer with what `start` has.
fn begin<O: Output, A: Answer<O>>(
    channel: &'static str,
    detached: bool,
    cx: &mut Context,
    out: &mut Body,
    start: impl FnOnce(&Context) -> Result<A, Failure>,
) -> Dispatch {
    let deadline = cx.deadline();
    let begin = |out: &mut Body| match start(cx) {
        Ok(answer) => answer.begin(Begin { channel, detached, cx, out }),
        Err(failure) => {
            refuse(channel, out, &failure);
            Dispatch::Answered
        }
    };
    guard(channel, out, Dispatch::Answered, |out| deadline::within(deadline, || begin(out)))
}

/// Begins to answer with what is around a handler.
pub(crate) fn answer(
    channel: &'static str,
    deadline: Option<Instant>,
    out: &mut Body,
    begin: impl FnOnce(OpenCall, &mut Body) -> Dispatch,
) -> Dispatch {
    // The handler has what belongs to the call.
    let call = OpenCall { channel, deadline, scope: None };
    guard(channel, out, Dispatch::Answered, |out| deadline::within(deadline, || begin(call, out)))
}

/// The answer of what has no handler: these items.
pub(crate) fn answer_with(channel: &'static str, deadline: Option<Instant>, items: impl Items + 'static) -> Dispatch {
    Dispatch::Stream(PendingStream::new(OpenCall { channel, deadline, scope: None }, Box::pin(items)))
}

/// Reads and checks the payload, and calls the function.
fn start<H: Handler<S>, S>(
    receiver: &S,
    json: &[u8],
    attachments: Vec<Bytes>,
    cx: &Context,
) -> Result<impl Answer<H::Output> + use<H, S>, Failure> {
    if H::BY_NAME && json.trim_ascii_start().first() == Some(&b'[') {
        let mut issues = Issues::default();
        issues.push("", "the parameters travel by name, in an object, and this is an array");
        return Err(issues.into_failure(H::Output::CHANNEL));
    }
    let request: H =
        read_with(attachments, || read_json(json).map_err(|_| explain::<H>(H::Output::CHANNEL, json, H::SENSITIVE)))?;
    let mut issues = Issues::default();
    request.validate(&mut issues);
    if !issues.is_empty() {
        return Err(issues.into_failure(H::Output::CHANNEL));
    }
    request.call(receiver, cx)
}

/// Reads a payload that could not be read once more, this time keeping track of where it goes wrong: the calls that
/// succeed do not pay for that.
#[cold]
pub(crate) fn explain<T: DeserializeOwned>(channel: &str, json: &[u8], sensitive: &[&str]) -> Failure {
    let mut issues = Issues::default();
    let mut reader = serde_json::Deserializer::from_slice(json);
    match serde_path_to_error::deserialize::<_, T>(&mut reader) {
        Err(error) => issues.push_json(&error, sensitive),
        Ok(_) => match reader.end() {
            Err(error) => issues.push("", error),
            Ok(()) => issues.push("", "the payload could not be read"),
        },
    }
    issues.into_failure(channel)
}

impl<R: Request> Answer<Once<R>> for Now<<Once<R> as Answers>::Value, <Once<R> as Answers>::Error> {
    fn begin(self, begin: Begin<'_>) -> Dispatch
    where
        Once<R>: Output,
    {
        respond::<Once<R>>(begin.channel, begin.out, self.0);
        Dispatch::Answered
    }
}

impl<R, F> Answer<Once<R>> for Later<F>
where
    R: Request,
    F: Future<Output = Returned<Once<R>>> + Send + 'static,
{
    fn begin(self, mut begin: Begin<'_>) -> Dispatch
    where
        Once<R>: Output,
    {
        let call = pending::Call::<_, Once<R>>::new(self.0, begin.channel);
        let mut running: Pin<Box<dyn Running>> = Box::pin(call);
        // The first poll takes place here, where a handler that need not wait answers without a task. One that waits is
        // polled again at once where it goes on, and registers that task's waker then.
        match running.as_mut().poll_into(&mut task::Context::from_waker(Waker::noop()), begin.out) {
            Poll::Ready(()) => Dispatch::Answered,
            Poll::Pending => {
                let detached = begin.detached.then(|| begin.cx.begin_detached());
                Dispatch::Pending(PendingCall::new(begin.call(), running, detached))
            }
        }
    }
}

impl<R: StreamRequest, M> Answer<Many<R>> for Streamed<R, M> {
    fn begin(self, begin: Begin<'_>) -> Dispatch
    where
        Many<R>: Output,
    {
        (self.begin)(self.made, begin, <Many<R> as Output>::write)
    }
}

/// Writes what the function returned.
fn respond<O: Output>(channel: &'static str, out: &mut Body, result: Returned<O>) {
    let failure = match result {
        Ok(data) => match out.write(|json| O::write(json, &data)) {
            Ok(()) => return,
            Err(error) => Failure::internal(format_args!("the response is no JSON: {error}")),
        },
        Err(error) => error.to_failure(),
    };
    refuse(channel, out, &failure);
}

/// Writes a failure, and tells the log what the client does not learn. Nothing else of core answers with a failure.
pub(crate) fn refuse(channel: &str, out: &mut Body, failure: &Failure) {
    if let Some(cause) = failure.cause() {
        tracing::error!(channel, correlation = failure.correlation(), cause, "the handler failed");
    }
    response::write_failure(&mut out.json, failure);
}
