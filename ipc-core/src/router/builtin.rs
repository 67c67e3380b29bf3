//! What a router answers itself: what there is, and what passes by.

use std::borrow::Cow;

use tokio::time::Instant;

use super::Router;
use crate::body::Body;
use crate::channel::RESERVED_NAMESPACE;
use crate::context::Context;
use crate::description::{Description, MayEvent};
use crate::failure::{Failure, code};
use crate::grants::{INTROSPECT, TAP};
use crate::introspection::Introspect;
use crate::json::read_json;
use crate::peer::Peer;
use crate::response;
use crate::route::{self, Dispatch, explain, refuse};
use crate::tap::{Tap, TapOptions, TappedCall, Watching};

/// A channel of the framework's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Builtin {
    Introspect,
    Tap,
}

impl Builtin {
    pub(super) const fn channel(self) -> &'static str {
        match self {
            Self::Introspect => INTROSPECT,
            Self::Tap => TAP,
        }
    }
}

impl Router {
    /// Whether peers are told what there is that ask for it on the channel `ipc:introspect`, which clients do with
    /// [`Introspect`], and tools like `ipc`: they are, unless this is given `false`.
    ///
    /// A peer needs the permission [`INTROSPECT`], which one of the same user has by itself, and is told of what it may
    /// use and of nothing else. The channel is no part of the contract: it stands in no [description](Self::description)
    /// and changes no [fingerprint](Self::fingerprint), and no layer is around it.
    #[must_use]
    pub fn introspection(mut self, tell: bool) -> Self {
        self.hides_itself = !tell;
        self.forget_what_was_made();
        self
    }

    /// Lets peers watch what passes through this router, on the channel `ipc:tap`: for tools, while an application is
    /// made. Nobody can, unless this is called.
    ///
    /// A peer needs the permission [`TAP`], which it has by a grant that says so, or that grants everything, and never by
    /// being of the same user. What it sees, [`tap`](crate::tap) says.
    #[must_use]
    pub fn tap(mut self, options: TapOptions) -> Self {
        self.tap = Some(options);
        self.forget_what_was_made();
        self
    }

    /// Whether somebody watches. One look at a field where nobody may, and one at a number where nobody does.
    #[inline]
    pub(super) fn is_tapped(&self) -> bool {
        self.tap.is_some() && self.shared.hub.taps().is_watched()
    }

    /// A request that has arrived, for those who watch. What they ask themselves is not shown to them.
    pub(crate) fn tapped(&self, channel: &str, peer: &Peer, json: &[u8], bytes: usize) -> Option<TappedCall> {
        let is_own = channel.split(':').next() == Some(RESERVED_NAMESPACE);
        (self.is_tapped() && !is_own).then(|| TappedCall::begin(self.shared.hub.taps(), channel, peer, json, bytes))
    }

    pub(super) fn builtin(&self, name: &str) -> Option<Builtin> {
        match name {
            INTROSPECT if !self.hides_itself => Some(Builtin::Introspect),
            TAP if self.tap.is_some() => Some(Builtin::Tap),
            _ => None,
        }
    }

    pub(super) fn answer_itself(
        &self,
        builtin: Builtin,
        json: &[u8],
        deadline: Option<Instant>,
        cx: &mut Context,
        out: &mut Body,
    ) -> Dispatch {
        let channel = builtin.channel();
        let place = cx.access().map_or(0, |access| match builtin {
            Builtin::Introspect => access.place_of_introspecting(),
            Builtin::Tap => access.place_of_tapping(),
        });
        cx.enter(channel, place, deadline);
        if let Some(failure) = cx.denied(place) {
            refuse(channel, out, &failure);
            return Dispatch::Answered;
        }
        let failure = match builtin {
            Builtin::Introspect => match self.introspected(json, cx) {
                Ok(description) => match out.write(|json| response::write_success(json, &*description)) {
                    Ok(()) => return Dispatch::Answered,
                    Err(error) => Failure::internal(format_args!("the description is no JSON: {error}")),
                },
                Err(failure) => failure,
            },
            Builtin::Tap => match self.watcher(json) {
                Ok(items) => return route::answer_with(channel, deadline, items),
                Err(failure) => failure,
            },
        };
        refuse(channel, out, &failure);
        Dispatch::Answered
    }

    /// What the peer may use.
    fn introspected(&self, json: &[u8], cx: &Context) -> Result<Cow<'_, Description>, Failure> {
        let Introspect {} = read_json(json).map_err(|_| explain::<Introspect>(INTROSPECT, json, &[]))?;
        let whole = self.described().map_err(Failure::internal)?;
        let Some(access) = cx.access() else { return Ok(Cow::Borrowed(whole)) };
        let channel = |name: &str| self.routes.get(name).is_some_and(|placed| access.allows(placed.place));
        let event = |name: &str| {
            self.shared.hub.topic(name).map_or(MayEvent { subscribe: false, publish: false }, |topic| MayEvent {
                subscribe: access.allows_event(topic.number),
                publish: topic.is_shared() && access.allows(access.place_of_publishing(topic.number)),
            })
        };
        Ok(Cow::Owned(whole.part(channel, event)))
    }

    /// One more who watches.
    fn watcher(&self, json: &[u8]) -> Result<Watching, Failure> {
        let asked: Tap = read_json(json).map_err(|_| explain::<Tap>(TAP, json, &[]))?;
        let options = self.tap.as_ref().ok_or_else(|| Failure::internal("nobody may watch"))?;
        let masks = if asked.payloads {
            if !options.payloads {
                let said = "the server shows no payloads: it was built without `TapOptions::payloads`";
                return Err(Failure::new(code::INVALID_INPUT, said));
            }
            self.made_masks()
        } else {
            None
        };
        self.shared.hub.taps().watch(asked, masks, options.queue)
    }
}
