//! Layers around what a router has.

use std::collections::HashSet;
use std::sync::Arc;

use super::Router;
use crate::handler::Handler;
use crate::layer::{CallLayer, LayeredPublish, LayeredRoute};
use crate::route::Publish;

impl Router {
    /// Puts `layer` around every handler, and every [shared event](Self::shared_event), that the router has by now: what is
    /// added later is not in it. See [`layer`](crate::layer).
    ///
    /// Layers that were there before are within this one: it is the first to see a request.
    #[must_use]
    pub fn layer(mut self, layer: impl CallLayer) -> Self {
        self.surround(&layer, &HashSet::new());
        self
    }

    /// Answers the channel of `H` as [`handle`](Self::handle) does, with `layer` around this one handler:
    /// `.handle_with::<fetch, _>(layer)`.
    #[must_use]
    pub fn handle_with<H: Handler, L: CallLayer>(self, layer: L) -> Self {
        self.added_with(&layer, Self::handle::<H>)
    }

    /// Puts `layer` around what `add` adds.
    pub(crate) fn added_with(self, layer: &impl CallLayer, add: impl FnOnce(Self) -> Self) -> Self {
        let before =
            self.routes.keys().copied().chain(self.shared.hub.topics().iter().map(|topic| topic.channel)).collect();
        let mut router = add(self);
        router.surround(layer, &before);
        router
    }

    fn surround(&mut self, layer: &impl CallLayer, except: &HashSet<&'static str>) {
        for (_, placed) in self.routes.iter_mut().filter(|(channel, _)| !except.contains(*channel)) {
            placed.route = Arc::new(LayeredRoute::new(Arc::clone(&placed.route), layer));
        }
        let shared = self.shared.hub.topics().into_iter().filter(|topic| topic.is_shared());
        for topic in shared.filter(|topic| !except.contains(topic.channel)) {
            let channel = topic.channel;
            let layered = LayeredPublish::new(Publish(topic), self.publishes.get(channel), layer);
            self.publishes.insert(channel, layered);
        }
    }
}
