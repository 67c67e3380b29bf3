//! What a connection holds while nothing is said on it: the live bytes of both ends, in two processes, over a real socket.
#![cfg(all(unix, target_pointer_width = "64"))]
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::path::{Path, PathBuf};
use std::sync::Mutex;

use dhat::{HeapStats, Profiler};
use ipc_bridge::Limits;
use ipc_bridge::prelude::*;
use tokio::runtime::Runtime;

use support::process::{Played, role, say};
use support::{Folder, watched};

#[global_allocator]
static ALLOCATOR: dhat::Alloc = dhat::Alloc;

/// The bytes that an end may hold for a connection at rest, in as many blocks: `docs/performance.md` says what they are.
const MOST_OF_SERVER: Held = Held { bytes: 1064.0, blocks: 4.0 };
const MOST_OF_CLIENT: Held = Held { bytes: 1144.0, blocks: 6.0 };

/// The connections before those that are counted: they pay for what a process makes once, and its threads.
const WARM_UP: usize = 8;

/// The connections that are counted together. Those before fill a table that doubles when it grows, and so do all.
const CONNECTIONS: usize = 256 - WARM_UP;

/// The folder into which the profiles are written, where one is named: for `dh_view.html`, which tells what the bytes are.
const PROFILES: &str = "IPC_BRIDGE_ALLOCATIONS";

/// The profiler of a server, which its client stops.
static PROFILER: Mutex<Option<Profiler>> = Mutex::new(None);

#[handler("at_rest:echo")]
fn echo(text: String) -> String {
    text
}

#[handler("at_rest:live")]
fn live() -> (usize, usize) {
    let HeapStats { curr_bytes, curr_blocks, .. } = HeapStats::get();
    (curr_bytes, curr_blocks)
}

#[handler("at_rest:stop")]
fn stop() {
    drop(PROFILER.lock().unwrap().take());
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

/// What an end holds for one connection.
#[derive(Debug)]
struct Held {
    bytes: f64,
    blocks: f64,
}

impl Held {
    /// What is live now, and was not before the connections that are counted.
    fn since(before: (usize, usize), now: (usize, usize)) -> Self {
        let of_each = |before, now| (now - before) as f64 / CONNECTIONS as f64;
        let [bytes, blocks] = [of_each(before.0, now.0), of_each(before.1, now.1)];
        Self { bytes, blocks }
    }

    fn assert_at_most(&self, most: &Self, end: &str) {
        assert!(
            self.bytes <= most.bytes && self.blocks <= most.blocks,
            "{self:?} at the {end}, and {most:?} are the most"
        );
    }
}

/// A runtime of one thread: when an answer is with its caller, whatever else its connection had to do has been done.
fn runtime() -> Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

/// As many connections of one user as there are here.
fn limits() -> Limits {
    let connections = WARM_UP + CONNECTIONS;
    Limits::default().connections(connections).connections_per_user(connections)
}

/// Connects so often, with a call on each connection.
async fn connect(endpoint: &Path, count: usize, clients: &mut Vec<Client>) {
    for _ in 0..count {
        let client = Client::connect(endpoint).await.unwrap();
        call(&client).await;
        clients.push(client);
    }
}

async fn call(client: &Client) {
    let text = "of the usual length, or a little longer".to_owned();
    assert_eq!(client.invoke(echo { text: text.clone() }).await.unwrap(), text);
}

#[test]
fn a_connection_at_rest_holds_little() {
    let folder = Folder::new();
    let mut server = Played::start("server", &folder.socket().display().to_string(), |_| {});
    assert_eq!(server.says(), "ready");
    let profiler = profiler("client-at-rest");
    let (of_client, of_server) = runtime().block_on(watched(async {
        let mut clients = Vec::with_capacity(WARM_UP + CONNECTIONS);
        connect(&folder.socket(), WARM_UP, &mut clients).await;
        let first = clients[0].clone();
        let before = (live(), first.invoke(live {}).await.unwrap());
        connect(&folder.socket(), CONNECTIONS, &mut clients).await;
        let now = (live(), first.invoke(live {}).await.unwrap());
        drop(profiler);
        first.invoke(stop {}).await.unwrap();
        // They rested and were not closed.
        for client in &clients {
            call(client).await;
        }
        (Held::since(before.0, now.0), Held::since(before.1, now.1))
    }));
    say(&format!("of each connection the client holds {of_client:?}, and the server {of_server:?}"));
    of_server.assert_at_most(&MOST_OF_SERVER, "server");
    of_client.assert_at_most(&MOST_OF_CLIENT, "client");
}

#[test]
fn child_role() {
    let Some((_, socket)) = role() else { return };
    let router = Router::new().handle::<echo>().handle::<live>().handle::<stop>();
    *PROFILER.lock().unwrap() = Some(profiler("server-at-rest"));
    runtime().block_on(async {
        let _server = Server::bind(Path::new(&socket)).limits(limits()).serve(router).await.unwrap();
        say("ready");
        // Until it is killed.
        std::future::pending::<()>().await;
    });
}
