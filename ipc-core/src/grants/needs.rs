//! What each endpoint of a router needs: the permission to call it, to subscribe to it, to publish on it.

use std::borrow::Cow;

use super::pattern::PUBLISH;
use super::{INTROSPECT, TAP};

/// The permissions that the endpoints of a router need, each at its place.
///
/// The handlers stand first, in the order in which they were added; behind them stand two for each event: to subscribe to
/// it, and to publish it; behind those what the framework answers itself.
#[derive(Debug, Default)]
pub(crate) struct Needs {
    handlers: usize,
    /// Where the framework's own stand.
    own: usize,
    all: Vec<Need>,
}

/// What one endpoint needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Need {
    pub(crate) channel: &'static str,
    pub(crate) permission: Cow<'static, str>,
    /// The endpoint names the permission itself, so being of the same user does not do.
    pub(crate) is_named: bool,
    /// The endpoint is there: an event that peers do not publish has a place for that all the same.
    pub(crate) is_open: bool,
}

impl Need {
    /// What it takes to call a handler, or to subscribe to an event.
    pub(crate) fn to_use(channel: &'static str, permission: Option<&'static str>) -> Self {
        let is_named = permission.is_some();
        Self { channel, permission: permission.unwrap_or(channel).into(), is_named, is_open: true }
    }

    /// What it takes to publish an event. Whoever may read what is guarded may not write it yet, and what is read by
    /// grant alone is not written without.
    pub(crate) fn to_publish(
        channel: &'static str,
        permission: Option<&'static str>,
        subscribing: Option<&'static str>,
        is_open: bool,
    ) -> Self {
        let is_named = permission.is_some() || subscribing.is_some();
        let permission = permission.map_or_else(|| Cow::from(format!("{channel}{PUBLISH}")), Cow::from);
        Self { channel, permission, is_named, is_open }
    }
}

impl Needs {
    /// The needs of the handlers, and of the events two each.
    pub(crate) fn new(handlers: Vec<Need>, events: impl IntoIterator<Item = [Need; 2]>) -> Self {
        let mut all = handlers;
        let handlers = all.len();
        all.extend(events.into_iter().flatten());
        let own = all.len();
        all.push(Need::to_use(INTROSPECT, None));
        Self { handlers, own, all }
    }

    /// The same of a router that tells nobody what there is.
    pub(crate) fn without_introspection(mut self) -> Self {
        if let Some(need) = self.all.get_mut(self.own) {
            need.is_open = false;
        }
        self
    }

    /// The same of a router whose traffic can be watched.
    pub(crate) fn with_tap(mut self) -> Self {
        self.all.push(Need::to_use(TAP, Some(TAP)));
        self
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Need> {
        self.all.iter()
    }

    pub(crate) fn at(&self, place: usize) -> Option<&Need> {
        self.all.get(place)
    }

    /// Where it stands what it takes to subscribe to the event with this number.
    pub(crate) fn subscribing(&self, event: usize) -> usize {
        self.handlers + 2 * event
    }

    /// Where it stands what it takes to publish the event with this number.
    pub(crate) fn publishing(&self, event: usize) -> usize {
        self.subscribing(event) + 1
    }

    /// Where it stands what it takes to be told what there is.
    pub(crate) fn introspecting(&self) -> usize {
        self.own
    }

    /// Where it stands what it takes to watch the others.
    pub(crate) fn tapping(&self) -> usize {
        self.own + 1
    }

    /// The permissions that something needs, and that a pattern may name. The framework's own are among them, whether
    /// they are used or not: what an application grants need not depend on what it has switched on.
    pub(crate) fn permissions(&self) -> impl Iterator<Item = &str> {
        self.all.iter().filter(|need| need.is_open).map(|need| &*need.permission).chain([INTROSPECT, TAP])
    }
}
