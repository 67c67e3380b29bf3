//! The router: which handler answers which channel, and which events are published.

mod builtin;
mod events;
mod here;
mod layers;
mod problem;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, OnceLock};

use crate::answer::Answers as _;
use crate::body::Body;
use crate::channel;
use crate::context::{Context, Shared};
use crate::deadline::{self, earlier};
use crate::description::{self, Description, DescriptionError, Drafts};
use crate::event::local::Bounds;
use crate::event::topic::Topic;
use crate::failure::{Failure, code};
use crate::grants::access::Access;
use crate::grants::granted::AllGranted;
use crate::grants::needs::{Need, Needs};
use crate::grants::{Grants, GrantsError};
use crate::handler::Handler;
use crate::layer::LayeredPublish;
use crate::peer::Peer;
use crate::route::{self, Dispatch, Dispatching as _, Inbound, Route, Typed, refuse};
use crate::service::Service;
use crate::tap::TapOptions;
use crate::wire::{self, Masks};

use builtin::Builtin;
pub use problem::{RouterError, RouterProblem};

/// The handlers of an application, the state that they share, and the events that it publishes.
///
/// A router is built once and then served: by a server, by as many connections as one likes, or in process with
/// [`invoke`](Self::invoke). What is wrong with it is told when it is served, all at once (see [`check`](Self::check)).
#[derive(Default)]
pub struct Router {
    routes: HashMap<&'static str, Placed>,
    /// The events that peers publish and that have layers, by their channels.
    publishes: HashMap<&'static str, LayeredPublish>,
    shared: Arc<Shared>,
    event_queue: Bounds,
    problems: Vec<RouterProblem>,
    fingerprint: OnceLock<Result<String, DescriptionError>>,
    /// What peers are told that ask what there is, made when the first of them asks.
    described: OnceLock<Result<Arc<Description>, DescriptionError>>,
    hides_itself: bool,
    /// Lets those watch who may.
    tap: Option<TapOptions>,
    log_payloads: bool,
    /// What is shown of payloads in the log, once it is asked for.
    masks: OnceLock<Option<Arc<Masks>>>,
    needs: OnceLock<Arc<Needs>>,
    /// Whether a channel answers at length, or has done so.
    any_at_length: AtomicBool,
    /// What peers are granted now.
    granted: AllGranted,
}

/// A handler, and its place among all of them.
struct Placed {
    place: usize,
    route: Arc<dyn Route>,
    /// Its last answer took long to write.
    at_length: AtomicBool,
}

impl Router {
    /// A router without handlers.
    pub fn new() -> Self {
        Self::default()
    }

    /// Lends `value` to every handler that has a parameter of type [`State<T>`](crate::State).
    #[must_use]
    pub fn state<T: Send + Sync + 'static>(mut self, value: T) -> Self {
        let shared = Arc::get_mut(&mut self.shared).expect("a router shares its states only once it is served");
        if shared.states.insert(value) {
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
        if let Err(reason) = channel::check(H::Output::CHANNEL) {
            self.problems.push(RouterProblem::ChannelName { handler: H::ITEM, reason });
        }
        if let Some(reason) = H::PERMISSION.and_then(|permission| channel::check(permission).err()) {
            self.problems.push(RouterProblem::PermissionName { item: H::ITEM, reason });
        }
        self.forget_what_was_made();
        let (channel, handler) = (H::Output::CHANNEL, H::ITEM);
        match (self.routes.get(channel), self.shared.hub.topic(channel)) {
            (Some(first), _) => {
                let first = first.route.item();
                self.problems.push(RouterProblem::DuplicateChannel { channel, first, second: handler });
            }
            (None, Some(event)) => {
                self.problems.push(RouterProblem::HandlerAndEvent { channel, handler, event: event.item });
            }
            (None, None) => {
                let (place, route) = (self.routes.len(), Arc::new(Typed::<H, S>::new(receiver)));
                self.routes.insert(channel, Placed { place, route, at_length: AtomicBool::new(false) });
            }
        }
        self
    }

    /// Answers other channels with the handler of `channel`: to measure what a router costs that has many. No contract has
    /// them, and no client stub.
    #[doc(hidden)]
    #[must_use]
    pub fn copied(mut self, channel: &str, names: impl IntoIterator<Item = &'static str>) -> Self {
        self.forget_what_was_made();
        if let Some(route) = self.routes.get(channel).map(|placed| Arc::clone(&placed.route)) {
            for name in names {
                let (place, route) = (self.routes.len(), Arc::clone(&route));
                self.routes.entry(name).or_insert(Placed { place, route, at_length: AtomicBool::new(false) });
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
        for (channel, Placed { route, .. }) in &self.routes {
            for (state, name) in route.requirements().states {
                if !self.shared.states.holds(state) {
                    problems.push(RouterProblem::MissingState { state: name, handler: route.item(), channel });
                }
            }
        }
        if let Err(error) = self.fingerprint() {
            problems.push(error.into());
        }
        self.masks();
        problems.sort_by_cached_key(ToString::to_string);
        problems.dedup();
        if problems.is_empty() { Ok(()) } else { Err(RouterError { problems }) }
    }

    /// Describes every channel: what it takes, what it answers, what is published on it, and what the docs say of it.
    ///
    /// It is made anew at each call, from the types of all handlers and events.
    ///
    /// # Errors
    ///
    /// Two types would have one name in the description.
    pub fn description(&self) -> Result<Description, DescriptionError> {
        description::build(|generators| {
            let mut routes: Vec<_> = self.routes.iter().collect();
            // The order of the channels decides which of two types is named first in an error.
            routes.sort_unstable_by_key(|(channel, _)| **channel);
            let channels =
                routes.into_iter().map(|(&channel, placed)| (channel, placed.route.describe(generators))).collect();
            let topics = self.shared.hub.topics();
            let describe = |topic: &Arc<Topic>| (topic.channel, (topic.describe)(generators), topic.is_shared());
            Drafts { channels, events: topics.iter().map(describe).collect() }
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

    /// Shows payloads in the lines that the log has of calls, if it has any: the fields `request` and `response` of the
    /// level TRACE of the target `ipc_bridge::wire`. Unless this says so, they have the channel, the outcome, bytes and
    /// time, and no payload.
    ///
    /// What is sensitive by its [type](crate::Sensitive) or its mark is `"***"`, and so is what the channel's schema does not
    /// know: misspelt fields, values of another type, what may be a secret by one variant of an enum. What an application
    /// puts into the messages of its errors, and into fields that may be anything, is shown. Binary data and the items of
    /// streams are not.
    #[must_use]
    pub fn log_payloads(mut self, show: bool) -> Self {
        self.log_payloads = show;
        self
    }

    /// What is shown of payloads, if anything is. A router that cannot be described shows none.
    pub(crate) fn masks(&self) -> Option<Arc<Masks>> {
        if self.log_payloads { self.made_masks() } else { None }
    }

    /// What may be shown of payloads, whoever asks.
    fn made_masks(&self) -> Option<Arc<Masks>> {
        let made = || match self.described() {
            Ok(description) => Some(Arc::new(Masks::new(Arc::clone(description)))),
            Err(error) => {
                tracing::warn!(%error, "no payload is shown, as the router cannot be described");
                None
            }
        };
        self.masks.get_or_init(made).clone()
    }

    /// The description, made once.
    fn described(&self) -> Result<&Arc<Description>, &DescriptionError> {
        self.described.get_or_init(|| self.description().map(Arc::new)).as_ref()
    }

    /// The name of a channel, where a handler or an event has it, or the framework.
    pub(crate) fn channel(&self, name: &str) -> Option<&'static str> {
        let of_event = || self.shared.hub.topic(name).map(|topic| topic.channel);
        let own = || self.builtin(name).map(Builtin::channel);
        self.routes.get_key_value(name).map(|(name, _)| *name).or_else(of_event).or_else(own)
    }

    /// The context of the calls of one peer, which may use what its connection says; everything, where it has none.
    #[doc(hidden)]
    pub fn context(&self, peer: Peer) -> Context {
        Context::new(Arc::clone(&self.shared), peer)
    }

    /// What `peer` may use of this router with these grants.
    #[doc(hidden)]
    pub fn access(&self, grants: Grants, peer: &Peer) -> Result<Access, GrantsError> {
        Ok(Access::new(self.granted.of(self.needs(), grants)?, peer.who().clone()))
    }

    /// Finds what is wrong with grants for peers of this router: patterns that are malformed, and permissions that
    /// nothing needs. Wherever grants are given to a server this is done.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with them.
    pub fn check_grants(&self, grants: &Grants) -> Result<(), GrantsError> {
        grants.check(self.needs())
    }

    /// The permissions that the handlers and events need.
    pub(crate) fn needs(&self) -> &Arc<Needs> {
        self.needs.get_or_init(|| {
            let mut handlers: Vec<_> = self.routes.iter().collect();
            handlers.sort_unstable_by_key(|(_, placed)| placed.place);
            let needs = |(channel, placed): (&&'static str, &Placed)| Need::to_use(channel, placed.route.permission());
            let mut events = self.shared.hub.topics();
            events.sort_unstable_by_key(|topic| topic.number);
            let needs = Needs::new(handlers.into_iter().map(needs).collect(), events.iter().map(|topic| topic.needs()));
            let needs = if self.hides_itself { needs.without_introspection() } else { needs };
            Arc::new(if self.tap.is_some() { needs.with_tap() } else { needs })
        })
    }

    /// What was made of what there was by now is made again.
    fn forget_what_was_made(&mut self) {
        (self.fingerprint, self.described, self.masks, self.needs, self.granted) = Default::default();
    }

    /// Waits until no `detached` handler runs that nobody waits for any more.
    #[doc(hidden)]
    pub async fn detached_finished(&self) {
        self.shared.detached.idle().await;
    }

    /// Whether a request to this channel is answered with a stream, or comes with one.
    #[doc(hidden)]
    pub fn has_streams(&self, channel: &[u8]) -> bool {
        let Ok(name) = std::str::from_utf8(channel) else { return false };
        match self.routes.get(name) {
            Some(Placed { route, .. }) => route.takes_incoming() || route.answers_with_a_stream(),
            None => self.builtin(name) == Some(Builtin::Tap),
        }
    }

    /// Whether the last answer of this channel took long to write, by what was [noted](Self::note_answer).
    #[doc(hidden)]
    pub fn answers_at_length(&self, channel: &[u8]) -> bool {
        self.any_at_length.load(Relaxed) && self.placed(channel).is_some_and(|placed| placed.at_length.load(Relaxed))
    }

    /// Notes whether an answer of this channel took long to write: the next may take as long.
    #[doc(hidden)]
    pub fn note_answer(&self, channel: &[u8], at_length: bool) {
        if let Some(placed) = self.placed(channel) {
            placed.at_length.store(at_length, Relaxed);
            self.any_at_length.fetch_or(at_length, Relaxed);
        }
    }

    fn placed(&self, channel: &[u8]) -> Option<&Placed> {
        self.routes.get(std::str::from_utf8(channel).ok()?)
    }

    /// Answers one request: the response stands in `out`, after what `out` held already, or the call goes on.
    #[doc(hidden)]
    pub fn dispatch(&self, request: Inbound<'_>, cx: &mut Context, out: &mut Body) -> Dispatch {
        if wire::is_on() || self.is_tapped() {
            wire::watched(self, request, cx, out)
        } else {
            self.answer(request, cx, out)
        }
    }

    pub(crate) fn answer(&self, request: Inbound<'_>, cx: &mut Context, out: &mut Body) -> Dispatch {
        let Inbound { channel, json, attachments, deadline, incoming } = request;
        // No channel has a name that is no UTF-8.
        let name = std::str::from_utf8(channel).ok();
        if let Some((&name, Placed { place, route, .. })) = name.and_then(|name| self.routes.get_key_value(name)) {
            cx.enter(name, *place, earlier(deadline, deadline::after(route.timeout())));
            if let Some(failure) = cx.denied(*place) {
                refuse(name, out, &failure);
                return Dispatch::Answered;
            }
            if route.takes_incoming() {
                cx.set_incoming(incoming());
            }
            return route.dispatch(json, attachments, cx, out);
        }
        if let Some(topic) = name.and_then(|name| self.shared.hub.topic(name)) {
            let place = cx.place_of_publishing(topic.number);
            cx.enter(topic.channel, place, deadline);
            if let Some(failure) = cx.denied(place) {
                refuse(topic.channel, out, &failure);
                return Dispatch::Answered;
            }
            if let Some(layered) = self.publishes.get(topic.channel) {
                return layered.dispatch(json, attachments, cx, out);
            }
            return route::publish(topic, json, attachments, cx, out);
        }
        if let Some(builtin) = name.and_then(|name| self.builtin(name)) {
            return self.answer_itself(builtin, json, deadline, cx, out);
        }
        let name = String::from_utf8_lossy(channel);
        let failure = cx.denied_unknown(&name).unwrap_or_else(|| {
            Failure::new(code::UNKNOWN_CHANNEL, format_args!("no handler has the channel `{name}`"))
        });
        refuse(&name, out, &failure);
        Dispatch::Answered
    }
}

impl std::fmt::Debug for Router {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut channels: Vec<_> = self.routes.keys().collect();
        channels.sort_unstable();
        let Shared { states, hub, .. } = &*self.shared;
        f.debug_struct("Router")
            .field("channels", &channels)
            .field("states", states)
            .field("hub", hub)
            .finish_non_exhaustive()
    }
}
