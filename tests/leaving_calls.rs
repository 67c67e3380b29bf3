//! What a handler learns of a caller that waits no longer, and what of it goes on.
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use ipc_bridge::Endpoint;
use ipc_bridge::prelude::*;
use tokio::sync::Semaphore;
use tokio::task::yield_now;

use support::{At, everywhere, run_at};

/// What happens to calls, as their handlers tell it.
#[derive(Debug, Clone)]
struct Told {
    begun: Arc<Semaphore>,
    cancelled: Arc<Semaphore>,
    finished: Arc<Semaphore>,
    go_on: Arc<Semaphore>,
    answered: Arc<AtomicU64>,
}

impl Told {
    fn new() -> Self {
        let none = || Arc::new(Semaphore::new(0));
        Self { begun: none(), cancelled: none(), finished: none(), go_on: none(), answered: Arc::default() }
    }
}

async fn wait_for(told: &Semaphore) {
    told.acquire().await.unwrap().forget();
}

/// Starts a task that cleans up when nobody waits any more.
#[handler("call:guarded")]
async fn guarded(cx: Context, told: State<Told>) {
    let (watching, at_end) = (cx.clone(), Arc::clone(&told.cancelled));
    tokio::spawn(async move {
        watching.cancelled().await;
        at_end.add_permits(1);
    });
    told.begun.add_permits(1);
    assert!(!cx.is_cancelled());
    pending::<()>().await;
}

/// Goes on whatever its caller does.
#[handler("call:detached", detached)]
async fn detached(cx: Context, told: State<Told>) -> u64 {
    told.begun.add_permits(1);
    wait_for(&told.go_on).await;
    yield_now().await;
    if cx.is_cancelled() {
        told.cancelled.add_permits(1);
    }
    let answer = told.answered.fetch_add(1, Ordering::SeqCst) + 1;
    // Told last: whoever waits for it may call at once, and must not be answered first.
    told.finished.add_permits(1);
    answer
}

/// The same, with little time.
#[handler("call:detached_in_time", detached, timeout = "50ms")]
async fn detached_in_time(told: State<Told>) {
    told.begun.add_permits(1);
    wait_for(&told.go_on).await;
    told.finished.add_permits(1);
}

/// Works on a thread until nobody waits any more.
#[handler("call:blocking", blocking)]
fn works(cx: Context, told: State<Told>) {
    told.begun.add_permits(1);
    while !cx.is_cancelled() {
        std::thread::yield_now();
    }
    told.finished.add_permits(1);
}

async fn serve(place: &Endpoint) -> (Server, Client, Told) {
    let told = Told::new();
    let router = Router::new()
        .state(told.clone())
        .handle::<guarded>()
        .handle::<detached>()
        .handle::<detached_in_time>()
        .handle::<works>();
    let server = Server::bind(place).serve(router).await.unwrap();
    (server, Client::connect(place).await.unwrap(), told)
}

async fn what_a_handler_started_learns_of_a_dropped_call(place: Endpoint) {
    let (_server, client, told) = serve(&place).await;
    tokio::select! {
        _ = client.invoke(guarded {}) => panic!("it never answers"),
        () = wait_for(&told.begun) => {}
    }
    wait_for(&told.cancelled).await;
}

async fn what_a_handler_started_learns_of_a_lost_connection(place: Endpoint) {
    let (_server, client, told) = serve(&place).await;
    let call = tokio::spawn({
        let client = client.clone();
        async move { client.invoke(guarded {}).await }
    });
    wait_for(&told.begun).await;
    call.abort();
    drop(client);
    wait_for(&told.cancelled).await;
}

async fn a_detached_handler_finishes_when_its_caller_drops_the_call(place: Endpoint) {
    let (_server, client, told) = serve(&place).await;
    tokio::select! {
        _ = client.invoke(detached {}) => panic!("it waits"),
        () = wait_for(&told.begun) => {}
    }
    // The answer to the next call shows that the cancel has been heard.
    told.go_on.add_permits(1);
    wait_for(&told.finished).await;
    told.go_on.add_permits(1);
    assert_eq!(client.invoke(detached {}).await, Ok(2));
}

async fn a_detached_handler_finishes_when_its_caller_is_gone(place: Endpoint) {
    let (server, client, told) = serve(&place).await;
    let call = tokio::spawn(async move { client.invoke(detached {}).await });
    wait_for(&told.begun).await;
    call.abort();
    support::until_connections(&server, 0).await;
    told.go_on.add_permits(1);
    wait_for(&told.finished).await;
    wait_for(&told.cancelled).await;
}

async fn a_detached_handler_that_is_waited_for_answers(place: Endpoint) {
    let (_server, client, told) = serve(&place).await;
    told.go_on.add_permits(1);
    assert_eq!(client.invoke(detached {}).await, Ok(1));
    assert_eq!(told.cancelled.available_permits(), 0);
}

async fn a_thread_can_ask_whether_anybody_waits(place: Endpoint) {
    let (_server, client, told) = serve(&place).await;
    tokio::select! {
        _ = client.invoke(works {}) => panic!("it works as long as somebody waits"),
        () = wait_for(&told.begun) => {}
    }
    wait_for(&told.finished).await;
}

async fn a_server_that_shuts_down_finishes_what_is_detached(place: Endpoint) {
    let (server, client, told) = serve(&place).await;
    tokio::select! {
        _ = client.invoke(detached {}) => panic!("it waits"),
        () = wait_for(&told.begun) => {}
    }
    drop(client);
    support::until_connections(&server, 0).await;
    let shutdown = tokio::spawn(server.shutdown());
    yield_now().await;
    assert!(!shutdown.is_finished());
    told.go_on.add_permits(1);
    shutdown.await.unwrap();
    assert_eq!(told.answered.load(Ordering::SeqCst), 1);
}

everywhere! {
    what_a_handler_started_learns_of_a_dropped_call,
    what_a_handler_started_learns_of_a_lost_connection,
    a_detached_handler_finishes_when_its_caller_drops_the_call,
    a_detached_handler_finishes_when_its_caller_is_gone,
    a_detached_handler_that_is_waited_for_answers,
    a_thread_can_ask_whether_anybody_waits,
    a_server_that_shuts_down_finishes_what_is_detached,
}

#[tokio::test(start_paused = true)]
async fn a_detached_handler_goes_on_when_its_time_is_up() {
    run_at(At::Memory, |place| async move {
        let (_server, client, told) = serve(&place).await;
        let late = client.invoke(detached_in_time {}).await.unwrap_err();
        assert_eq!(late.code(), Some("TIMEOUT"));
        let late = client.timeout(Duration::from_millis(1)).invoke(detached_in_time {}).await.unwrap_err();
        assert_eq!(late.code(), Some("TIMEOUT"));
        told.go_on.add_permits(2);
        wait_for(&told.finished).await;
        wait_for(&told.finished).await;
    })
    .await;
}
