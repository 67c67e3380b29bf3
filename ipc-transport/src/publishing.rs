//! The subscriptions of the peer: what is published here goes out to it, as far as it takes it.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
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
    /// None, while the peer has no subscription: most connections never have one.
    open: Option<Box<Open>>,
    closed: bool,
}

#[derive(Debug, Default)]
struct Open {
    subscriptions: HashMap<u32, Subscribed>,
}

/// One subscription. Dropping it tells the hub that nothing is to be sent any more.
#[derive(Debug)]
struct Subscribed {
    outlet: Arc<Outlet>,
    hub: HubSubscription,
}

impl Table {
    fn get(&self, id: u32) -> Option<&Subscribed> {
        self.open.as_ref()?.subscriptions.get(&id)
    }

    fn all(&self) -> impl Iterator<Item = &Subscribed> {
        self.open.iter().flat_map(|open| open.subscriptions.values())
    }

    fn remove(&mut self, id: u32) -> Option<Subscribed> {
        let open = self.open.as_mut()?;
        let removed = open.subscriptions.remove(&id);
        if open.subscriptions.is_empty() {
            self.open = None;
        }
        removed
    }
}

impl Publishing {
    fn table(&self) -> MutexGuard<'_, Table> {
        self.0.lock().expect("nothing panics while it holds the table")
    }

    pub(crate) fn contains(&self, id: u32) -> bool {
        self.table().get(id).is_some()
    }

    pub(crate) fn len(&self) -> usize {
        self.table().open.as_ref().map_or(0, |open| open.subscriptions.len())
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
        let access = link.access();
        let subscription = hub.subscribe(pattern, key, Arc::clone(&outlet) as Arc<dyn Subscriber>, access)?;
        let mut table = self.table();
        if !table.closed {
            table.open.get_or_insert_default().subscriptions.insert(id, Subscribed { outlet, hub: subscription });
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
            table.all().map(|one| (Arc::clone(&one.outlet), one.hub.subscribed())).collect()
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
            table.open.take()
        };
        for Subscribed { outlet, .. } in ended.into_iter().flat_map(|open| open.subscriptions.into_values()) {
            outlet.close();
        }
    }

    fn outlets(&self) -> Vec<Arc<Outlet>> {
        self.table().all().map(|subscribed| Arc::clone(&subscribed.outlet)).collect()
    }

    fn outlet(&self, id: u32) -> Option<Arc<Outlet>> {
        self.table().get(id).map(|subscribed| Arc::clone(&subscribed.outlet))
    }

    /// Takes a subscription out that has ended; `tell` queues its end. The table is locked meanwhile: the peer may use the
    /// id again as soon as it has been told, and a connection that is leaving ends when the table is empty and nothing is
    /// queued.
    fn forget(&self, outlet: &Outlet, tell: impl FnOnce()) {
        let ended = {
            let mut table = self.table();
            tell();
            let found = table.get(outlet.id);
            let there = found.is_some_and(|found| std::ptr::eq(Arc::as_ptr(&found.outlet), outlet));
            if there { table.remove(outlet.id) } else { None }
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
    /// The bytes that the peer takes.
    credit: AtomicI64,
    /// Nothing is in the way of an event: it goes straight to what is to be sent, and the state is not asked. Written where
    /// the state is held, and looked at where what is to be sent is.
    direct: AtomicBool,
    state: Mutex<State>,
    /// Told when something has left the queue, and when nothing is taken any more.
    taken: Notify,
}

struct State {
    queue: LagQueue,
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
    fn is_gone(&self, event: &PublishedEvent) -> bool {
        self.over || self.ending.is_some() || self.withdrawn.contains(&event.channel())
    }
}

impl Outlet {
    fn new(link: &Arc<Link>, id: u32, many: bool) -> Self {
        let (link, limits) = (Arc::clone(link), Arc::clone(&link.limits));
        let queue = LagQueue::new(limits.queued_events, limits.stream_bytes as usize);
        let credit = AtomicI64::new(link.remote.limits.stream_bytes.into());
        let (ending, over, withdrawn, too_large) = (None, false, Vec::new(), None);
        let state = Mutex::new(State { queue, held: true, ending, over, withdrawn, too_large });
        Self { link, id, many, credit, direct: AtomicBool::new(false), state, taken: Notify::new() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("nothing panics while it holds the events")
    }

    fn has_credit(&self) -> bool {
        self.credit.load(Ordering::Relaxed) > 0
    }

    /// Whether an event for which its publisher waits is taken. It does not wait here behind what the peer has not taken,
    /// which is queue enough.
    fn has_room(&self, state: &State, event: &PublishedEvent) -> bool {
        if state.held || !state.queue.is_empty() { state.queue.has_room(event) } else { self.has_credit() }
    }

    /// Says whether the next event goes straight out; to be called before a state that has changed is let go.
    fn settle(&self, state: &State) {
        let is_open = !state.held && !state.over && state.ending.is_none() && state.withdrawn.is_empty();
        self.direct.store(is_open && state.queue.is_empty(), Ordering::Release);
    }

    fn release(&self) {
        let mut state = self.state();
        state.held = false;
        self.pump(state);
    }

    fn add_credit(&self, bytes: u32) {
        // A peer may grant 2^32 bytes as often as it likes, and nobody counts to 2^63.
        let add = |credit: i64| Some(credit.saturating_add(bytes.into()));
        self.credit.fetch_update(Ordering::Relaxed, Ordering::Relaxed, add).expect("the sum is always taken");
        self.pump(self.state());
        self.taken.notify_waiters();
    }

    /// Sends what waits, as far as the peer takes it.
    fn pump(&self, mut state: MutexGuard<'_, State>) {
        if state.held || state.over {
            return;
        }
        let mut sent = false;
        while self.has_credit() && !state.queue.is_empty() && !state.over {
            match self.link.outbox.push_with(self.lane(), |out, again| self.put_waiting(&mut state, out, again)) {
                Ok(Appended::Stalled) => break,
                Ok(_) => {}
                Err(_) => state.over = true,
            }
            sent = true;
        }
        let ending = if state.queue.is_empty() { state.ending.take() } else { None };
        state.over |= ending.is_some();
        self.settle(&state);
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
        while self.has_credit() && out.len() < most {
            let large = match state.queue.pop()? {
                Delivery::Event(event) if self.is_too_large(&event) => {
                    state.queue.miss();
                    state.too_large = Some((event.channel(), event.payload_bytes()));
                    None
                }
                Delivery::Event(event) => self.put(&event, out, copied_again),
                Delivery::Missed(count) => {
                    let said = bytes::Bytes::from(count.to_string());
                    self.spend(said.len());
                    frame::put_shared(out, Kind::Event, self.id, MISSED, &[said], false, copied_again)
                }
            };
            if large.is_some() {
                return large;
            }
        }
        None
    }

    /// Whether an event is larger than the peer takes.
    fn is_too_large(&self, event: &PublishedEvent) -> bool {
        event.payload_bytes() > self.link.remote.limits.message_bytes as usize
    }

    fn spend(&self, payload: usize) {
        self.credit.fetch_sub(cost(payload), Ordering::Relaxed);
    }

    /// Appends an event to `out`; it is answered where it is too large for a frame.
    fn put(&self, event: &PublishedEvent, out: &mut Vec<u8>, copied_again: bool) -> Option<Large> {
        self.spend(event.payload_bytes());
        let channel = if self.many { event.channel() } else { "" };
        let (payload, attachments) = (event.segments(), event.has_attachments());
        frame::put_shared(out, Kind::Event, self.id, channel, payload, attachments, copied_again)
    }

    /// Appends an event to what is to be sent, unless something is in its way.
    fn send_directly(&self, event: &PublishedEvent) -> Option<Offer> {
        if !self.direct.load(Ordering::Acquire) || !self.has_credit() || self.is_too_large(event) {
            return None;
        }
        let mut is_sent = false;
        let appended = self.link.outbox.push_with(self.lane(), |out, again| {
            // The end of the subscription may be there by now, and nothing follows it.
            is_sent = self.direct.load(Ordering::Acquire);
            if is_sent { self.put(event, out, again) } else { None }
        });
        match appended {
            Ok(Appended::Attended) if is_sent => Some(Offer::Attended),
            Ok(Appended::Unattended) if is_sent => Some(Offer::Taken),
            _ => None,
        }
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
        let first = {
            let mut state = self.state();
            let first = !std::mem::replace(&mut state.over, true);
            self.settle(&state);
            first
        };
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
        let mut state = self.state();
        state.over = true;
        self.settle(&state);
        drop(state);
        self.taken.notify_waiters();
    }
}

impl Subscriber for Outlet {
    fn begin(&self, retained: Vec<Arc<PublishedEvent>>) {
        let mut state = self.state();
        state.queue.begin(retained);
        self.settle(&state);
    }

    fn offer(&self, event: &Arc<PublishedEvent>) -> Offer {
        if let Some(sent) = self.send_directly(event) {
            return sent;
        }
        let mut state = self.state();
        if state.is_gone(event) {
            return Offer::Gone;
        }
        // What is held is sent on its release, and what the peer does not take when it takes more.
        let mut waits = state.held || !self.has_credit();
        if !waits && state.queue.is_empty() && !self.is_too_large(event) {
            match self.link.outbox.push_with(self.lane(), |out, again| self.put(event, out, again)) {
                // It waits for room, as others wait for credit.
                Ok(Appended::Stalled) => waits = true,
                Ok(Appended::Attended) => return Offer::Attended,
                Ok(Appended::Unattended) => return Offer::Taken,
                Err(_) => {
                    state.over = true;
                    self.settle(&state);
                    return Offer::Taken;
                }
            }
        }
        if event.lag() == Lag::Wait && !self.has_room(&state, event) {
            return Offer::Full;
        }
        let offered = match state.queue.push(event) {
            Pushed::Queued if waits => Offer::Attended,
            Pushed::Queued => Offer::Taken,
            Pushed::Full => Offer::Full,
            Pushed::Disconnect => {
                let said = format_args!("the events of `{}` came faster than they were taken", event.channel());
                state.ending = Some(Failure::new(code::OVERLOADED, said));
                Offer::Gone
            }
        };
        self.settle(&state);
        offered
    }

    fn miss(&self) {
        let mut state = self.state();
        state.queue.miss();
        self.settle(&state);
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
                    if state.is_gone(event) || self.has_room(&state, event) {
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
