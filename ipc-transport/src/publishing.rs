//! The subscriptions of the peer: what is published here goes out to it, as far as it takes it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};

use ipc_core::envelope::{FRAGMENT_BYTES, Kind};
use ipc_core::{
    Access, BoxFuture, Delivery, Failure, Hub, HubSubscription, Lag, LagQueue, Offer, PublishedEvent, Pushed,
    Subscriber, code,
};
use tokio::sync::Notify;

use crate::credit::cost;
use crate::driver::MISSED;
use crate::frame::{self, Large};
use crate::link::Link;
use crate::outbox::{Appended, Lane, Outgoing};

/// The peer's subscriptions.
#[derive(Debug, Default)]
pub(crate) struct Publishing(Mutex<Table>);

#[derive(Debug, Default)]
struct Table {
    subscriptions: HashMap<u32, Subscribed>,
    closed: bool,
}

/// One subscription. Dropping it tells the hub that nothing is to be sent any more.
#[derive(Debug)]
struct Subscribed {
    outlet: Arc<Outlet>,
    hub: HubSubscription,
}

impl Publishing {
    fn table(&self) -> MutexGuard<'_, Table> {
        self.0.lock().expect("nothing panics while it holds the table")
    }

    pub(crate) fn contains(&self, id: u32) -> bool {
        self.table().subscriptions.contains_key(&id)
    }

    pub(crate) fn len(&self) -> usize {
        self.table().subscriptions.len()
    }

    /// The peer asks for the events that `pattern` names. They are held back until they are [released](Self::release).
    ///
    /// # Errors
    ///
    /// Why it does not get them.
    pub(crate) fn begin(
        &self,
        link: &Arc<Link>,
        hub: &Hub,
        id: u32,
        pattern: &str,
        key: Option<&str>,
    ) -> Result<(), Failure> {
        let outlet = Arc::new(Outlet::new(link, id, pattern.ends_with('*')));
        let access = link.access().map(|access| &**access);
        let subscription = hub.subscribe(pattern, key, Arc::clone(&outlet) as Arc<dyn Subscriber>, access)?;
        let mut table = self.table();
        if !table.closed {
            table.subscriptions.insert(id, Subscribed { outlet, hub: subscription });
        }
        Ok(())
    }

    /// Lets the events out, as the peer has been told that they come.
    pub(crate) fn release(&self, id: u32) {
        if let Some(outlet) = self.outlet(id) {
            outlet.release();
        }
    }

    /// The peer takes so much more.
    pub(crate) fn add_credit(&self, id: u32, bytes: u32) {
        if let Some(outlet) = self.outlet(id) {
            outlet.add_credit(bytes);
        }
    }

    /// Sends the events that waited until the connection had room.
    pub(crate) fn resume(&self) {
        for outlet in self.outlets() {
            outlet.pump(outlet.state());
        }
    }

    /// The peer wants no more events of a subscription. One that has ended already is passed over.
    pub(crate) fn end(&self, id: u32) {
        if let Some(outlet) = self.outlet(id) {
            outlet.finish(None);
        }
    }

    /// Ends what the peer is granted no more.
    pub(crate) fn hold_to(&self, access: &Access) {
        let all: Vec<_> = {
            let table = self.table();
            table.subscriptions.values().map(|one| (Arc::clone(&one.outlet), one.hub.subscribed())).collect()
        };
        // Not while the table is held: the hub may be publishing, and is waited for.
        for (outlet, subscribed) in all {
            let held = subscribed.hold_to(access);
            match held.failure.filter(|_| held.is_over) {
                Some(failure) => outlet.finish(Some(&failure)),
                None if held.lost.is_empty() => {}
                None => outlet.withdraw(held.lost),
            }
        }
    }

    /// Ends all subscriptions, and tells why.
    pub(crate) fn end_all(&self, failure: &Failure) {
        for outlet in self.outlets() {
            outlet.finish(Some(failure));
        }
    }

    /// The connection is gone.
    pub(crate) fn close(&self) {
        let ended = {
            let mut table = self.table();
            table.closed = true;
            std::mem::take(&mut table.subscriptions)
        };
        for Subscribed { outlet, .. } in ended.into_values() {
            outlet.close();
        }
    }

    fn outlets(&self) -> Vec<Arc<Outlet>> {
        self.table().subscriptions.values().map(|subscribed| Arc::clone(&subscribed.outlet)).collect()
    }

    fn outlet(&self, id: u32) -> Option<Arc<Outlet>> {
        self.table().subscriptions.get(&id).map(|subscribed| Arc::clone(&subscribed.outlet))
    }

    /// Takes a subscription out that has ended; `tell` queues its end. The table is locked meanwhile: the peer may use the
    /// id again as soon as it has been told, and a connection that is leaving ends when the table is empty and nothing is
    /// queued.
    fn forget(&self, outlet: &Outlet, tell: impl FnOnce()) {
        let ended = {
            let mut table = self.table();
            tell();
            let found = table.subscriptions.get(&outlet.id);
            let there = found.is_some_and(|found| std::ptr::eq(Arc::as_ptr(&found.outlet), outlet));
            if there { table.subscriptions.remove(&outlet.id) } else { None }
        };
        // Not while the table is held: the hub is told, which may be publishing, and is waited for.
        drop(ended);
    }
}

/// Where the hub puts the events of one subscription.
struct Outlet {
    link: Arc<Link>,
    id: u32,
    /// The subscription is to more than one channel, so each event tells its own.
    many: bool,
    state: Mutex<State>,
    /// Told when something has left the queue, and when nothing is taken any more.
    taken: Notify,
}

struct State {
    queue: LagQueue,
    /// The bytes that the peer takes.
    credit: i64,
    /// The peer has not been told yet that events come.
    held: bool,
    /// Nothing is taken any more; what waits is sent, and this behind it.
    ending: Option<Failure>,
    over: bool,
    /// The channels of which the peer may have nothing any more: mostly none.
    withdrawn: Vec<&'static str>,
    /// An event that was larger than the peer takes, which the log has not been told of.
    too_large: Option<(&'static str, usize)>,
}

impl State {
    /// Whether an event for which its publisher waits is taken. It does not wait here behind what the peer has not taken,
    /// which is queue enough.
    fn has_room(&self, event: &PublishedEvent) -> bool {
        if self.held || !self.queue.is_empty() { self.queue.has_room(event) } else { self.credit > 0 }
    }
}

impl Outlet {
    fn new(link: &Arc<Link>, id: u32, many: bool) -> Self {
        let (link, limits) = (Arc::clone(link), link.limits);
        let queue = LagQueue::new(limits.queued_events, limits.stream_bytes as usize);
        let credit = link.remote.limits.stream_bytes.into();
        let (ending, over, withdrawn, too_large) = (None, false, Vec::new(), None);
        let state = Mutex::new(State { queue, credit, held: true, ending, over, withdrawn, too_large });
        Self { link, id, many, state, taken: Notify::new() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("nothing panics while it holds the events")
    }

    fn release(&self) {
        let mut state = self.state();
        state.held = false;
        self.pump(state);
    }

    fn add_credit(&self, bytes: u32) {
        let mut state = self.state();
        state.credit = state.credit.saturating_add(bytes.into());
        self.pump(state);
        self.taken.notify_waiters();
    }

    /// Sends what waits, as far as the peer takes it.
    fn pump(&self, mut state: MutexGuard<'_, State>) {
        if state.held || state.over {
            return;
        }
        let mut sent = false;
        while state.credit > 0 && !state.queue.is_empty() && !state.over {
            match self.link.outbox.push_with(self.lane(), |out, again| self.put_waiting(&mut state, out, again)) {
                Ok(Appended::Stalled) => break,
                Ok(_) => {}
                Err(_) => state.over = true,
            }
            sent = true;
        }
        let ending = if state.queue.is_empty() { state.ending.take() } else { None };
        state.over |= ending.is_some();
        let changed = sent || state.over;
        let too_large = state.too_large.take();
        // What follows has nothing locked: the log may be published too.
        drop(state);
        if let Some(failure) = ending {
            self.link.publishing.forget(self, || self.send_end(Some(&failure)));
        }
        if let Some((channel, size)) = too_large {
            let limit = self.link.remote.limits.message_bytes;
            tracing::warn!(channel, size, limit, "an event is larger than its subscriber takes");
        }
        if changed {
            self.taken.notify_waiters();
            self.link.outbox.send_soon();
        }
    }

    fn lane(&self) -> Lane {
        Lane::Answering(self.id)
    }

    /// Appends what waits to `out`, as far as the peer takes it, and no more than a write takes, up to a message that is
    /// too large for a frame: that is answered.
    fn put_waiting(&self, state: &mut State, out: &mut Vec<u8>, copied_again: bool) -> Option<Large> {
        let most = out.len() + FRAGMENT_BYTES;
        while state.credit > 0 && out.len() < most {
            let large = match state.queue.pop()? {
                Delivery::Event(event) => self.put(state, &event, out, copied_again),
                Delivery::Missed(count) => {
                    let said = bytes::Bytes::from(count.to_string());
                    state.credit -= cost(said.len());
                    frame::put_shared(out, Kind::Event, self.id, MISSED, &[said], false, copied_again)
                }
            };
            if large.is_some() {
                return large;
            }
        }
        None
    }

    /// Appends an event to `out`; it is answered where it is too large for a frame.
    fn put(&self, state: &mut State, event: &PublishedEvent, out: &mut Vec<u8>, copied_again: bool) -> Option<Large> {
        let size = event.payload_bytes();
        let limit = self.link.remote.limits.message_bytes;
        if size > limit as usize {
            state.queue.miss();
            state.too_large = Some((event.channel(), size));
            return None;
        }
        state.credit -= cost(size);
        let channel = if self.many { event.channel() } else { "" };
        let (payload, attachments) = (event.segments(), event.has_attachments());
        frame::put_shared(out, Kind::Event, self.id, channel, payload, attachments, copied_again)
    }

    /// Lets nothing of these channels out any more; what waits of them is dropped.
    fn withdraw(&self, channels: Vec<&'static str>) {
        let mut state = self.state();
        state.queue.withdraw(&channels);
        state.withdrawn.extend(channels);
        // What has waited behind them may be all that is left, or the end.
        self.pump(state);
        // Whoever waits for room for one of them finds that there is no use.
        self.taken.notify_waiters();
    }

    /// Ends the subscription at once; what waits is dropped.
    fn finish(&self, failure: Option<&Failure>) {
        let first = !std::mem::replace(&mut self.state().over, true);
        if first {
            self.link.publishing.forget(self, || self.send_end(failure));
        }
        self.taken.notify_waiters();
        self.link.outbox.send_soon();
    }

    /// The peer learns that no event follows: of its own will, or why.
    fn send_end(&self, failure: Option<&Failure>) {
        let body = failure.map(crate::link::goodbye).unwrap_or_default();
        let mut end = Vec::new();
        frame::put(&mut end, Kind::End, self.id, &body);
        if self.link.outbox.push_ordered(self.lane(), Outgoing::Frames(&end)).is_err() {
            tracing::debug!(id = self.id, "the end of a subscription was dropped, as the connection is gone");
        }
    }

    fn close(&self) {
        self.state().over = true;
        self.taken.notify_waiters();
    }
}

impl Subscriber for Outlet {
    fn begin(&self, retained: Vec<Arc<PublishedEvent>>) {
        self.state().queue.begin(retained);
    }

    fn offer(&self, event: &Arc<PublishedEvent>) -> Offer {
        let mut state = self.state();
        if state.over || state.ending.is_some() || state.withdrawn.contains(&event.channel()) {
            return Offer::Gone;
        }
        let mut stalled = false;
        if !state.held && state.credit > 0 && state.queue.is_empty() {
            match self.link.outbox.push_with(self.lane(), |out, again| self.put(&mut state, event, out, again)) {
                // It waits for room, as others wait for credit.
                Ok(Appended::Stalled) => stalled = true,
                Ok(Appended::Attended) if state.queue.is_empty() => return Offer::Attended,
                Ok(_) => return Offer::Taken,
                Err(_) => {
                    state.over = true;
                    return Offer::Taken;
                }
            }
        }
        if event.lag() == Lag::Wait && !state.has_room(event) {
            return Offer::Full;
        }
        match state.queue.push(event) {
            // What is held is sent on its release, and what the peer does not take when it takes more.
            Pushed::Queued if state.held || state.credit <= 0 || stalled => Offer::Attended,
            Pushed::Queued => Offer::Taken,
            Pushed::Full => Offer::Full,
            Pushed::Disconnect => {
                let said = format_args!("the events of `{}` came faster than they were taken", event.channel());
                state.ending = Some(Failure::new(code::OVERLOADED, said));
                Offer::Gone
            }
        }
    }

    fn miss(&self) {
        self.state().queue.miss();
    }

    fn wake(&self) {
        let state = self.state();
        if !state.queue.is_empty() || state.ending.is_some() {
            self.pump(state);
        }
        self.link.outbox.send_soon();
    }

    fn room<'a>(&'a self, event: &'a PublishedEvent) -> BoxFuture<'a, ()> {
        Box::pin(async move {
            loop {
                let mut taken = std::pin::pin!(self.taken.notified());
                // Before the look, so that nothing that is taken after it goes unnoticed.
                taken.as_mut().enable();
                {
                    let state = self.state();
                    let is_gone = state.over || state.ending.is_some() || state.withdrawn.contains(&event.channel());
                    if is_gone || state.has_room(event) {
                        return;
                    }
                }
                taken.await;
            }
        })
    }

    fn end(&self) {
        self.finish(Some(&Failure::new(code::UNAVAILABLE, "the router is gone")));
    }
}

impl std::fmt::Debug for Outlet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Outlet").field("id", &self.id).finish_non_exhaustive()
    }
}
