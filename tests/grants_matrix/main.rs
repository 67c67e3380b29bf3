//! Every kind of frame against a peer's grants: granted, never granted, and taken back while it is under way.
//!
//! [`cells`] says what must happen; here it is made to happen, on bytes, in memory and at a socket.
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(clippy::print_stdout, reason = "the output of a test that fails ends with the cell that failed")]

mod cells;
#[path = "../support/mod.rs"]
mod support;

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use ipc_bridge::prelude::*;
use ipc_bridge::{Grants, memory};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use support::gate::Gate;
use support::raw::{END, EVENT, Frame, ITEM, PING, PONG, RESPONSE, Raw};
use support::{items, until, watched};

/// Answers at once.
#[handler("use:call", permission = "secret:call")]
fn call() -> u64 {
    7
}

/// Answers when the gate lets it.
#[handler("use:wait", permission = "secret:wait")]
async fn wait(gate: State<Gate>) -> u64 {
    gate.pass().await;
    7
}

/// Answers with one item, and then waits for ever.
#[handler("use:items", permission = "secret:items")]
fn endless() -> impl Stream<Item = u64> {
    futures_util::StreamExt::chain(items([7]), futures_util::stream::pending())
}

/// Adds what is sent.
#[handler("use:sum", permission = "secret:sum")]
async fn sum(mut parts: Incoming<u64>) -> Result<u64, IncomingError> {
    let mut sum = 0;
    while let Some(part) = parts.next().await {
        sum += part?;
    }
    Ok(sum)
}

/// Counts the notifications.
#[handler("use:note", permission = "secret:note")]
async fn note(notes: State<Notes>) -> Result<(), Infallible> {
    notes.0.fetch_add(1, Ordering::SeqCst);
    Ok(())
}

#[derive(Clone, Default)]
struct Notes(Arc<AtomicU64>);

macro_rules! event {
    ($(#[$attribute:meta])* $name:ident) => {
        #[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Event)]
        $(#[$attribute])*
        struct $name {
            number: u64,
        }
    };
}

event! {
    #[event("event:one", permission = "secret:one")]
    One
}
event! {
    #[event("event:two", permission = "secret:two")]
    Two
}
event! {
    #[event("event:keyed", key = "number", permission = "secret:keyed")]
    Keyed
}
event! {
    #[event("event:shared", permission = "secret:shared", publish_permission = "secret:publish")]
    Shared
}

/// What a peer has when a cell begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rights {
    All,
    None,
    /// These and no others.
    Only(&'static [&'static str]),
}

impl Rights {
    fn grants(self) -> Grants {
        match self {
            Self::All => Grants::none().allow("secret:*"),
            Self::None => Grants::none(),
            Self::Only(permissions) => permissions.iter().fold(Grants::none(), |all, one| all.allow(*one)),
        }
    }
}

/// What comes from the server.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Seen {
    /// A response that succeeded.
    Success(u32),
    /// A response that failed with this code.
    Failure(u32, String),
    Item(u32),
    /// The end of a subscription: of the peer's own will, or with a code.
    End(u32, Option<String>),
    /// An event, and the channel that it tells.
    Event(u32, String),
}

/// What is done, or must happen.
enum Step {
    /// The peer sends a frame.
    Send(Vec<u8>),
    /// This comes next.
    See(Seen),
    /// The server changes the grants.
    Grant(Rights),
    /// The server publishes an event on each channel, with this number.
    Publish(u64),
    /// The handler that waits has come to the gate.
    Entered,
    /// The gate lets one pass.
    Open,
    /// So many notifications have been handled by now.
    Notes(u64),
    /// Nothing has come but what was told, and the connection lives.
    Nothing,
}

/// One cell of the matrix.
struct Cell {
    name: &'static str,
    rights: Rights,
    steps: Vec<Step>,
}

struct Run {
    server: Server,
    gate: Gate,
    notes: Notes,
    raw: Raw,
}

impl Run {
    async fn step(&mut self, step: Step) {
        match step {
            Step::Send(bytes) => self.raw.send(&bytes).await,
            Step::See(expected) => assert_eq!(seen(&self.raw.frame().await.unwrap()), expected),
            Step::Grant(rights) => {
                until(|| self.server.peers().len() == 1).await;
                let peers = self.server.peers();
                let [peer] = peers.as_slice() else { panic!("{} peers", peers.len()) };
                peer.set_grants(rights.grants()).unwrap();
                assert_eq!(peer.grants(), Some(rights.grants()));
            }
            Step::Publish(number) => {
                self.server.publish(&One { number }).unwrap();
                self.server.publish(&Two { number }).unwrap();
                self.server.publish(&Keyed { number }).unwrap();
                self.server.publish(&Shared { number }).unwrap();
            }
            Step::Entered => self.gate.entered(1).await,
            Step::Open => self.gate.open(1),
            Step::Notes(count) => until(|| self.notes.0.load(Ordering::SeqCst) == count).await,
            Step::Nothing => {
                self.raw.send(&support::raw::frame(PING, 0, 99, b"", b"")).await;
                let frame = self.raw.frame().await.unwrap();
                assert_eq!((frame.kind, frame.id), (PONG, 99), "{frame:?}");
            }
        }
    }
}

/// What a frame is, for the matrix. No frame tells a permission.
fn seen(frame: &Frame) -> Seen {
    let text = String::from_utf8_lossy(&frame.payload);
    // But for the one that the peer names itself.
    let said = text.replace("secret:nothing", "").replace("secret:*", "");
    assert!(!said.contains("secret"), "{text}");
    let code = |failure: &serde_json::Value| failure["code"].as_str().unwrap().to_owned();
    match frame.kind {
        RESPONSE => match frame.json()["success"].as_bool().unwrap() {
            true => Seen::Success(frame.id),
            false => Seen::Failure(frame.id, code(&frame.json()["error"])),
        },
        ITEM => Seen::Item(frame.id),
        END if frame.payload.is_empty() => Seen::End(frame.id, None),
        END => Seen::End(frame.id, Some(code(&frame.json()))),
        EVENT => Seen::Event(frame.id, frame.channel.clone()),
        kind => panic!("a frame of kind {kind}: {text}"),
    }
}

fn router(gate: &Gate, notes: &Notes) -> Router {
    let router = Router::new().state(gate.clone()).state(notes.clone());
    let router = router.handle::<call>().handle::<wait>().handle::<endless>().handle::<sum>().handle::<note>();
    router.event::<One>().event::<Two>().event::<Keyed>().shared_event::<Shared>()
}

/// Runs a cell on a connection of its own to a server of its own.
async fn run(cell: Cell, at: &str, server: Server, gate: Gate, notes: Notes, raw: Raw) {
    let Cell { name, rights, steps } = cell;
    let mut run = Run { server, gate, notes, raw };
    for (number, step) in steps.into_iter().enumerate() {
        println!("{name}, {rights:?}, {at}: step {number}");
        watched(run.step(step)).await;
    }
}

#[test]
fn every_frame_has_a_cell_for_what_is_granted_and_for_what_is_not() {
    let cells = cells::all();
    let names: std::collections::BTreeSet<_> = cells.iter().map(|cell| cell.name).collect();
    for name in names {
        let of = |rights: fn(&Rights) -> bool| cells.iter().any(|cell| cell.name == name && rights(&cell.rights));
        assert!(of(|rights| *rights == Rights::All), "{name}: no cell where it is granted");
        assert!(of(|rights| *rights == Rights::None), "{name}: no cell where it is denied");
        let revokes = |step: &Step| matches!(step, Step::Grant(Rights::None));
        let revoked = cells.iter().any(|cell| cell.name == name && cell.steps.iter().any(revokes));
        assert!(revoked, "{name}: no cell where it is taken back");
    }
}

#[tokio::test]
async fn every_cell_holds_in_memory() {
    for cell in cells::all() {
        let (gate, notes) = (Gate::new(), Notes::default());
        let server = Server::bind(memory::endpoint()).grants(cell.rights.grants());
        let server = server.serve(router(&gate, &notes)).await.unwrap();
        let raw = Raw::greeted_by(&server).await;
        run(cell, "in memory", server, gate, notes, raw).await;
    }
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_cell_holds_at_a_socket() {
    let folder = support::Folder::new();
    for cell in cells::all() {
        let (gate, notes) = (Gate::new(), Notes::default());
        let server = Server::bind(folder.socket()).grants(cell.rights.grants());
        let server = server.serve(router(&gate, &notes)).await.unwrap();
        let raw = Raw::greeted(&folder.socket()).await;
        run(cell, "at a socket", server, gate, notes, raw).await;
    }
}

#[cfg(not(unix))]
#[test]
fn every_cell_holds_at_a_socket() {
    println!("skipped: the bytes are written to a Unix socket, and tests/grants.rs runs at the pipes of this system");
}
