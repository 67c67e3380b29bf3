//! A subscription in the process that publishes.

use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{self, Poll, Waker};

use tokio::sync::Notify;

use super::hub::{Hub, HubSubscription};
use super::published::PublishedEvent;
use super::queue::{Delivery, LagQueue, Pushed};
use super::subscriber::{Offer, Subscriber};
use super::subscription::{ReceiveEvents, ReceivedEvent, SubscriptionEnd};
use crate::failure::{Failure, code};
use crate::remote::BoxFuture;

/// How much may wait for one subscriber in this process.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    pub(crate) events: usize,
    /// The bytes of these events, which one alone may exceed. They are shared with all other subscribers.
    pub(crate) bytes: usize,
}

/// [`Router::event_queue`](crate::Router::event_queue) states them.
impl Default for Bounds {
    fn default() -> Self {
        Self { events: 1024, bytes: 16 * 1024 * 1024 }
    }
}

/// The events of a subscription in this process.
pub(crate) struct LocalEvents {
    shared: Arc<Local>,
    /// The event that is being read.
    current: Option<Arc<PublishedEvent>>,
    _subscription: HubSubscription,
}

/// What the hub and the subscriber share.
struct Local {
    state: Mutex<State>,
    /// Told when the subscriber has taken something, and when it is gone.
    taken: Notify,
}

struct State {
    queue: LagQueue,
    waker: Option<Waker>,
    end: Option<SubscriptionEnd>,
    /// Nothing is taken any more.
    is_closed: bool,
}

/// Subscribes to the events of a hub in this process.
pub(crate) fn subscribe(hub: &Hub, bounds: Bounds, pattern: &str, key: Option<&str>) -> Result<LocalEvents, Failure> {
    let queue = LagQueue::new(bounds.events, bounds.bytes);
    let state = Mutex::new(State { queue, waker: None, end: None, is_closed: false });
    let shared = Arc::new(Local { state, taken: Notify::new() });
    let _subscription = hub.subscribe(pattern, key, Arc::clone(&shared) as Arc<dyn Subscriber>, None)?;
    Ok(LocalEvents { shared, current: None, _subscription })
}

impl Local {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("nothing panics while it holds the queue")
    }

    fn close(&self, end: Option<SubscriptionEnd>) {
        let mut state = self.lock();
        state.is_closed = true;
        if state.end.is_none() {
            state.end = end;
        }
        drop(state);
        self.taken.notify_waiters();
    }
}

impl Subscriber for Local {
    fn begin(&self, retained: Vec<Arc<PublishedEvent>>) {
        self.lock().queue.begin(retained);
    }

    fn offer(&self, event: &Arc<PublishedEvent>) -> Offer {
        let mut state = self.lock();
        if state.is_closed {
            return Offer::Gone;
        }
        match state.queue.push(event) {
            Pushed::Queued => Offer::Taken,
            Pushed::Full => Offer::Full,
            Pushed::Disconnect => {
                let said = format_args!("the events of `{}` came faster than they were taken", event.channel());
                state.end = Some(SubscriptionEnd::Ended(Failure::new(code::OVERLOADED, said)));
                state.is_closed = true;
                Offer::Gone
            }
        }
    }

    fn miss(&self) {
        self.lock().queue.miss();
    }

    fn wake(&self) {
        let waker = self.lock().waker.take();
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    fn room<'a>(&'a self, event: &'a PublishedEvent) -> BoxFuture<'a, ()> {
        Box::pin(async move {
            loop {
                let mut taken = std::pin::pin!(self.taken.notified());
                // Before the look, so that nothing that is taken after it goes unnoticed.
                taken.as_mut().enable();
                {
                    let state = self.lock();
                    if state.is_closed || state.queue.has_room(event) {
                        return;
                    }
                }
                taken.await;
            }
        })
    }

    fn end(&self) {
        self.close(Some(SubscriptionEnd::Gone("the router is gone".into())));
        self.wake();
    }
}

impl ReceiveEvents for LocalEvents {
    fn poll_event(&mut self, cx: &mut task::Context<'_>) -> Poll<ReceivedEvent<'_>> {
        let mut state = self.shared.lock();
        let delivery = match state.queue.pop() {
            Some(delivery) => delivery,
            None => {
                if state.is_closed {
                    let gone = || SubscriptionEnd::Gone("the subscription has ended".into());
                    return Poll::Ready(ReceivedEvent::End(state.end.take().unwrap_or_else(gone)));
                }
                let before = state.waker.replace(cx.waker().clone());
                drop(state);
                drop(before);
                return Poll::Pending;
            }
        };
        drop(state);
        self.shared.taken.notify_waiters();
        match delivery {
            Delivery::Missed(events) => Poll::Ready(ReceivedEvent::Missed(events)),
            Delivery::Event(event) => {
                let event = self.current.insert(event);
                Poll::Ready(ReceivedEvent::Event {
                    channel: Some(event.channel()),
                    json: event.json(),
                    attachments: event.attachments().to_vec(),
                })
            }
        }
    }
}

impl Drop for LocalEvents {
    fn drop(&mut self) {
        // Whoever waits for room here must not wait for ever.
        self.shared.close(None);
    }
}
