//! A backend for the tests of the npm package `ipc-bridge`: a channel for each thing that a client can do.
//!
//! ```text
//! cargo run --example typescript_server
//! cargo run --example typescript_server -- --backend NAME
//! ```
//!
//! With `--backend` and a name or a path it says `ready` when it listens there, and serves until its standard input
//! ends. Without, it starts itself so, and asks whether it answers.

#![expect(clippy::print_stdout, reason = "an example shows what it does")]

mod backend;

use std::error::Error;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures_util::stream;
use ipc_bridge::Endpoint;
use ipc_bridge::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::sync::Notify;

use backend::Backend;

/// Something that can be fetched.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
struct Item {
    id: u64,
    name: String,
}

#[derive(Debug, thiserror::Error, IpcError)]
enum FetchError {
    #[error("no item {id}")]
    NotFound { id: u64 },
}

#[derive(Debug, thiserror::Error, IpcError)]
enum CountError {
    #[error("there is nothing above {limit}")]
    TooFar { limit: u32 },
    #[error(transparent)]
    #[ipc(transparent)]
    Incoming(#[from] IncomingError),
}

/// The backend went on or off line. Clients may say so too.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Event)]
#[event("status:changed", retain)]
struct StatusChanged {
    online: bool,
}

/// How far a job has come.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Event)]
#[event("job:progress", key = "job")]
struct JobProgress {
    job: u32,
    percent: u32,
}

/// A picture changed.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Event)]
#[event("picture:changed")]
struct PictureChanged {
    number: u64,
    pixels: Bytes,
}

/// How many handlers have been dropped before their time.
#[derive(Debug, Default)]
struct Abandoned {
    count: AtomicU64,
    more: Notify,
}

/// Counts itself when it goes.
struct Guard(Arc<Abandoned>);

impl Drop for Guard {
    fn drop(&mut self) {
        self.0.count.fetch_add(1, Ordering::SeqCst);
        self.0.more.notify_waiters();
    }
}

/// Fetches one item by its id.
#[handler("data:fetch")]
async fn fetch(#[garde(range(min = 1))] id: u64) -> Result<Item, FetchError> {
    if id > 100 && id <= 1000 {
        return Err(FetchError::NotFound { id });
    }
    Ok(Item { id, name: format!("item {id}") })
}

/// Adds two numbers.
#[handler("math:add")]
fn add(left: i64, right: i64) -> i64 {
    left.wrapping_add(right)
}

/// The text again.
#[handler("text:echo")]
fn echo(text: String) -> String {
    text
}

/// Counts up to a number, and fails above a thousand.
#[handler("count:to")]
fn count_to(to: u32) -> impl Stream<Item = Result<u32, CountError>> {
    const LIMIT: u32 = 1000;
    stream::iter((1..=to).map(|at| if at > LIMIT { Err(CountError::TooFar { limit: LIMIT }) } else { Ok(at) }))
}

/// Counts for ever.
#[handler("count:ever")]
fn count_ever(abandoned: State<Arc<Abandoned>>) -> impl Stream<Item = u64> {
    let guard = Guard(Arc::clone(&abandoned));
    stream::unfold((guard, 0), |(guard, at)| async move { Some((at, (guard, at + 1))) })
}

/// The sum of what is sent.
#[handler("sum:all")]
async fn sum_all(mut numbers: Incoming<u32>) -> Result<u64, CountError> {
    let mut sum = 0;
    while let Some(number) = numbers.next().await {
        sum += u64::from(number?);
    }
    Ok(sum)
}

/// The sums so far of what is sent.
#[handler("sum:so-far")]
fn sum_so_far(numbers: Incoming<u32>) -> impl Stream<Item = Result<u64, CountError>> {
    stream::unfold((numbers, 0_u64), |(mut numbers, sum)| async move {
        let next = numbers.next().await?;
        Some(match next {
            Ok(number) => (Ok(sum + u64::from(number)), (numbers, sum + u64::from(number))),
            Err(error) => (Err(error.into()), (numbers, sum)),
        })
    })
}

/// The bytes of chunks that are sent, and the last of each.
#[handler("bytes:count")]
async fn count_bytes(mut chunks: Incoming<Bytes>) -> Result<(u64, Bytes), CountError> {
    let (mut total, mut lasts) = (0, Vec::new());
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk?;
        total += chunk.len() as u64;
        lasts.extend(chunk.last());
    }
    Ok((total, lasts.into()))
}

/// The bytes, the last one first.
#[handler("bytes:reverse")]
fn reverse(bytes: Bytes) -> Bytes {
    let mut bytes = bytes.to_vec();
    bytes.reverse();
    bytes.into()
}

/// So many bytes.
#[handler("bytes:make")]
fn make(#[garde(range(max = 8_000_000))] count: u32) -> Bytes {
    (0..count).map(|place| place as u8).collect::<Vec<_>>().into()
}

/// The number that follows.
#[handler("big:next")]
fn big_next(number: u64, signed: i64) -> (u64, i64) {
    (number.wrapping_add(1), signed.wrapping_sub(1))
}

/// Answers after this many milliseconds.
#[handler("slow:wait")]
async fn wait(abandoned: State<Arc<Abandoned>>, milliseconds: u64) -> u64 {
    let guard = Guard(Arc::clone(&abandoned));
    tokio::time::sleep(Duration::from_millis(milliseconds)).await;
    // It came to its end, and counts as none that was abandoned.
    abandoned.count.fetch_sub(1, Ordering::SeqCst);
    drop(guard);
    milliseconds
}

/// How many slow handlers and endless streams were abandoned, once there are this many.
#[handler("slow:abandoned")]
async fn abandoned(abandoned: State<Arc<Abandoned>>, at_least: u64) -> u64 {
    loop {
        let more = abandoned.more.notified();
        let count = abandoned.count.load(Ordering::SeqCst);
        if count >= at_least {
            return count;
        }
        more.await;
    }
}

/// Publishes the progress of a job, from 1 to this many per cent.
#[handler("job:run")]
async fn run(cx: Context, job: u32, percent: u32) -> u32 {
    for percent in 1..=percent {
        if let Err(error) = cx.publish(&JobProgress { job, percent }) {
            eprintln!("the progress of a job is lost: {error}");
        }
    }
    percent
}

/// Publishes a picture.
#[handler("picture:change")]
async fn change_picture(cx: Context, number: u64, pixels: Bytes) -> bool {
    cx.publish(&PictureChanged { number, pixels }).is_ok()
}

/// What a client answers when it is greeted.
#[handler("client:greet")]
fn greet(name: String) -> String {
    name
}

/// Greets the caller, and says what it answered.
#[handler("peer:greet")]
async fn greet_peer(caller: Peer, name: String) -> String {
    match caller.invoke(greet { name }).await {
        Ok(answer) => format!("the client said: {answer}"),
        Err(error) => format!("the client failed: {error}"),
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["--backend", endpoint] => {
            let endpoint: Endpoint = if endpoint.contains('/') { Path::new(endpoint).into() } else { endpoint.into() };
            backend::serve_until_asked_to_finish(Server::bind(endpoint).serve(router()).await?).await
        }
        _ => frontend(&format!("ipc-bridge-ts-{}", std::process::id())).await,
    }
}

fn router() -> Router {
    Router::new()
        .state(Arc::new(Abandoned::default()))
        .handle::<fetch>()
        .handle::<add>()
        .handle::<echo>()
        .handle::<count_to>()
        .handle::<count_ever>()
        .handle::<sum_all>()
        .handle::<sum_so_far>()
        .handle::<count_bytes>()
        .handle::<reverse>()
        .handle::<make>()
        .handle::<big_next>()
        .handle::<wait>()
        .handle::<abandoned>()
        .handle::<run>()
        .handle::<change_picture>()
        .handle::<greet_peer>()
        .shared_event::<StatusChanged>()
        .event::<JobProgress>()
        .event::<PictureChanged>()
}

/// What the tests of the npm package do at length, in brief: the backend answers, and the client is asked in its turn.
async fn frontend(endpoint: &str) -> Result<(), Box<dyn Error>> {
    let backend = Backend::start(&["--backend", endpoint]).await?;
    let client = Client::builder().router(Router::new().handle::<greet>()).connect(endpoint).await?;
    assert_eq!(client.invoke(add { left: 40, right: 2 }).await?, 42);
    assert_eq!(client.invoke(greet_peer { name: "Ada".to_owned() }).await?, "the client said: Ada");
    println!("a backend for the npm package: it answers, and asks");
    backend.stop().await
}
