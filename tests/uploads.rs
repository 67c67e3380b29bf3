//! Streams from the caller: taken one by one, checked, bounded, and ended, broken off or left by whoever likes.
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::future::pending;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context as TaskContext, Poll};

use ipc_bridge::prelude::*;
use ipc_bridge::{Endpoint, Limits, garde};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::sync::Semaphore;
use tokio::task::yield_now;

use support::{everywhere, until};

#[derive(Debug, PartialEq, thiserror::Error, IpcError)]
enum UploadError {
    #[error(transparent)]
    #[ipc(transparent)]
    Incoming(#[from] IncomingError),
    #[error("{sum} is too much")]
    TooMuch { sum: u64 },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, garde::Validate)]
struct Part {
    #[garde(range(max = 1000))]
    value: u64,
}

/// Adds what arrives, up to a limit.
#[handler("upload:sum")]
async fn sum(limit: u64, mut parts: Incoming<Part>) -> Result<u64, UploadError> {
    let mut sum = 0;
    while let Some(part) = parts.next().await {
        sum += part?.value;
        if sum > limit {
            return Err(UploadError::TooMuch { sum });
        }
    }
    Ok(sum)
}

/// Counts what is valid and what is not.
#[handler("upload:valid")]
async fn valid(mut parts: Incoming<Part>) -> (u64, u64) {
    let (mut good, mut bad) = (0, 0);
    while let Some(part) = parts.next().await {
        match part {
            Ok(_) => good += 1,
            Err(_) => bad += 1,
        }
    }
    (good, bad)
}

/// Takes nothing until the gate is open.
#[handler("upload:later")]
async fn later(gate: State<Arc<Semaphore>>, mut parts: Incoming<u64>) -> Result<u64, UploadError> {
    gate.acquire().await.unwrap().forget();
    let mut last = 0;
    while let Some(part) = parts.next().await {
        last = part?;
    }
    Ok(last)
}

/// Never takes anything, and never answers.
#[handler("upload:never")]
async fn never(dropped: State<Arc<AtomicU64>>, parts: Incoming<u64>) {
    let _counted = Counted(Arc::clone(&dropped));
    let _parts = parts;
    pending::<()>().await;
}

struct Counted(Arc<AtomicU64>);

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

struct Doubled(Incoming<u64>);

impl Stream for Doubled {
    type Item = Result<u64, UploadError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<Option<Self::Item>> {
        Pin::new(&mut self.0).poll_next(cx).map(|next| next.map(|item| Ok(2 * item?)))
    }
}

/// Answers each number with its double.
#[handler("upload:doubled")]
fn doubled(numbers: Incoming<u64>) -> impl Stream<Item = Result<u64, UploadError>> {
    Doubled(numbers)
}

/// The numbers from 0 on, and how many were taken; without an end where `end` is the largest number.
#[derive(Clone)]
struct Numbers {
    taken: Arc<AtomicU64>,
    end: u64,
}

impl Numbers {
    fn to(end: u64) -> Self {
        Self { taken: Arc::default(), end }
    }

    fn taken(&self) -> u64 {
        self.taken.load(Ordering::SeqCst)
    }

    fn incoming(&self) -> Incoming<u64> {
        Incoming::new(self.clone())
    }
}

impl Stream for Numbers {
    type Item = u64;

    fn poll_next(self: Pin<&mut Self>, _: &mut TaskContext<'_>) -> Poll<Option<u64>> {
        if self.taken() == self.end {
            return Poll::Ready(None);
        }
        Poll::Ready(Some(self.taken.fetch_add(1, Ordering::SeqCst)))
    }
}

struct Scene {
    _server: Server,
    client: Client,
    gate: Arc<Semaphore>,
    dropped: Arc<AtomicU64>,
}

async fn scene(place: &Endpoint) -> Scene {
    let (gate, dropped) = (Arc::new(Semaphore::new(0)), Arc::new(AtomicU64::new(0)));
    let router = Router::new()
        .state(Arc::clone(&gate))
        .state(Arc::clone(&dropped))
        .handle::<sum>()
        .handle::<valid>()
        .handle::<later>()
        .handle::<never>()
        .handle::<doubled>();
    let server = Server::bind(place).limits(Limits::default().in_flight(4)).serve(router).await.unwrap();
    Scene { _server: server, client: Client::connect(place).await.unwrap(), gate, dropped }
}

fn parts(values: impl IntoIterator<Item = u64>) -> Incoming<Part> {
    values.into_iter().map(|value| Part { value }).collect()
}

async fn what_a_caller_sends_is_taken_one_by_one(place: Endpoint) {
    let Scene { client, .. } = &scene(&place).await;
    let answer = client.invoke(sum { limit: u64::MAX, parts: parts((0..50_000).map(|value| value % 1000)) }).await;
    assert_eq!(answer, Ok(50 * 499_500));
    assert_eq!(client.invoke(sum { limit: 0, parts: parts([]) }).await, Ok(0));
}

async fn an_answer_may_come_before_all_was_sent(place: Endpoint) {
    let Scene { client, .. } = &scene(&place).await;
    // More often than there are places: an id that was not given back would be missed, and so would an item that reached
    // another call than its own.
    for round in 0..20 {
        let refused = client.invoke(sum { limit: 10, parts: parts((0..100_000).map(|_| 1)) }).await;
        assert_eq!(refused, Err(InvokeError::Handler(UploadError::TooMuch { sum: 11 })));
        assert_eq!(client.invoke(sum { limit: 100, parts: parts([round, 1]) }).await, Ok(round + 1));
    }
}

async fn an_item_that_is_not_valid_is_an_error_in_its_place(place: Endpoint) {
    let Scene { client, .. } = &scene(&place).await;
    assert_eq!(client.invoke(valid { parts: parts([1, 1001, 2, 5000, 3]) }).await, Ok((3, 2)));
    let refused = client.invoke(sum { limit: 10, parts: parts([1, 1001]) }).await.unwrap_err();
    assert_eq!(refused.code(), Some("INVALID_INPUT"));
    assert!(refused.to_string().contains("value: greater than 1000"), "{refused}");
}

async fn a_handler_that_takes_nothing_stops_its_caller(place: Endpoint) {
    let Scene { client, gate, .. } = &scene(&place).await;
    let numbers = Numbers::to(200_000);
    let call = client.invoke(later { parts: numbers.incoming() });
    let looking = async {
        let (mut before, mut same) = (0, 0);
        while same < 1000 {
            yield_now().await;
            same = if numbers.taken() == before && before > 0 { same + 1 } else { 0 };
            before = numbers.taken();
        }
        assert!(before <= 256 * 1024 / 13 + 1, "{before} items were sent to a handler that takes none");
        // Others are not held up.
        assert_eq!(client.invoke(sum { limit: 10, parts: parts([7]) }).await, Ok(7));
        gate.add_permits(1);
    };
    let (answer, ()) = tokio::join!(call, looking);
    assert_eq!(answer, Ok(199_999));
}

async fn a_dropped_upload_drops_its_handler(place: Endpoint) {
    let Scene { client, dropped, .. } = &scene(&place).await;
    for round in 1..=12 {
        let numbers = Numbers::to(u64::MAX);
        tokio::select! {
            _ = client.invoke(never { parts: numbers.incoming() }) => panic!("it never answers"),
            () = until(|| numbers.taken() > 1000) => {}
        }
        until(|| dropped.load(Ordering::SeqCst) == round).await;
    }
}

async fn a_stream_that_fails_at_its_sender_cancels_the_call(place: Endpoint) {
    let Scene { client, dropped, .. } = &scene(&place).await;
    let failing = |end: u64| {
        let items = (0..=end).map(move |item| if item == end { Err("the disk is gone") } else { Ok(item) });
        Incoming::try_new(support::items(items))
    };
    for round in 1..=12 {
        let failed = client.invoke(never { parts: failing(round * 100) }).await;
        assert_eq!(failed, Err(InvokeError::Unsent("the disk is gone".to_owned())));
        until(|| dropped.load(Ordering::SeqCst) == round).await;
    }
    let mut answers = client.stream(doubled { numbers: failing(2) }).await.unwrap();
    let mut last = answers.next().await;
    while let Some(Ok(_)) = last {
        last = answers.next().await;
    }
    assert_eq!(last, Some(Err(InvokeError::Unsent("the disk is gone".to_owned()))));
    // A handler in the same process learns of it too.
    let router = Router::new().handle::<doubled>();
    let mut answers = router.stream(doubled { numbers: failing(1) }).await.unwrap();
    assert_eq!(answers.next().await, Some(Ok(0)));
    assert!(answers.next().await.unwrap().is_err());
}

async fn a_dialogue_goes_both_ways_at_once(place: Endpoint) {
    let Scene { client, .. } = &scene(&place).await;
    let numbers = Numbers::to(100_000);
    let mut answers = client.stream(doubled { numbers: numbers.incoming() }).await.unwrap();
    for expected in 0..100_000 {
        assert_eq!(answers.next().await, Some(Ok(2 * expected)));
    }
    assert_eq!(answers.next().await, None);
}

async fn a_dialogue_that_is_dropped_stops_what_is_sent(place: Endpoint) {
    let Scene { client, .. } = &scene(&place).await;
    for _ in 0..12 {
        let numbers = Numbers::to(u64::MAX);
        let mut answers = client.stream(doubled { numbers: numbers.incoming() }).await.unwrap();
        assert_eq!(answers.next().await, Some(Ok(0)));
        drop(answers);
        // The stream that was to be sent is dropped, so nobody else holds its counter.
        until(|| Arc::strong_count(&numbers.taken) == 1).await;
    }
}

everywhere! {
    what_a_caller_sends_is_taken_one_by_one,
    an_answer_may_come_before_all_was_sent,
    an_item_that_is_not_valid_is_an_error_in_its_place,
    a_handler_that_takes_nothing_stops_its_caller,
    a_dropped_upload_drops_its_handler,
    a_stream_that_fails_at_its_sender_cancels_the_call,
    a_dialogue_goes_both_ways_at_once,
    a_dialogue_that_is_dropped_stops_what_is_sent,
}

#[tokio::test]
async fn a_handler_that_takes_a_stream_can_be_called_as_the_function_that_it_is() {
    assert_eq!(sum(100, parts([1, 2, 3])).await, Ok(6));
}

#[tokio::test]
async fn a_router_in_process_takes_streams_too() {
    let router = Router::new().handle::<sum>().handle::<doubled>();
    assert_eq!(router.invoke(sum { limit: 100, parts: parts([1, 2, 3]) }).await, Ok(6));
    let mut answers = router.stream(doubled { numbers: [1, 2].into_iter().collect() }).await.unwrap();
    assert_eq!(answers.next().await, Some(Ok(2)));
    assert_eq!(answers.next().await, Some(Ok(4)));
    assert_eq!(answers.next().await, None);
}
