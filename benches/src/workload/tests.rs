//! A side that tells the truth passes every workload, and one that gives a wrong answer passes none.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, Mutex};

use anyhow::Context as _;
use tokio::sync::mpsc;

use super::*;
use crate::counted::Work;
use crate::{Caller, Events, Item};
use bytes::Bytes;

/// After so many answers, of a client or of a subscription, a liar lies. Every workload asks each of its clients more often,
/// but that of connections at rest, which calls each twice.
const TRUE_ANSWERS: u64 = 1;

/// A service within one process; `LIES` says whether it gives wrong answers.
struct Fake<const LIES: bool>;

type Subscribers = Mutex<HashMap<String, Vec<mpsc::UnboundedSender<Item>>>>;

/// Those who subscribed, by the endpoint.
static SUBSCRIBERS: LazyLock<Subscribers> = LazyLock::new(Subscribers::default);

#[derive(Clone)]
struct FakeClient<const LIES: bool> {
    endpoint: String,
    answered: Arc<AtomicU64>,
}

struct FakeEvents<const LIES: bool> {
    events: mpsc::UnboundedReceiver<Item>,
    received: u64,
}

impl<const LIES: bool> FakeClient<LIES> {
    fn is_a_lie(&self) -> bool {
        self.answered.fetch_add(1, Ordering::Relaxed) >= TRUE_ANSWERS && LIES
    }
}

impl<const LIES: bool> Echo for Fake<LIES> {
    type Server = ();
    type Client = FakeClient<LIES>;
    type Events = FakeEvents<LIES>;

    async fn serve(_endpoint: &str) -> Result<()> {
        Ok(())
    }

    async fn connect(endpoint: &str) -> Result<FakeClient<LIES>> {
        Ok(FakeClient { endpoint: endpoint.to_owned(), answered: Arc::default() })
    }

    async fn subscribe(endpoint: &str) -> Result<FakeEvents<LIES>> {
        let (sender, events) = mpsc::unbounded_channel();
        let mut subscribers = SUBSCRIBERS.lock().expect("nobody panics with the lock");
        subscribers.entry(endpoint.to_owned()).or_default().push(sender);
        Ok(FakeEvents { events, received: 0 })
    }
}

impl<const LIES: bool> Caller for FakeClient<LIES> {
    async fn echo(&self, mut item: Item) -> Result<Item> {
        tokio::task::yield_now().await;
        item.score += f64::from(u8::from(self.is_a_lie()));
        Ok(item)
    }

    async fn echo_text(&self, mut text: String) -> Result<String> {
        tokio::task::yield_now().await;
        if self.is_a_lie() {
            text.truncate(text.len() - 1);
        }
        Ok(text)
    }

    async fn echo_bytes(&self, bytes: Bytes) -> Result<Bytes> {
        tokio::task::yield_now().await;
        Ok(if self.is_a_lie() { bytes.iter().rev().copied().collect() } else { bytes })
    }

    async fn publish(&self, ids: Range<u64>) -> Result<()> {
        let subscribers = SUBSCRIBERS.lock().expect("nobody panics with the lock");
        for sender in subscribers.get(&self.endpoint).into_iter().flatten() {
            for id in ids.clone() {
                // Who was given a wrong event has gone away; what it says of it is what counts.
                drop(sender.send(Item::sample(id)));
            }
        }
        Ok(())
    }
}

impl<const LIES: bool> Events for FakeEvents<LIES> {
    async fn next(&mut self) -> Result<Item> {
        self.received += 1;
        if LIES && self.received > TRUE_ANSWERS {
            // An event is lost: the one behind it comes in its place.
            self.events.recv().await;
        }
        self.events.recv().await.context("nobody publishes any more")
    }
}

/// What comes of a workload whose server is this process itself.
fn outcome<const LIES: bool>(workload: Workload) -> Result<Figures> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let endpoint = format!("{workload:?} {LIES}");
    measure::<Fake<LIES>>(workload, &runtime, &endpoint, Window::new(0.02, process::id()))
}

#[test]
fn a_true_answer_passes_every_workload_with_every_figure() {
    for workload in Workload::ALL {
        let figures = outcome::<false>(workload).unwrap_or_else(|error| panic!("{workload:?}: {error:#}"));
        for figure in workload.figures() {
            let is_of_linux = figure.key == "cpu" || workload == Workload::Idle;
            let found = figures.get(figure.key);
            assert!(found.is_some() || (is_of_linux && !cfg!(target_os = "linux")), "{workload:?}: {figure:?}");
        }
    }
}

#[test]
fn a_wrong_answer_fails_every_workload() {
    for workload in Workload::ALL {
        let error = outcome::<true>(workload).expect_err("the answers are wrong").to_string();
        let complaints = ["sent ", "expected ", "received another "];
        assert!(complaints.iter().any(|complaint| error.starts_with(complaint)), "{workload:?}: {error}");
    }
}

/// What is counted, of that which a fake can do: streams are the framework's, and JSON is nobody's answer.
const COUNTED: [Work; 5] = [
    Work::Calls { in_flight: 1 },
    Work::Calls { in_flight: 64 },
    Work::Text { kib: 4 },
    Work::Events { subscribers: 1 },
    Work::Events { subscribers: 16 },
];

/// What comes of work that is to be counted.
fn outcome_of_work<const LIES: bool>(work: Work) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let endpoint = format!("{work:?} {LIES}");
    runtime.block_on(work.perform::<Fake<LIES>>(&endpoint, 128))
}

#[test]
fn what_is_counted_is_not_counted_where_an_answer_is_wrong() {
    for work in COUNTED {
        outcome_of_work::<false>(work).unwrap_or_else(|error| panic!("{work:?}: {error:#}"));
        let error = outcome_of_work::<true>(work).expect_err("the answers are wrong").to_string();
        let complaints = ["sent ", "expected ", "received another "];
        assert!(complaints.iter().any(|complaint| error.starts_with(complaint)), "{work:?}: {error}");
    }
}
