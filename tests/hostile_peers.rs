//! Peers that mean harm, beside one that works: what they cost in memory has a bound, and the other hardly notices.
#![cfg(unix)]
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(clippy::print_stdout, reason = "figures of a measurement")]

mod support;

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use ipc_bridge::Limits;
use ipc_bridge::prelude::*;
use peak_alloc::PeakAlloc;
use serde_json::json;
use tokio::net::UnixStream;
use tokio::runtime::{Builder, Runtime};

use support::events::Oldest;
use support::gate::{Gate, echo, router};
use support::raw::{
    CANCEL, FRAGMENT, PING, REQUEST, Raw, SUBSCRIBE, UNSUBSCRIBE, first_fragment, frame, hello, hello_body, request,
};
use support::streams::with_streams;
use support::{Folder, until_connections, watched};

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

/// Whoever measures is alone.
static ALONE: Mutex<()> = Mutex::new(());

const KIB: usize = 1024;

/// The part of its calls that a peer must still get done beside others that mean harm.
const LEAST_SHARE: f64 = 0.8;

/// Two servers of one process, of which one has peers that mean harm.
struct Stage {
    /// Held for the servers.
    _runtime: Runtime,
    folders: [Folder; 2],
    servers: [Server; 2],
}

impl Stage {
    fn new(limits: Limits) -> Self {
        let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let folders = [Folder::new(), Folder::new()];
        let serve = |folder: &Folder| {
            let serving = Server::bind(folder.socket()).limits(limits).serve(with_streams(router(&Gate::new())));
            runtime.block_on(serving).unwrap()
        };
        let servers = [serve(&folders[0]), serve(&folders[1])];
        Self { _runtime: runtime, folders, servers }
    }

    fn plagued(&self) -> (PathBuf, &Server) {
        (self.folders[1].socket(), &self.servers[1])
    }

    /// The calls that a client gets done at the server that is plagued, of those that it gets done at the other. `plaguing`
    /// is set while it is at the first.
    fn share(&self, plaguing: &AtomicBool) -> f64 {
        const WINDOW: Duration = Duration::from_millis(40);
        let sockets = [self.folders[0].socket(), self.folders[1].socket()];
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(watched(async {
            let clients = [Client::connect(&*sockets[0]).await.unwrap(), Client::connect(&*sockets[1]).await.unwrap()];
            let mut shares = Vec::new();
            for _ in 0..15 {
                let mut done = [0.0; 2];
                for (place, client) in clients.iter().enumerate() {
                    plaguing.store(place == 1, Ordering::SeqCst);
                    let since = Instant::now();
                    while since.elapsed() < WINDOW {
                        for _ in 0..8 {
                            client.invoke(echo { text: "work".to_owned() }).await.unwrap();
                        }
                        done[place] += 8.0;
                    }
                }
                shares.push(done[1] / done[0]);
            }
            plaguing.store(false, Ordering::SeqCst);
            shares.sort_by(f64::total_cmp);
            shares[shares.len() / 2]
        }))
    }
}

/// A thread that plagues a server while it is told to.
fn plague<F: Future<Output = ()>>(
    plaguing: &Arc<AtomicBool>,
    over: &Arc<AtomicBool>,
    harm: impl Fn() -> F + Send + 'static,
) -> thread::JoinHandle<()> {
    let (plaguing, over) = (Arc::clone(plaguing), Arc::clone(over));
    thread::spawn(move || {
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        while !over.load(Ordering::SeqCst) {
            if plaguing.load(Ordering::SeqCst) {
                runtime.block_on(harm());
            } else {
                thread::sleep(Duration::from_millis(1));
            }
        }
    })
}

/// What became of a client beside others that mean harm.
#[derive(Debug)]
struct Beside {
    /// The part of its calls that it got done.
    share: f64,
    /// The most bytes that the process held at one time.
    held_bytes: usize,
}

/// Runs a client beside what does harm, again where something else kept the machine busy meanwhile.
fn beside<F: Future<Output = ()>>(stage: &Stage, harm: impl Fn(PathBuf) -> F + Clone + Send + 'static) -> Beside {
    const MEASUREMENTS: usize = 4;
    let before = ALLOCATOR.current_usage();
    ALLOCATOR.reset_peak_usage();
    let mut share = 0.0;
    for _ in 0..MEASUREMENTS {
        let (plaguing, over) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
        let (harm, socket) = (harm.clone(), stage.plagued().0);
        let thread = plague(&plaguing, &over, move || harm(socket.clone()));
        share = f64::max(share, stage.share(&plaguing));
        over.store(true, Ordering::SeqCst);
        thread.join().unwrap();
        if share >= LEAST_SHARE {
            break;
        }
    }
    let beside = Beside { share, held_bytes: ALLOCATOR.peak_usage().saturating_sub(before) };
    println!("{beside:?}");
    beside
}

impl Beside {
    fn is_bearable(&self, most_held_bytes: usize) {
        let Self { share, held_bytes } = *self;
        assert!(share >= LEAST_SHARE, "a client got {share:.2} of its calls done beside them");
        assert!(held_bytes <= most_held_bytes, "{held_bytes} bytes were held, and {most_held_bytes} may be");
    }
}

fn alone() -> impl Sized {
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Sends these frames again and again, as fast as they are taken, and reads what comes. So many answers come to them.
async fn flood(socket: PathBuf, frames: Vec<u8>, answers: usize) {
    let mut raw = Raw::greeted(&socket).await;
    for _ in 0..4 {
        raw.send(&frames).await;
        for _ in 0..answers {
            raw.frame().await.unwrap();
        }
    }
}

/// What a flood may have the process hold: the hostile peer's own bytes, a few buffers, and nothing that grows.
const FLOOD_BYTES: usize = 2 * KIB * KIB;

#[test]
fn a_flood_of_pings() {
    let _alone = alone();
    let pings: Vec<u8> = (0..100).flat_map(|id| frame(PING, 0, id, b"", b"")).collect();
    beside(&Stage::new(Limits::default()), move |socket| flood(socket, pings.clone(), 100)).is_bearable(FLOOD_BYTES);
}

#[test]
fn a_flood_of_cancels() {
    let _alone = alone();
    let cancels = (0..100).flat_map(|id| frame(CANCEL, 0, id, b"", b"")).chain(frame(PING, 0, 0, b"", b"")).collect();
    let flooding = move |socket: PathBuf| flood(socket, Vec::clone(&cancels), 1);
    beside(&Stage::new(Limits::default()), flooding).is_bearable(FLOOD_BYTES);
}

#[test]
fn a_flood_of_subscriptions() {
    let _alone = alone();
    let frames: Vec<u8> = (0..50)
        .flat_map(|id| {
            [frame(SUBSCRIBE, 0, id, Oldest::CHANNEL.as_bytes(), b""), frame(UNSUBSCRIBE, 0, id, b"", b"")].concat()
        })
        .collect();
    // Each is answered, and ended.
    beside(&Stage::new(Limits::default()), move |socket| flood(socket, frames.clone(), 100)).is_bearable(FLOOD_BYTES);
}

#[test]
fn a_flood_of_subscriptions_that_stay() {
    let _alone = alone();
    let frames: Vec<u8> = (0..100).flat_map(|id| frame(SUBSCRIBE, 0, id, Oldest::CHANNEL.as_bytes(), b"")).collect();
    let stage = Stage::new(Limits::default().subscriptions(64));
    let flooding = move |socket: PathBuf| {
        let frames = frames.clone();
        async move {
            let mut raw = Raw::greeted(&socket).await;
            raw.send(&frames).await;
            for _ in 0..100 {
                raw.frame().await.unwrap();
            }
        }
    };
    beside(&stage, flooding).is_bearable(FLOOD_BYTES);
}

#[test]
fn a_flood_of_connections() {
    let _alone = alone();
    let stage = Stage::new(Limits::default());
    let connecting = |socket: PathBuf| async move {
        for _ in 0..10 {
            // The endpoint has as many waiting as it may.
            if UnixStream::connect(&socket).await.is_err() {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        }
    };
    beside(&stage, connecting).is_bearable(FLOOD_BYTES);
}

#[test]
fn ten_thousand_connections_that_are_opened_and_dropped_leave_nothing() {
    let _alone = alone();
    let stage = Stage::new(Limits::default());
    let (socket, server) = stage.plagued();
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let opened_and_dropped = |connections: usize| {
        runtime.block_on(async {
            let mut come = 0;
            while come < connections {
                match UnixStream::connect(&socket).await {
                    // Some say hello, some half of it, some nothing.
                    Ok(stream) => {
                        let bytes = hello(1, &hello_body());
                        Raw::new(stream).send_in_vain(&bytes[..[bytes.len(), 20, 0][come % 3]]).await;
                        come += 1;
                    }
                    Err(_) => tokio::time::sleep(Duration::from_millis(1)).await,
                }
            }
            watched(until_connections(server, 0)).await;
        });
    };
    opened_and_dropped(500);
    let before = ALLOCATOR.current_usage();
    opened_and_dropped(10_000);
    let kept = ALLOCATOR.current_usage().saturating_sub(before);
    // One that is kept has some KiB; a thread may lend a buffer or two more than before.
    assert!(kept < 512 * KIB, "{kept} bytes are kept of 10,000 connections");
    let mut raw = runtime.block_on(Raw::greeted(&socket));
    runtime.block_on(flood_once(&mut raw));
}

async fn flood_once(raw: &mut Raw) {
    raw.send(&frame(PING, 0, 1, b"", b"")).await;
    assert_eq!(raw.frame().await.unwrap().id, 1);
}

/// Sets connections beside the client that stay, and tells what became of it; `come` makes one.
fn beside_those_who_stay<F: Future<Output = Raw>>(
    limits: Limits,
    count: usize,
    bytes_each: usize,
    come: impl Fn(PathBuf, usize) -> F,
) {
    let _alone = alone();
    let stage = Stage::new(limits.connections(2 * count).connections_per_user(2 * count));
    let (socket, server) = stage.plagued();
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let before = ALLOCATOR.current_usage();
    let stay = runtime.block_on(async {
        let mut stay = Vec::new();
        while stay.len() < count {
            stay.push(come(socket.clone(), stay.len()).await);
            watched(until_connections(server, stay.len())).await;
        }
        stay
    });
    let kept = ALLOCATOR.current_usage().saturating_sub(before);
    println!("{} bytes for each", kept / count);
    assert!(kept <= count * bytes_each, "{kept} bytes are held for {count} connections");
    let most = FLOOD_BYTES + count * bytes_each - kept;
    beside(&stage, |_| async { thread::sleep(Duration::from_millis(1)) }).is_bearable(most);
    drop(stay);
    runtime.block_on(watched(until_connections(server, 0)));
}

#[test]
fn a_thousand_connections_that_rest() {
    beside_those_who_stay(Limits::default(), 1000, 16 * KIB, |socket, _| async move { Raw::greeted(&socket).await });
}

#[test]
fn peers_that_send_a_message_byte_by_byte() {
    // One has said half a hello, one half a header, one half a request, and one half of a message in fragments.
    let limits = Limits::default().handshake(Duration::from_secs(60));
    beside_those_who_stay(limits, 200, 32 * KIB, |socket, number| async move {
        let half = [
            hello(1, &hello_body())[..20].to_vec(),
            [hello(1, &hello_body()), vec![9, 0, 0]].concat(),
            [hello(1, &hello_body()), request(1, "gate:echo", &json!({"text": "half"}))[..30].to_vec()].concat(),
            [hello(1, &hello_body()), first_fragment(REQUEST, 1, b"gate:echo", 16 << 20, b"\"half")].concat(),
        ];
        let mut raw = Raw::connect(&socket).await;
        for byte in &half[number % half.len()] {
            raw.send(&[*byte]).await;
        }
        raw
    });
}

#[test]
fn peers_that_take_nothing() {
    // Each has asked for more than its socket holds.
    let limits = Limits::default().message_bytes(FRAGMENT as u32 * 8).buffered_bytes(FRAGMENT * 8);
    // What is full is one answer too many, and a buffer that grows may have twice the room of what is in it.
    let most = 2 * (FRAGMENT * 8 + FRAGMENT * 4) + FRAGMENT * 4 + 64 * KIB;
    beside_those_who_stay(limits, 20, most, |socket, _| async move {
        let mut raw = Raw::greeted(&socket).await;
        for id in 0..8 {
            raw.send(&request(id, "gate:letters", &json!({"count": FRAGMENT * 4}))).await;
        }
        raw
    });
}

#[test]
fn peers_that_have_closed_half_of_their_connection() {
    let _alone = alone();
    let stage = Stage::new(Limits::default());
    let (socket, server) = stage.plagued();
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(watched(async {
        let mut halves = Vec::new();
        for number in 0..100 {
            let mut raw = if number % 2 == 0 { Raw::connect(&socket).await } else { Raw::greeted(&socket).await };
            raw.end().await;
            halves.push(raw);
        }
        // Who says no more is gone, whether it reads on or not.
        until_connections(server, 0).await;
        for mut half in halves {
            half.rest().await;
        }
    }));
    let closing = |socket: PathBuf| async move {
        match UnixStream::connect(&socket).await {
            Ok(stream) => Raw::new(stream).end().await,
            Err(_) => tokio::time::sleep(Duration::from_millis(1)).await,
        }
    };
    beside(&stage, closing).is_bearable(FLOOD_BYTES);
}
