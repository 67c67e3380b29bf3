//! A call in a steady state allocates what its payload needs, and at each end little more: counted in two processes,
//! over a real socket.
//!
//! `cargo xtask allocations` runs this, and tells where the allocations are.
#![cfg(unix)]
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use dhat::{HeapStats, Profiler};
use ipc_bridge::prelude::*;
use serde::{Deserialize, Serialize};

use support::process::{Played, role, say};
use support::{Folder, watched};

#[global_allocator]
static ALLOCATOR: dhat::Alloc = dhat::Alloc;

/// What an end may allocate for a call beyond what the payload needs, on the average: each is named in
/// `docs/performance.md`.
const MOST_OF_SERVER: f64 = 0.0;
const MOST_OF_CLIENT: f64 = 1.0;

/// What is no part of a call, spread over all of them: the first call of a task, a table that grows, the calls that begin
/// and end the count, and the batches, of which there are more where other programs take turns with these.
const ONCE: f64 = 0.25;

/// The calls that are counted together.
const CALLS: u32 = 25_600;

/// The calls before that: buffers, tables and the runtime have grown to their size.
const WARM_UP: u32 = 1_280;

/// Where `cargo xtask allocations` has the profiles written.
const PROFILES: &str = "IPC_BRIDGE_ALLOCATIONS";

/// There is one profiler in a process, which counts for all of its threads.
static ALONE: Mutex<()> = Mutex::new(());

/// The profiler of a server, which its clients start and stop.
static PROFILER: Mutex<Option<Profiler>> = Mutex::new(None);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
struct Item {
    id: u64,
    name: String,
    tags: [String; 3],
    score: f64,
}

impl Item {
    fn sample(id: u64) -> Self {
        let name = "a quite ordinary item, named at the usual length".to_owned();
        Self { id, name, tags: ["electronics", "second-hand", "ships-worldwide"].map(str::to_owned), score: 87.340_12 }
    }
}

#[handler("allocations:echo")]
fn echo(#[payload] item: Item) -> Item {
    item
}

#[handler("allocations:count")]
fn count(name: String) {
    *PROFILER.lock().unwrap() = Some(profiler(&format!("server-{name}")));
}

#[handler("allocations:counted")]
fn counted() -> u64 {
    let profiler = PROFILER.lock().unwrap().take();
    total(profiler.unwrap())
}

/// Begins to count, and where profiles are asked for to note where.
fn profiler(name: &str) -> Profiler {
    match std::env::var_os(PROFILES) {
        Some(folder) => {
            let file = PathBuf::from(folder).join(format!("{name}.json"));
            Profiler::builder().trim_backtraces(Some(100)).file_name(file).build()
        }
        None => Profiler::builder().trim_backtraces(Some(4)).testing().build(),
    }
}

/// The allocations since it began to count, those among them that made a block larger.
fn total(profiler: Profiler) -> u64 {
    let total = HeapStats::get().total_blocks;
    drop(profiler);
    total
}

/// Allocations of one call at each end.
#[derive(Debug)]
struct Counted {
    server: f64,
    client: f64,
}

impl Counted {
    /// What the reading of one payload allocates, which neither end can do without.
    fn of_payload() -> f64 {
        let json = serde_json::to_vec(&Item::sample(1)).unwrap();
        let times = 1000;
        let profiler = profiler("payload");
        for _ in 0..times {
            serde_json::from_slice::<Item>(&json).unwrap();
        }
        total(profiler) as f64 / f64::from(times)
    }
}

/// Calls with so many in flight, in a process and a runtime of the usual kind at each end.
fn count_calls(in_flight: u32) -> Counted {
    let folder = Folder::new();
    let mut server = Played::start("server", &folder.socket().display().to_string(), |_| {});
    assert_eq!(server.says(), "ready");
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(watched(async {
        let client = Client::connect(folder.socket().as_path()).await.unwrap();
        call(&client, in_flight, WARM_UP).await;
        let name = format!("{in_flight}-in-flight");
        client.invoke(count { name: name.clone() }).await.unwrap();
        let profiler = profiler(&format!("client-{name}"));
        call(&client, in_flight, CALLS).await;
        let of_client = total(profiler);
        let of_server = client.invoke(counted {}).await.unwrap();
        let [server, client] = [of_server, of_client].map(|blocks| blocks as f64 / f64::from(CALLS));
        Counted { server, client }
    }))
}

async fn call(client: &Client, in_flight: u32, calls: u32) {
    let each = calls / in_flight;
    let tasks: Vec<_> = (0..in_flight).map(|task| tokio::spawn(call_in_turn(client.clone(), task, each))).collect();
    for task in tasks {
        task.await.unwrap();
    }
}

/// The answer is the next question: nothing is copied that would count.
async fn call_in_turn(client: Client, task: u32, calls: u32) {
    let mut item = Item::sample(u64::from(task));
    let expected = item.clone();
    for _ in 0..calls {
        item = client.invoke(echo { item }).await.unwrap();
        assert_eq!(item, expected);
    }
}

/// Counts, shows what there is, and holds it to what there may be.
fn assert_few_allocations(in_flight: u32) {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let of_payload = Counted::of_payload();
    let counted = count_calls(in_flight);
    let [server, client] = [counted.server, counted.client].map(|all| all - of_payload);
    say(&format!(
        "{in_flight} in flight: the payload allocates {of_payload:.2} at each end, a call beyond it {server:.2} at the \
         server and {client:.2} at the client"
    ));
    assert!(server <= MOST_OF_SERVER + ONCE, "{server:.3} allocations a call at the server");
    assert!(client <= MOST_OF_CLIENT + ONCE, "{client:.3} allocations a call at the client");
}

#[test]
fn a_call_alone_allocates_little_beside_its_payload() {
    assert_few_allocations(1);
}

#[test]
fn calls_in_flight_together_allocate_little_beside_their_payloads() {
    assert_few_allocations(64);
}

#[test]
fn child_role() {
    let Some((_, socket)) = role() else { return };
    let router = Router::new().handle::<echo>().handle::<count>().handle::<counted>();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let _server = Server::bind(Path::new(&socket)).serve(router).await.unwrap();
        say("ready");
        // Until it is killed.
        std::future::pending::<()>().await;
    });
}
