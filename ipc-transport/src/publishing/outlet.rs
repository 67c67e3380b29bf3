//! One subscription of the peer: where the hub puts its events, and how they get to what is to be sent.

use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock};

use ipc_core::envelope::{FRAGMENT_BYTES, Kind};
use ipc_core::{
    BoxFuture, Delivery, Failure, Lag, LagQueue, MAX_LOGGED_BYTES, Offer, PublishedEvent, Pushed, Run, Subscriber,
    Tail, code,
};
use tokio::sync::Notify;

use crate::credit::cost;
use crate::driver::MISSED;
use crate::frame::{self, Large};
use crate::link::Link;
use crate::outbox::{Appended, Held, Lane, Outgoing};

/// Where the hub puts the events of one subscription.
pub(super) struct Outlet {
    link: Arc<Link>,
    pub(super) id: u32,
    /// The subscription is to more than one channel, so each event tells its own.
    many: bool,
    /// The bytes that the peer takes.
    credit: AtomicI64,
    /// Nothing is in the way of an event: it goes straight to what is to be sent, and the state is not asked. Written where
    /// the state is held, and looked at where what is to be sent is.
    direct: AtomicBool,
    /// It stands among those for which events are kept.
    is_listed: AtomicBool,
    /// Where these are taken. None before the subscription has begun, and where it gets each event by itself.
    tail: OnceLock<Tail>,
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
    pub(super) fn new(link: &Arc<Link>, id: u32, many: bool) -> Self {
        let (link, limits) = (Arc::clone(link), Arc::clone(&link.limits));
        let queue = LagQueue::new(limits.queued_events, limits.stream_bytes as usize);
        let credit = AtomicI64::new(link.remote.limits.stream_bytes.into());
        let (ending, over, withdrawn, too_large) = (None, false, Vec::new(), None);
        let state = Mutex::new(State { queue, held: true, ending, over, withdrawn, too_large });
        let (direct, is_listed) = (AtomicBool::new(false), AtomicBool::new(false));
        Self { link, id, many, credit, direct, is_listed, tail: OnceLock::new(), state, taken: Notify::new() }
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

    /// Says where the subscription, which has begun, takes what is kept for it. What is kept has no channels.
    pub(super) fn may_follow(&self, tail: Option<Tail>) {
        if let Some(tail) = tail.filter(|_| !self.many) {
            self.tail.set(tail).expect("it has begun once");
        }
    }

    pub(super) fn release(&self) {
        let mut state = self.state();
        state.held = false;
        self.pump(state);
    }

    pub(super) fn add_credit(&self, bytes: u32) {
        // A peer may grant 2^32 bytes as often as it likes, and nobody counts to 2^63.
        let add = |credit: i64| Some(credit.saturating_add(bytes.into()));
        self.credit.fetch_update(Ordering::Relaxed, Ordering::Relaxed, add).expect("the sum is always taken");
        self.pump(self.state());
        self.taken.notify_waiters();
    }

    /// Sends what waited until the connection had room.
    pub(super) fn resume(&self) {
        self.pump(self.state());
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

    /// Appends the events that are kept for the peer to what is to be sent.
    pub(super) fn take_kept(&self) {
        // First: who keeps one from here on lists it anew.
        self.is_listed.swap(false, Ordering::AcqRel);
        if let Some(tail) = self.tail.get() {
            tail.take(|run| self.hold(run), |held, run| self.put_run(held, run));
        }
    }

    /// Spends what a run costs, and lets nothing else of the subscription out before it.
    fn hold(&self, run: &Run) -> (MutexGuard<'_, State>, Held<'_>) {
        self.credit.fetch_sub(run_cost(run), Ordering::Relaxed);
        (self.state(), self.link.outbox.hold())
    }

    fn put_run(&self, (mut state, outbox): (MutexGuard<'_, State>, Held<'_>), run: &Run) {
        if state.over || state.ending.is_some() {
            return;
        }
        if state.queue.is_empty() {
            let appended = outbox.push_with(self.lane(), |out, _| {
                out.reserve(run.bytes());
                frame::put_run(out, self.id, run.frames());
                None
            });
            match appended {
                Ok(Appended::Attended | Appended::Unattended) => return,
                Ok(Appended::Stalled) => {}
                Err(_) => {
                    state.over = true;
                    return self.settle(&state);
                }
            }
        } else {
            drop(outbox);
        }
        // They wait for room, and so does whatever follows.
        self.credit.fetch_add(run_cost(run), Ordering::Relaxed);
        for event in run.events() {
            if state.queue.push_taken(&event) == Pushed::Disconnect {
                state.ending = Some(too_slow(&event));
                break;
            }
        }
        self.settle(&state);
    }

    /// Lets nothing of these channels out any more; what waits of them is dropped.
    pub(super) fn withdraw(&self, channels: Vec<&'static str>) {
        let mut state = self.state();
        state.queue.withdraw(&channels);
        state.withdrawn.extend(channels);
        // What has waited behind them may be all that is left, or the end.
        self.pump(state);
        // Whoever waits for room for one of them finds that there is no use.
        self.taken.notify_waiters();
    }

    /// Ends the subscription at once; what waits is dropped.
    pub(super) fn finish(&self, failure: Option<&Failure>) {
        if failure.is_some() {
            // The peer still wants what was published before.
            self.take_kept();
        }
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

    pub(super) fn close(&self) {
        let mut state = self.state();
        state.over = true;
        self.settle(&state);
        drop(state);
        self.taken.notify_waiters();
    }
}

fn run_cost(run: &Run) -> i64 {
    i64::try_from(run.bytes()).expect("a run has some KiB")
}

fn too_slow(event: &PublishedEvent) -> Failure {
    let said = format_args!("the events of `{}` came faster than they were taken", event.channel());
    Failure::new(code::OVERLOADED, said)
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
                state.ending = Some(too_slow(event));
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

    fn follows(&self) -> Option<u64> {
        let is_small = (self.link.remote.limits.message_bytes as usize) < MAX_LOGGED_BYTES;
        if is_small || self.tail.get().is_none() || !self.direct.load(Ordering::Acquire) {
            return None;
        }
        u64::try_from(self.credit.load(Ordering::Relaxed)).ok()
    }

    fn take(&self, run: &Run) {
        self.put_run(self.hold(run), run);
    }

    fn tell(&self) {
        if !self.is_listed.swap(true, Ordering::AcqRel) {
            self.link.publishing.note_kept(self.id);
            self.link.outbox.note_kept();
        }
    }

    fn hurry(&self) {
        self.take_kept();
        self.link.outbox.send_soon();
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
