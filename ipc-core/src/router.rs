//! The router: which handler answers which channel.

use std::collections::HashMap;
use std::future::poll_fn;
use std::sync::{Arc, OnceLock};
use std::task::{self, Poll};

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::body::Body;
use crate::channel;
use crate::context::Context;
use crate::deadline::{self, current_deadline, earlier};
use crate::description::{self, Description, DescriptionError};
use crate::failure::{Failure, code};
use crate::handler::{Handler, HandlerItem, Request};
use crate::invoke::{Invoke, InvokeError, read_response};
use crate::items::{Direct, Ending, ReceiveItems, Received, Upload};
use crate::peer::Peer;
use crate::route::{Dispatch, Inbound, PendingCall, PendingStream, Route, Step, Typed, refuse};
use crate::service::Service;
use crate::state::States;
use crate::streaming::{InvokeStream, ItemStream, StreamRequest};

/// The handlers of an application, and the state that they share.
///
/// A router is built once and then served: by a server, by as many connections as one likes, or in process with
/// [`invoke`](Self::invoke). What is wrong with it is told when it is served, all at once (see [`check`](Self::check)).
#[derive(Default)]
pub struct Router {
    routes: HashMap<&'static str, Box<dyn Route>>,
    states: Arc<States>,
    problems: Vec<RouterProblem>,
    fingerprint: OnceLock<Result<String, DescriptionError>>,
}

impl Router {
    /// A router without handlers.
    pub fn new() -> Self {
        Self::default()
    }

    /// Lends `value` to every handler that has a parameter of type [`State<T>`](crate::State).
    #[must_use]
    pub fn state<T: Send + Sync + 'static>(mut self, value: T) -> Self {
        let states = Arc::get_mut(&mut self.states).expect("a router shares its states only once it is served");
        if states.insert(value) {
            self.problems.push(RouterProblem::DuplicateState { state: std::any::type_name::<T>() });
        }
        self
    }

    /// Answers the channel of `H` with the function that `H` stands beside: `.handle::<fetch>()`.
    #[must_use]
    pub fn handle<H: Handler>(self) -> Self {
        self.handle_on::<H, ()>(())
    }

    /// Answers the channels of a service: `.service(DataServer::new(my_data))`.
    ///
    /// They count as handlers added one by one: none may have a channel that another has, and their states are checked
    /// with those of all others.
    #[must_use]
    pub fn service(self, service: impl Service) -> Self {
        service.register(self)
    }

    /// Answers the channel of `H` with the method that `H` stands for, on `receiver`.
    #[doc(hidden)]
    #[must_use]
    pub fn handle_on<H: Handler<S>, S: Send + Sync + 'static>(mut self, receiver: S) -> Self {
        if let Err(reason) = channel::check(H::CHANNEL) {
            self.problems.push(RouterProblem::ChannelName { handler: H::ITEM, reason });
        }
        self.fingerprint = OnceLock::new();
        match self.routes.get(H::CHANNEL) {
            Some(first) => self.problems.push(RouterProblem::DuplicateChannel {
                channel: H::CHANNEL,
                first: first.item(),
                second: H::ITEM,
            }),
            None => {
                self.routes.insert(H::CHANNEL, Box::new(Typed::<H, S>::new(receiver)));
            }
        }
        self
    }

    /// Finds what is wrong with the router: duplicate channels, missing states, types of one name.
    ///
    /// The first check makes the [fingerprint](Self::fingerprint).
    ///
    /// # Errors
    ///
    /// Everything that is wrong with it.
    pub fn check(&self) -> Result<(), RouterError> {
        let mut problems = self.problems.clone();
        for (channel, route) in &self.routes {
            for (state, name) in route.requirements().states {
                if !self.states.holds(state) {
                    problems.push(RouterProblem::MissingState { state: name, handler: route.item(), channel });
                }
            }
        }
        if let Err(error) = self.fingerprint() {
            problems.push(error.into());
        }
        problems.sort_by_cached_key(ToString::to_string);
        problems.dedup();
        if problems.is_empty() { Ok(()) } else { Err(RouterError { problems }) }
    }

    /// Describes every channel: what it takes, what it answers, and what the docs say of it.
    ///
    /// It is made anew at each call, from the types of all handlers.
    ///
    /// # Errors
    ///
    /// Two types would have one name in the description.
    pub fn description(&self) -> Result<Description, DescriptionError> {
        description::build(|generators| {
            let mut routes: Vec<_> = self.routes.iter().collect();
            // The order of the channels decides which of two types is named first in an error.
            routes.sort_unstable_by_key(|(channel, _)| **channel);
            routes.into_iter().map(|(&channel, route)| (channel, route.describe(generators))).collect()
        })
    }

    /// The [fingerprint](Description::fingerprint) of the contract that the router serves.
    ///
    /// It is made once, by the first call or [`check`](Self::check), and kept: a server sends it to every peer.
    ///
    /// # Errors
    ///
    /// Two types would have one name in the description.
    pub fn fingerprint(&self) -> Result<&str, DescriptionError> {
        let made = self.fingerprint.get_or_init(|| Ok(self.description()?.fingerprint().to_owned()));
        made.as_deref().map_err(Clone::clone)
    }

    /// The context of the calls of one peer.
    #[doc(hidden)]
    pub fn context(&self, peer: Peer) -> Context {
        Context::new(Arc::clone(&self.states), peer)
    }

    /// Answers one request: the response stands in `out`, after what `out` held already, or the call goes on.
    #[doc(hidden)]
    pub fn dispatch(&self, request: Inbound<'_>, cx: &mut Context, out: &mut Body) -> Dispatch {
        let Inbound { channel, json, attachments, deadline, incoming } = request;
        let found = std::str::from_utf8(channel).ok().and_then(|name| self.routes.get_key_value(name));
        match found {
            Some((&name, route)) => {
                cx.enter(name, earlier(deadline, deadline::after(route.timeout())));
                if route.takes_incoming() {
                    cx.set_incoming(incoming());
                }
                route.dispatch(json, attachments, cx, out)
            }
            None => {
                let name = String::from_utf8_lossy(channel);
                let failure = Failure::new(code::UNKNOWN_CHANNEL, format_args!("no handler has the channel `{name}`"));
                refuse(&name, out, &failure);
                Dispatch::Answered
            }
        }
    }

    /// Calls a handler in this process, through the same checks as a call from outside.
    ///
    /// # Errors
    ///
    /// What a client would get; [`InvokeError::Disconnected`] excepted.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future drops the handler's.
    pub async fn invoke<R>(&self, mut request: R) -> Result<R::Response, InvokeError<R::Error>>
    where
        R: Request<Response: DeserializeOwned> + Serialize,
    {
        let upload = request.take_upload();
        let mut out = Body::default();
        match self.call_here(R::CHANNEL, &request, upload, &mut out)? {
            Dispatch::Answered => {}
            Dispatch::Pending(mut call) => poll_fn(|cx| call.poll(cx, &mut out)).await,
            Dispatch::Stream(_) => return Err(InvokeError::Refused(answers_with_a_stream(R::CHANNEL))),
        }
        read_response::<R>(&out.json, out.attachments)
    }

    /// Calls a handler that answers with a stream in this process, through the same checks as a call from outside.
    ///
    /// # Errors
    ///
    /// The request could not be written as JSON.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future drops the handler's stream.
    pub async fn stream<R>(&self, mut request: R) -> Result<ItemStream<R>, InvokeError<R::Error>>
    where
        R: StreamRequest<Item: DeserializeOwned> + Serialize,
    {
        let upload = request.take_upload();
        let mut out = Body::default();
        let source = match self.call_here(R::CHANNEL, &request, upload, &mut out)? {
            Dispatch::Answered => Here::Answered(out),
            Dispatch::Pending(call) => Here::Once(call, out),
            Dispatch::Stream(stream) => Here::Stream(stream, out),
        };
        Ok(ItemStream::received(Box::new(source)))
    }

    fn call_here<E>(
        &self,
        channel: &str,
        request: &impl Serialize,
        upload: Option<Upload>,
        out: &mut Body,
    ) -> Result<Dispatch, InvokeError<E>> {
        let mut body = Body::default();
        body.write(|json| serde_json::to_writer(json, request))
            .map_err(|error| InvokeError::Encode(error.to_string()))?;
        let mut upload = upload.map(|upload| Box::new(Direct::new(upload)) as Box<dyn ReceiveItems>);
        let request = Inbound {
            channel: channel.as_bytes(),
            json: &body.json,
            attachments: body.attachments,
            deadline: current_deadline(),
            incoming: &mut || upload.take().unwrap_or_else(|| Box::new(Nothing)),
        };
        Ok(self.dispatch(request, &mut self.context(Peer::unknown()), out))
    }
}

/// What a caller is told that awaits one answer where there are many.
fn answers_with_a_stream(channel: &str) -> Failure {
    let said = format_args!("`{channel}` answers with a stream, and was called for one answer");
    Failure::new(code::INVALID_INPUT, said)
}

/// A call in this process whose answer is read as a stream.
enum Here {
    Stream(PendingStream, Body),
    Once(PendingCall, Body),
    Answered(Body),
}

impl ReceiveItems for Here {
    fn poll_item(&mut self, cx: &mut task::Context<'_>) -> Poll<Received<'_>> {
        let out = match self {
            Self::Stream(stream, item) => {
                item.take_back(Body::default().mark());
                let step = match stream.poll_expired(cx, item) {
                    Poll::Ready(()) => Poll::Ready(Step::End),
                    Poll::Pending => stream.poll_step(cx, item),
                };
                match std::task::ready!(step) {
                    Step::Item => {
                        return Poll::Ready(Received::Item(&item.json, std::mem::take(&mut item.attachments)));
                    }
                    Step::End => item,
                }
            }
            Self::Once(call, out) => {
                std::task::ready!(call.poll(cx, out));
                out
            }
            Self::Answered(out) => out,
        };
        let Body { json, attachments } = std::mem::take(out);
        Poll::Ready(Received::End(Ending::Answered(json, attachments)))
    }
}

/// The items of a caller that sends none.
struct Nothing;

impl ReceiveItems for Nothing {
    fn poll_item(&mut self, _: &mut task::Context<'_>) -> Poll<Received<'_>> {
        Poll::Ready(Received::End(Ending::Finished))
    }
}

impl Invoke for Router {
    async fn invoke<R>(&self, request: R) -> Result<R::Response, InvokeError<R::Error>>
    where
        R: Request<Response: DeserializeOwned> + Serialize,
    {
        Self::invoke(self, request).await
    }
}

impl InvokeStream for Router {
    async fn stream<R>(&self, request: R) -> Result<ItemStream<R>, InvokeError<R::Error>>
    where
        R: StreamRequest<Item: DeserializeOwned> + Serialize,
    {
        Self::stream(self, request).await
    }
}

impl std::fmt::Debug for Router {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut channels: Vec<_> = self.routes.keys().collect();
        channels.sort_unstable();
        f.debug_struct("Router").field("channels", &channels).field("states", &self.states).finish_non_exhaustive()
    }
}

/// Why a router cannot be served: everything that is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RouterError {
    problems: Vec<RouterProblem>,
}

impl RouterError {
    /// What is wrong with the router.
    pub fn problems(&self) -> &[RouterProblem] {
        &self.problems
    }
}

impl std::fmt::Display for RouterError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the router cannot be served: ")?;
        for (index, problem) in self.problems.iter().enumerate() {
            if index > 0 {
                f.write_str("; ")?;
            }
            problem.fmt(f)?;
        }
        Ok(())
    }
}

impl std::error::Error for RouterError {}

/// One thing that is wrong with a router.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RouterProblem {
    /// Two handlers have one channel.
    #[error("the channel `{channel}` has two handlers, {first} and {second}: give one of them another name")]
    DuplicateChannel {
        /// The channel.
        channel: &'static str,
        /// The handler that was added first.
        first: HandlerItem,
        /// The handler that was added second.
        second: HandlerItem,
    },
    /// A handler has a state that the router does not hold.
    #[error(
        "the handler {handler} of `{channel}` takes `State<{state}>`, which the router does not hold: add it with `.state(…)`"
    )]
    MissingState {
        /// The type of the state.
        state: &'static str,
        /// The handler that needs it.
        handler: HandlerItem,
        /// The handler's channel.
        channel: &'static str,
    },
    /// The router was given two states of one type.
    #[error("the router was given two states of type `{state}`: wrap one in a type of its own")]
    DuplicateState {
        /// The type of both.
        state: &'static str,
    },
    /// The channels cannot be described.
    #[error(transparent)]
    Description(#[from] DescriptionError),
    /// A handler written by hand has a channel that is no channel name.
    #[error("the handler {handler} has no channel: {reason}")]
    ChannelName {
        /// The handler.
        handler: HandlerItem,
        /// What is wrong with the name.
        reason: channel::ChannelNameError,
    },
}
