//! Messages that take long to read or to write: nothing else on their connection waits for them. In memory all of it runs on
//! one thread, so that whatever kept that thread would keep everything.
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{Arc, Condvar, LazyLock, Mutex};
use std::time::Duration;

use ipc_bridge::prelude::*;
use ipc_bridge::{Endpoint, Limits};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use tokio::sync::Notify;

use support::{everywhere, unique_name, until};

/// A large message, and more of it than a connection reads by the way.
const LARGE: usize = 2 * 1024 * 1024;

/// Stops whatever reads, or writes, the text that names it, until it is opened.
#[derive(Debug, Default)]
struct Latch {
    reached: Notify,
    open: Mutex<bool>,
    opened: Condvar,
}

impl Latch {
    fn hold(&self) {
        self.reached.notify_one();
        let wait = self.opened.wait_timeout_while(self.open.lock().unwrap(), Duration::from_secs(20), |open| !*open);
        assert!(!wait.unwrap().1.timed_out(), "whoever was to open this waits for it");
    }

    fn open(&self) {
        *self.open.lock().unwrap() = true;
        self.opened.notify_all();
    }
}

static LATCHES: LazyLock<Mutex<HashMap<String, Arc<Latch>>>> = LazyLock::new(Mutex::default);

/// A text which takes as long as its latch is shut, to read or to write.
#[derive(Debug, Clone, PartialEq)]
struct Slow(String);

impl Slow {
    fn new(bytes: usize) -> (Self, Arc<Latch>) {
        let (name, latch) = (unique_name(), Arc::new(Latch::default()));
        LATCHES.lock().unwrap().insert(name.clone(), Arc::clone(&latch));
        (Self(format!("{name}:{}", "x".repeat(bytes))), latch)
    }

    fn hold(&self) {
        let name = self.0.split(':').next().unwrap();
        let latch = LATCHES.lock().unwrap().get(name).cloned();
        if let Some(latch) = latch {
            latch.hold();
        }
    }
}

impl<'de> Deserialize<'de> for Slow {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let slow = Self(String::deserialize(deserializer)?);
        slow.hold();
        assert!(!slow.0.starts_with("panic"), "as the test wants it");
        Ok(slow)
    }
}

impl JsonSchema for Slow {
    fn schema_name() -> Cow<'static, str> {
        "Slow".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        String::json_schema(generator)
    }
}

/// The same, slow to write.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(transparent)]
struct SlowAnswer(String);

impl Serialize for SlowAnswer {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Slow(self.0.clone()).hold();
        self.0.serialize(serializer)
    }
}

impl Serialize for Slow {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

#[handler("large:measure")]
fn measure(text: Slow) -> usize {
    text.0.len()
}

#[handler("large:note")]
fn note(noted: State<Noted>, text: Slow) {
    noted.0.lock().unwrap().push(text.0.len());
}

#[derive(Debug, Clone, Default)]
struct Noted(Arc<Mutex<Vec<usize>>>);

/// Tells when it is dropped.
#[derive(Debug, Clone, Default)]
struct Dropped(Arc<Notify>);

struct Guard(Arc<Notify>);

impl Drop for Guard {
    fn drop(&mut self) {
        self.0.notify_one();
    }
}

/// Never answers by itself.
#[handler("large:keep", timeout = "10s")]
async fn keep(dropped: State<Dropped>, text: Slow) -> usize {
    let _guard = Guard(Arc::clone(&dropped.0));
    std::future::pending::<()>().await;
    text.0.len()
}

/// Answers with a text that it was given by name.
#[handler("large:answer")]
fn answer(text: String, times: usize) -> SlowAnswer {
    SlowAnswer(format!("{text}:{}", "y".repeat(times)))
}

#[handler("large:add")]
fn add(left: u32, right: u32) -> u32 {
    left + right
}

fn router() -> (Router, Noted, Dropped) {
    let (noted, dropped) = (Noted::default(), Dropped::default());
    let router = Router::new().state(noted.clone()).state(dropped.clone());
    let router = router.handle::<measure>().handle::<note>().handle::<keep>().handle::<answer>().handle::<add>();
    (router, noted, dropped)
}

async fn serve(place: &Endpoint) -> (Server, Client) {
    (Server::bind(place).serve(router().0).await.unwrap(), Client::connect(place).await.unwrap())
}

async fn goes_on(client: &Client) {
    assert_eq!(client.invoke(add { left: 1, right: 2 }).await.unwrap(), 3);
}

async fn small_calls_are_answered_while_a_large_request_is_read(place: Endpoint) {
    let (_server, client) = serve(&place).await;
    let (text, latch) = Slow::new(LARGE);
    let expected = text.0.len();
    let caller = client.clone();
    let large = tokio::spawn(async move { caller.invoke(measure { text }).await });
    latch.reached.notified().await;
    goes_on(&client).await;
    latch.open();
    assert_eq!(large.await.unwrap().unwrap(), expected);
}

async fn small_calls_are_answered_while_a_large_notification_is_read(place: Endpoint) {
    let (router, noted, _) = router();
    let _server = Server::bind(&place).serve(router).await.unwrap();
    let client = Client::connect(&place).await.unwrap();
    let (text, latch) = Slow::new(LARGE);
    let expected = text.0.len();
    client.notify(note { text }).await.unwrap();
    latch.reached.notified().await;
    goes_on(&client).await;
    latch.open();
    until(|| noted.0.lock().unwrap().as_slice() == [expected]).await;
}

async fn small_calls_are_answered_while_a_large_answer_is_written(place: Endpoint) {
    let (_server, client) = serve(&place).await;
    // What its answers are like is seen by the first.
    let first = client.invoke(answer { text: "first".to_owned(), times: LARGE }).await.unwrap();
    assert_eq!(first.0.len(), LARGE + "first:".len());
    let (Slow(name), latch) = Slow::new(0);
    let (caller, text) = (client.clone(), name.clone());
    let large = tokio::spawn(async move { caller.invoke(answer { text, times: LARGE }).await });
    latch.reached.notified().await;
    goes_on(&client).await;
    latch.open();
    assert_eq!(large.await.unwrap().unwrap().0.len(), name.len() + 1 + LARGE);
}

async fn more_large_requests_than_may_be_read_beside_each_other_are_answered(place: Endpoint) {
    let (router, ..) = router();
    let limits = Limits::default().message_bytes(3 << 20).buffered_bytes(3 << 20);
    let _server = Server::bind(&place).limits(limits).serve(router).await.unwrap();
    let client = Client::connect(&place).await.unwrap();
    let calls: Vec<_> = (0..8)
        .map(|index| {
            let (client, text) = (client.clone(), Slow(format!("no latch:{}", "z".repeat(LARGE + index))));
            tokio::spawn(async move { (text.0.len(), client.invoke(measure { text }).await) })
        })
        .collect();
    for call in calls {
        let (expected, answered) = call.await.unwrap();
        match answered {
            Ok(length) => assert_eq!(length, expected),
            Err(InvokeError::Refused(failure)) => assert_eq!(failure.code(), "OVERLOADED"),
            Err(error) => panic!("{error}"),
        }
    }
    goes_on(&client).await;
}

async fn a_call_that_is_dropped_while_it_is_read_is_cancelled(place: Endpoint) {
    let (router, _, dropped) = router();
    let server = Server::bind(&place).serve(router).await.unwrap();
    let client = Client::connect(&place).await.unwrap();
    let (text, latch) = Slow::new(LARGE);
    let caller = client.clone();
    let large = tokio::spawn(async move { caller.invoke(keep { text }).await });
    latch.reached.notified().await;
    large.abort();
    goes_on(&client).await;
    latch.open();
    dropped.0.notified().await;
    goes_on(&client).await;
    drop(client);
    // Nothing of it is in flight any more.
    server.shutdown().await;
}

async fn a_request_that_cannot_be_read_is_answered(place: Endpoint) {
    let (_server, client) = serve(&place).await;
    let text = Slow(format!("panic:{}", "x".repeat(LARGE)));
    let Err(InvokeError::Refused(failure)) = client.invoke(measure { text }).await else { panic!("it was read") };
    assert_eq!(failure.code(), "INTERNAL");
    goes_on(&client).await;
}

async fn a_shutdown_waits_for_what_is_being_read(place: Endpoint) {
    let (server, client) = serve(&place).await;
    let (text, latch) = Slow::new(LARGE);
    let expected = text.0.len();
    let large = tokio::spawn(async move { client.invoke(measure { text }).await });
    latch.reached.notified().await;
    let ending = tokio::spawn(server.shutdown());
    latch.open();
    assert_eq!(large.await.unwrap().unwrap(), expected);
    ending.await.unwrap();
}

everywhere! {
    small_calls_are_answered_while_a_large_request_is_read,
    small_calls_are_answered_while_a_large_notification_is_read,
    small_calls_are_answered_while_a_large_answer_is_written,
    more_large_requests_than_may_be_read_beside_each_other_are_answered,
    a_call_that_is_dropped_while_it_is_read_is_cancelled,
    a_request_that_cannot_be_read_is_answered,
    a_shutdown_waits_for_what_is_being_read,
}

#[tokio::test(start_paused = true)]
async fn the_deadline_of_a_large_request_holds() {
    support::watched(async {
        let (_server, client) = serve(&support::At::Memory.place()).await;
        let text = Slow(format!("no latch:{}", "x".repeat(LARGE)));
        let error = client.invoke(keep { text }).await.unwrap_err();
        assert!(matches!(&error, InvokeError::Refused(failure) if failure.code() == "TIMEOUT"), "{error}");
        goes_on(&client).await;
    })
    .await;
}
