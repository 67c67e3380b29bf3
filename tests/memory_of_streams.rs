//! Streams, uploads and subscriptions of any length take as much memory as short ones.
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::task::{Context as TaskContext, Poll};

use ipc_bridge::Endpoint;
use ipc_bridge::prelude::*;
use peak_alloc::PeakAlloc;

use support::events::Oldest;
use support::gate::{Gate, router};
use support::{At, watched};

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

/// The items of a long stream: ten million where the code is optimised, and as many as take a few seconds
/// where it is not.
const MANY: u64 = if cfg!(debug_assertions) { 1_000_000 } else { 10_000_000 };

/// What may be held at one time: what is on its way in both directions, in buffers that have grown to twice of it, the
/// pipe, and what is made once.
const MOST_HELD_BYTES: usize = 4 * 1024 * 1024;

/// Whoever measures is alone.
static ALONE: Mutex<()> = Mutex::new(());

struct Numbers(std::ops::Range<u64>);

impl Stream for Numbers {
    type Item = u64;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut TaskContext<'_>) -> Poll<Option<u64>> {
        Poll::Ready(self.0.next())
    }
}

#[handler("long:count")]
fn count(end: u64) -> impl Stream<Item = u64> {
    Numbers(0..end)
}

#[handler("long:sum")]
async fn sum(mut numbers: Incoming<u64>) -> Result<u64, IncomingError> {
    let mut sum = 0;
    while let Some(number) = numbers.next().await {
        sum += number?;
    }
    Ok(sum)
}

/// Runs `work` alone, and holds what it takes against the bound.
fn measured<F: Future<Output = ()>>(at: At, work: impl FnOnce(Endpoint) -> F) {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let before = ALLOCATOR.current_usage();
    ALLOCATOR.reset_peak_usage();
    runtime.block_on(watched(work(at.place())));
    let held = ALLOCATOR.peak_usage().saturating_sub(before);
    assert!(held <= MOST_HELD_BYTES, "{held} bytes were held at one time");
}

async fn serve(place: &Endpoint) -> (Server, Client) {
    let router = router(&Gate::new()).handle::<count>().handle::<sum>().event::<Oldest>();
    let server = Server::bind(place).serve(router).await.unwrap();
    (server, Client::connect(place).await.unwrap())
}

async fn a_long_stream(place: Endpoint) {
    let (_server, client) = serve(&place).await;
    let mut numbers = client.stream(count { end: MANY }).await.unwrap();
    for expected in 0..MANY {
        assert_eq!(numbers.next().await, Some(Ok(expected)));
    }
    assert_eq!(numbers.next().await, None);
}

async fn a_long_upload(place: Endpoint) {
    let (_server, client) = serve(&place).await;
    let numbers = Incoming::new(Numbers(0..MANY));
    assert_eq!(client.invoke(sum { numbers }).await, Ok(MANY * (MANY - 1) / 2));
}

async fn many_streams_one_after_the_other(place: Endpoint) {
    let (_server, client) = serve(&place).await;
    for _ in 0..MANY / 1000 {
        let mut numbers = client.stream(count { end: 10 }).await.unwrap();
        assert_eq!(numbers.next().await, Some(Ok(0)));
    }
}

/// One subscriber takes every event, and another takes none.
async fn many_events(place: Endpoint) {
    let (server, client) = serve(&place).await;
    let _never = client.subscribe::<Oldest>().await.unwrap();
    let mut reading = client.subscribe::<Oldest>().await.unwrap();
    let text = Oldest::sized(0, 1000).text;
    for number in 0..MANY / 50 {
        server.publish(&Oldest { number, text: text.clone() }).unwrap();
        assert_eq!(reading.next().await.unwrap().unwrap().number, number);
    }
}

macro_rules! measure {
    ($($work:ident),*) => {
        $(mod $work {
            #[test]
            fn takes_no_more_memory_in_memory() {
                super::measured(super::At::Memory, super::$work);
            }

            #[test]
            fn takes_no_more_memory_at_a_local_socket() {
                super::measured(super::At::Local, super::$work);
            }
        })*
    };
}

measure!(a_long_stream, a_long_upload, many_streams_one_after_the_other, many_events);
