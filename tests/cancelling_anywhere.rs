//! Streams, uploads, dialogues and subscriptions that are dropped at any of the points at which they wait: nothing of
//! them is left, at either side, and the connection lives on.
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context as TaskContext, Poll, Waker, ready};

use ipc_bridge::prelude::*;
use ipc_bridge::{Endpoint, Limits};
use tokio::task::{JoinSet, yield_now};

use support::events::Oldest;
use support::gate::{Gate, echo, pass, router};
use support::raw::FRAGMENT;
use support::{everywhere, until};

/// The calls that may be in flight: few, so that one that is lost is noticed.
const PLACES: u32 = 4;

/// The items of each stream.
const ITEMS: usize = 3;

/// The handlers that are at work.
#[derive(Clone, Default)]
struct AtWork(Arc<AtomicUsize>);

struct Worker(AtWork);

impl AtWork {
    fn begin(&self) -> Worker {
        self.0.fetch_add(1, Ordering::SeqCst);
        Worker(self.clone())
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.0.0.fetch_sub(1, Ordering::SeqCst);
    }
}

/// A few items, each of which is there only when the stream is polled again.
struct Halting {
    left: usize,
    letters: usize,
    halts: bool,
    _worker: Option<Worker>,
}

impl Halting {
    fn new(letters: usize, worker: Option<Worker>) -> Self {
        Self { left: ITEMS, letters, halts: true, _worker: worker }
    }
}

impl Stream for Halting {
    type Item = String;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<Option<String>> {
        if std::mem::replace(&mut self.halts, false) {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        self.halts = true;
        if self.left == 0 {
            return Poll::Ready(None);
        }
        self.left -= 1;
        Poll::Ready(Some("x".repeat(self.letters)))
    }
}

#[handler("halt:items")]
async fn items(at_work: State<AtWork>, letters: usize) -> impl Stream<Item = String> {
    let worker = at_work.begin();
    yield_now().await;
    Halting::new(letters, Some(worker))
}

#[handler("halt:count")]
async fn count(at_work: State<AtWork>, mut items: Incoming<String>) -> Result<usize, IncomingError> {
    let _worker = at_work.begin();
    let mut letters = 0;
    while let Some(item) = items.next().await {
        yield_now().await;
        letters += item?.len();
    }
    Ok(letters)
}

struct Back(Incoming<String>, #[expect(dead_code, reason = "it tells when it is dropped")] Worker);

impl Stream for Back {
    type Item = Result<String, IncomingError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<Option<Self::Item>> {
        Poll::Ready(ready!(Pin::new(&mut self.0).poll_next(cx)))
    }
}

#[handler("halt:back")]
fn back(at_work: State<AtWork>, items: Incoming<String>) -> impl Stream<Item = Result<String, IncomingError>> {
    Back(items, at_work.begin())
}

struct Scene {
    server: Server,
    client: Client,
    gate: Gate,
    at_work: AtWork,
}

async fn scene(place: &Endpoint) -> Scene {
    let (gate, at_work) = (Gate::new(), AtWork::default());
    let router = router(&gate)
        .state(at_work.clone())
        .handle::<items>()
        .handle::<count>()
        .handle::<back>()
        .handle::<hear>()
        .event::<Oldest>();
    let limits = Limits::default().in_flight(PLACES).subscriptions(PLACES as usize);
    let server = Server::bind(place).limits(limits).serve(router).await.unwrap();
    // Little may be on its way, so that a stream waits for credit too.
    let client = Client::builder().limits(Limits::default().stream_bytes(1)).connect(place).await.unwrap();
    Scene { server, client, gate, at_work }
}

impl Scene {
    /// As many calls as may be in flight come to their handlers together: no place was lost, and no handler is left.
    async fn is_as_it_was(&self) {
        let mut callers = JoinSet::new();
        for id in 0..u64::from(PLACES) {
            let client = self.client.clone();
            callers.spawn(async move { assert_eq!(client.invoke(pass { id }).await, Ok(id)) });
        }
        self.gate.entered(PLACES).await;
        self.gate.open(PLACES as usize);
        self.gate.dropped(PLACES).await;
        while let Some(done) = callers.join_next().await {
            done.unwrap();
        }
        until(|| self.at_work.0.load(Ordering::SeqCst) == 0).await;
        until(|| self.server.publisher().subscribers::<Oldest>() == 0).await;
    }

    /// Begins something again and again, and drops it after each number of polls until it comes to its end.
    async fn dropped_anywhere<F: Future<Output = ()>>(&self, begin: impl Fn() -> F) {
        let mut polls = 0;
        while !gave_up_after(polls, begin()).await {
            assert_eq!(self.client.invoke(echo { text: "alive".to_owned() }).await.unwrap(), "alive");
            // At a socket the number of polls is a matter of luck, so it grows faster than one by one in the end.
            polls += if polls < 200 { 1 } else { polls / 8 };
        }
        self.is_as_it_was().await;
    }
}

/// Polls something at most so often, lets others run in between, and drops it. Answers whether it came to its end.
async fn gave_up_after(polls: usize, work: impl Future<Output = ()>) -> bool {
    let mut work = pin!(work);
    for _ in 0..polls {
        if work.as_mut().poll(&mut TaskContext::from_waker(Waker::noop())).is_ready() {
            return true;
        }
        yield_now().await;
    }
    false
}

/// Items of one frame, and of many.
const SIZES: [usize; 2] = [10, 2 * FRAGMENT];

async fn a_stream_may_be_dropped_anywhere(place: Endpoint) {
    let scene = scene(&place).await;
    for letters in SIZES {
        let read = || async {
            let mut items = scene.client.stream(items { letters }).await.unwrap();
            for _ in 0..ITEMS {
                assert_eq!(items.next().await.unwrap().unwrap().len(), letters);
            }
            assert_eq!(items.next().await, None);
        };
        scene.dropped_anywhere(read).await;
    }
}

async fn an_upload_may_be_dropped_anywhere(place: Endpoint) {
    let scene = scene(&place).await;
    for letters in SIZES {
        let send = || async {
            let items = Incoming::new(Halting::new(letters, None));
            assert_eq!(scene.client.invoke(count { items }).await, Ok(ITEMS * letters));
        };
        scene.dropped_anywhere(send).await;
    }
}

async fn a_dialogue_may_be_dropped_anywhere(place: Endpoint) {
    let scene = scene(&place).await;
    for letters in SIZES {
        let talk = || async {
            let items = Incoming::new(Halting::new(letters, None));
            let mut answers = scene.client.stream(back { items }).await.unwrap();
            for _ in 0..ITEMS {
                assert_eq!(answers.next().await.unwrap().unwrap().len(), letters);
            }
            assert_eq!(answers.next().await, None);
        };
        scene.dropped_anywhere(talk).await;
    }
}

async fn a_subscription_may_be_dropped_anywhere(place: Endpoint) {
    let scene = scene(&place).await;
    for letters in SIZES {
        let listen = || async {
            let mut events = scene.client.subscribe::<Oldest>().await.unwrap();
            for number in 0..ITEMS as u64 {
                scene.server.publish(&Oldest::sized(number, letters)).unwrap();
                assert_eq!(events.next().await.unwrap().unwrap().number, number);
            }
        };
        scene.dropped_anywhere(listen).await;
    }
}

async fn a_notification_may_be_dropped_anywhere(place: Endpoint) {
    let scene = scene(&place).await;
    for letters in SIZES {
        let tell = || async {
            scene.client.notify(hear { text: "x".repeat(letters) }).await.unwrap();
        };
        scene.dropped_anywhere(tell).await;
    }
}

/// Hears something.
#[handler("halt:hear")]
fn hear(text: String) {
    drop(text);
}

async fn all_of_them_may_be_dropped_together(place: Endpoint) {
    let scene = scene(&place).await;
    for round in 0..60 {
        let mut work: Vec<Pin<Box<dyn Future<Output = ()> + '_>>> = Vec::new();
        // Twice as many as there are places: some are dropped while they wait for one.
        for letters in SIZES {
            let client = &scene.client;
            let halting = move || Incoming::new(Halting::new(letters, None));
            work.push(Box::pin(async move {
                let mut items = client.stream(items { letters }).await.unwrap();
                while items.next().await.is_some() {}
            }));
            work.push(Box::pin(async move { drop(client.invoke(count { items: halting() }).await) }));
            work.push(Box::pin(async move {
                let mut answers = client.stream(back { items: halting() }).await.unwrap();
                while answers.next().await.is_some() {}
            }));
            work.push(Box::pin(async move {
                let mut events = client.subscribe::<Oldest>().await.unwrap();
                while events.next().await.is_some() {}
            }));
        }
        for _ in 0..round {
            work.retain_mut(|one| one.as_mut().poll(&mut TaskContext::from_waker(Waker::noop())).is_pending());
            scene.server.publish(&Oldest::sized(round, FRAGMENT)).unwrap();
            yield_now().await;
        }
        drop(work);
        assert_eq!(scene.client.invoke(echo { text: "alive".to_owned() }).await.unwrap(), "alive");
    }
    scene.is_as_it_was().await;
}

everywhere! {
    a_stream_may_be_dropped_anywhere,
    an_upload_may_be_dropped_anywhere,
    a_dialogue_may_be_dropped_anywhere,
    a_subscription_may_be_dropped_anywhere,
    a_notification_may_be_dropped_anywhere,
    all_of_them_may_be_dropped_together,
}
