//! No fault keeps memory: however often a peer does something wrong, the server holds as much afterwards as before.
#![cfg(unix)]
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::panic;
use std::sync::{Mutex, Once, PoisonError};

use ipc_bridge::prelude::*;
use peak_alloc::PeakAlloc;
use tokio::task::yield_now;

use support::faults::{BUFFERED_BYTES, MESSAGE_BYTES, Scene, each_fault, each_flood, limits, router};
use support::gate::Gate;
use support::panics::BOOM;
use support::{Folder, until_connections, watched};

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

/// The rounds that are measured together.
const ROUNDS: usize = 20;

/// What that many rounds may add: less than 100 bytes a round, where a connection that is kept has some thousands and
/// one of its messages up to a million.
const MOST_KEPT_BYTES: usize = 2000;

/// What is made once and kept for good (the runtime's tables, a few buffers that a thread lends) is made in one
/// measurement or another; what is kept for each fault adds to every one of them.
const MEASUREMENTS: usize = 8;

/// What the process may hold at any time beyond what it held before: what the limits let a peer have buffered in one
/// connection, the peer's own bytes and the answers to it.
const MOST_HELD_BYTES: usize = BUFFERED_BYTES + 12 * MESSAGE_BYTES as usize;

/// Whoever measures is alone.
static ALONE: Mutex<()> = Mutex::new(());

/// Keeps the panics of the handlers out of what the test harness keeps of this test's output.
fn be_silent_about_booms() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let usual = panic::take_hook();
        panic::set_hook(Box::new(move |panic| {
            if panic.payload_as_str() != Some(BOOM) {
                usual(panic);
            }
        }));
    });
}

macro_rules! measure_many {
    ($($fault:ident),* $(,)?) => {
        measure!(ROUNDS: $($fault),*);
    };
}

macro_rules! measure_few {
    ($($fault:ident),* $(,)?) => {
        measure!(2: $($fault),*);
    };
}

macro_rules! measure {
    ($rounds:tt: $($fault:ident),*) => {
        $(#[test]
        fn $fault() {
            let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
            be_silent_about_booms();
            let folder = Folder::new();
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(watched(async {
                let (socket, gate) = (folder.socket(), Gate::new());
                let server = Server::bind(socket.as_path()).limits(limits()).serve(router(&gate)).await.unwrap();
                let scene = Scene { socket: &socket, gate: &gate };
                let round = async || {
                    support::faults::$fault(&scene).await;
                    until_connections(&server, 0).await;
                    // The task of the connection ends after it has given its place back.
                    for _ in 0..10 {
                        yield_now().await;
                    }
                };
                let mut kept = Vec::new();
                while kept.last().is_none_or(|kept| *kept > MOST_KEPT_BYTES) {
                    assert!(kept.len() < MEASUREMENTS, "{kept:?} bytes are kept of {} rounds each", $rounds);
                    let before = ALLOCATOR.current_usage();
                    ALLOCATOR.reset_peak_usage();
                    for _ in 0..$rounds {
                        round().await;
                    }
                    kept.push(ALLOCATOR.current_usage().saturating_sub(before));
                    let held = ALLOCATOR.peak_usage().saturating_sub(before);
                    assert!(held <= MOST_HELD_BYTES, "{held} bytes were held at one time");
                }
            }));
        })*
    };
}

each_fault!(measure_many);

// What a flood is about is what is held meanwhile, and it takes its time.
each_flood!(measure_few);
