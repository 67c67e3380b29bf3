//! A layered handler, as the router sees it.

use std::cell::Cell;
use std::error::Error;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{self, Poll, Waker, ready};
use std::thread::LocalKey;
use std::time::Duration;

use bytes::Bytes;
use tower_service::Service;

use super::message::{Answered, CallRequest, CallResponse, Payload};
use super::service::{CallLayer, Inner, Next};
use crate::__private::internal;
use crate::body::Body;
use crate::context::Context;
use crate::description::{Draft, Generators};
use crate::failure::Failure;
use crate::handler::HandlerItem;
use crate::remote::BoxFuture;
use crate::route::{
    Dispatch, Dispatching, Items, PendingCall, PendingStream, Publish, Route, Running, Step, answer, refuse,
};
use crate::state::Requirements;

/// A service around a handler, without its type.
pub trait Around: Send + Sync {
    /// Answers a request when the service is ready for it.
    fn call(&self, request: CallRequest) -> BoxFuture<'static, CallResponse>;
}

pub(super) struct Surrounded<S>(pub(super) S);

impl<S> Around for Surrounded<S>
where
    S: Service<CallRequest, Response = CallResponse, Error: Into<Box<dyn Error + Send + Sync>>, Future: Send + 'static>
        + Clone
        + Send
        + Sync
        + 'static,
{
    fn call(&self, request: CallRequest) -> BoxFuture<'static, CallResponse> {
        let channel = request.channel();
        let mut service = self.0.clone();
        // Most services are always ready. One that is not is asked again where the call goes on.
        match service.poll_ready(&mut task::Context::from_waker(Waker::noop())) {
            Poll::Ready(Ok(())) => Box::pin(Answering { future: service.call(request), channel }),
            Poll::Ready(Err(error)) => Box::pin(std::future::ready(failed(channel, error.into()))),
            Poll::Pending => Box::pin(async move {
                if let Err(error) = poll_fn(|cx| service.poll_ready(cx)).await.map_err(Into::into) {
                    return failed(channel, error);
                }
                let future = service.call(request);
                drop(service);
                Answering { future, channel }.await
            }),
        }
    }
}

pin_project_lite::pin_project! {
    /// The response of a service, whose errors are responses too.
    struct Answering<F> {
        #[pin]
        future: F,
        channel: &'static str,
    }
}

impl<F, E> Future for Answering<F>
where
    F: Future<Output = Result<CallResponse, E>>,
    E: Into<Box<dyn Error + Send + Sync>>,
{
    type Output = CallResponse;

    fn poll(self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<CallResponse> {
        let this = self.project();
        this.future.poll(cx).map(|answered| answered.unwrap_or_else(|error| failed(this.channel, error.into())))
    }
}

/// The response of a layer that failed: with what it says itself, or with what only the log learns.
#[cold]
fn failed(channel: &str, error: Box<dyn Error + Send + Sync>) -> CallResponse {
    let failure = match error.downcast::<Failure>() {
        Ok(failure) => *failure,
        Err(error) => internal(&*error),
    };
    CallResponse::refused(channel, &failure)
}

/// A buffer of more than so many bytes is not kept.
const KEPT_BYTES: usize = 16 * 1024;

/// Where a request or a response stood that is gone: the next one of this thread need not ask for room.
pub(super) type Kept = LocalKey<Cell<Vec<u8>>>;

thread_local! {
    static REQUEST: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
    static RESPONSE: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

/// Room for a response.
#[inline]
pub(super) fn response_buffer() -> Vec<u8> {
    RESPONSE.take()
}

/// The buffer of a request that has been read.
#[inline]
pub(super) fn request_read(json: Vec<u8>) {
    keep(&REQUEST, json);
}

#[inline]
fn keep(kept: &'static Kept, mut buffer: Vec<u8>) {
    if buffer.capacity() <= KEPT_BYTES {
        buffer.clear();
        kept.set(buffer);
    }
}

/// A handler with layers around it.
pub(crate) struct LayeredRoute {
    route: Arc<dyn Route>,
    around: Arc<dyn Around>,
}

impl LayeredRoute {
    /// Puts `layer` around a handler, or around the layers that it has.
    pub(crate) fn new(route: Arc<dyn Route>, layer: &(impl CallLayer + ?Sized)) -> Self {
        let next = match route.around() {
            Some(around) => Inner::Layer(Arc::clone(around)),
            None => Inner::Handler(Arc::clone(&route) as Arc<dyn Dispatching>),
        };
        Self { around: layer.surround(Next(next)), route }
    }
}

impl Dispatching for LayeredRoute {
    fn dispatch(&self, json: &[u8], attachments: Vec<Bytes>, cx: &mut Context, out: &mut Body) -> Dispatch {
        dispatch(&self.around, self.route.answers_with_a_stream(), json, attachments, cx, out)
    }
}

impl Route for LayeredRoute {
    fn item(&self) -> HandlerItem {
        self.route.item()
    }

    fn requirements(&self) -> Requirements {
        self.route.requirements()
    }

    fn describe(&self, generators: &mut Generators) -> Draft {
        self.route.describe(generators)
    }

    fn permission(&self) -> Option<&'static str> {
        self.route.permission()
    }

    fn timeout(&self) -> Option<Duration> {
        self.route.timeout()
    }

    fn takes_incoming(&self) -> bool {
        self.route.takes_incoming()
    }

    fn answers_with_a_stream(&self) -> bool {
        self.route.answers_with_a_stream()
    }

    fn around(&self) -> Option<&Arc<dyn Around>> {
        Some(&self.around)
    }
}

/// The publishing of an event by peers, with layers around it.
pub(crate) struct LayeredPublish(Arc<dyn Around>);

impl LayeredPublish {
    pub(crate) fn new(publish: Publish, within: Option<&Self>, layer: &(impl CallLayer + ?Sized)) -> Self {
        let next = match within {
            Some(Self(around)) => Inner::Layer(Arc::clone(around)),
            None => Inner::Handler(Arc::new(publish)),
        };
        Self(layer.surround(Next(next)))
    }
}

impl Dispatching for LayeredPublish {
    fn dispatch(&self, json: &[u8], attachments: Vec<Bytes>, cx: &mut Context, out: &mut Body) -> Dispatch {
        dispatch(&self.0, false, json, attachments, cx, out)
    }
}

fn dispatch(
    around: &Arc<dyn Around>,
    streams: bool,
    json: &[u8],
    attachments: Vec<Bytes>,
    cx: &mut Context,
    out: &mut Body,
) -> Dispatch {
    let (channel, deadline) = (cx.channel(), cx.deadline());
    let mut copy = REQUEST.take();
    copy.extend_from_slice(json);
    let request = CallRequest { cx: cx.take(), payload: Payload(Body { json: copy, attachments }) };
    answer(channel, deadline, out, |call, out| {
        let mut future = around.call(request);
        // As with a handler: what need not wait is answered here, and what waits is polled again where it goes on.
        match future.as_mut().poll(&mut task::Context::from_waker(Waker::noop())) {
            Poll::Ready(CallResponse(Answered::Stream(stream))) if streams => Dispatch::Stream(stream),
            Poll::Ready(response) => {
                end(channel, response, out);
                Dispatch::Answered
            }
            Poll::Pending if streams => Dispatch::Stream(PendingStream::new(
                call,
                Box::pin(LayeredItems { channel, state: State::Opening(future) }),
            )),
            Poll::Pending => Dispatch::Pending(PendingCall::new(call, Box::pin(LayeredCall { channel, future }), None)),
        }
    })
}

/// Writes the response that ends a call.
fn end(channel: &str, response: CallResponse, out: &mut Body) {
    match response.0 {
        Answered::Once(body) => put(body, out),
        Answered::Stream(_) => refuse(channel, out, &Failure::internal("a layer answered one call with a stream")),
    }
}

/// Writes what a layer let through. Nothing that has attachments stands before it: they belong to one message.
fn put(body: Body, out: &mut Body) {
    out.json.extend_from_slice(&body.json);
    out.attachments.extend(body.attachments);
    keep(&RESPONSE, body.json);
}

/// The layers around a call that wait for something.
struct LayeredCall {
    channel: &'static str,
    future: BoxFuture<'static, CallResponse>,
}

impl Running for LayeredCall {
    fn poll_into(mut self: Pin<&mut Self>, cx: &mut task::Context<'_>, out: &mut Body) -> Poll<()> {
        let response = ready!(self.future.as_mut().poll(cx));
        end(self.channel, response, out);
        Poll::Ready(())
    }
}

/// The layers around a stream that wait for something, then the stream.
struct LayeredItems {
    channel: &'static str,
    state: State,
}

enum State {
    Opening(BoxFuture<'static, CallResponse>),
    Open(PendingStream),
}

impl Items for LayeredItems {
    fn poll_step(mut self: Pin<&mut Self>, cx: &mut task::Context<'_>, out: &mut Body) -> Poll<Step> {
        if let State::Opening(future) = &mut self.state {
            match ready!(future.as_mut().poll(cx)) {
                CallResponse(Answered::Stream(stream)) => self.state = State::Open(stream),
                response => {
                    end(self.channel, response, out);
                    return Poll::Ready(Step::End);
                }
            }
        }
        match &mut self.state {
            State::Open(stream) => stream.poll_step(cx, out),
            State::Opening(_) => Poll::Pending,
        }
    }
}

/// As many items are left out in a row before others have their turn.
const LEFT_OUT: usize = 64;

/// A stream whose items are seen by a layer.
pub(super) struct Seen<F> {
    pub(super) stream: PendingStream,
    pub(super) see: F,
    pub(super) channel: &'static str,
}

impl<F: FnMut(&mut Payload) -> Result<bool, Failure> + Send + Unpin> Items for Seen<F> {
    fn poll_step(mut self: Pin<&mut Self>, cx: &mut task::Context<'_>, out: &mut Body) -> Poll<Step> {
        let Self { stream, see, channel } = &mut *self;
        for _ in 0..LEFT_OUT {
            let mut item = Payload(Body { json: response_buffer(), attachments: Vec::new() });
            match ready!(stream.poll_step(cx, &mut item.0)) {
                Step::End => {
                    put(item.0, out);
                    return Poll::Ready(Step::End);
                }
                Step::Item => match see(&mut item) {
                    Ok(true) => {
                        put(item.0, out);
                        return Poll::Ready(Step::Item);
                    }
                    Ok(false) => keep(&RESPONSE, item.0.json),
                    Err(failure) => {
                        refuse(channel, out, &failure);
                        return Poll::Ready(Step::End);
                    }
                },
            }
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }
}
