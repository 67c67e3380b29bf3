//! What the tests of behaviour and of faults have in common.
#![allow(dead_code, reason = "each test binary takes its own part of this")]
#![allow(unused_imports, reason = "each test binary takes its own part of this")]
#![allow(unused_macros, reason = "each test binary takes its own part of this")]

pub(crate) mod binding;
mod dispatch;
pub(crate) mod events;
#[cfg(unix)]
pub(crate) mod faults;
pub(crate) mod gate;
pub(crate) mod layers;
pub(crate) mod log;
pub(crate) mod panics;
pub(crate) mod process;
pub(crate) mod process_log;
pub(crate) mod raw;
pub(crate) mod sent;
#[cfg(unix)]
mod stream_faults;
pub(crate) mod streams;

use std::future::Future;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use ipc_bridge::{Endpoint, Server, Stream, memory};
use tokio::task::yield_now;

pub(crate) use dispatch::dispatch;

/// No test takes a tenth of this; one that does hangs.
const WATCHDOG: Duration = Duration::from_secs(30);

/// Where a test's server listens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum At {
    /// In memory.
    Memory,
    /// At a local socket or a named pipe.
    Local,
}

impl At {
    /// A place of this kind where nobody listens.
    pub(crate) fn place(self) -> Endpoint {
        match self {
            Self::Memory => memory::endpoint().into(),
            Self::Local => unique_name().into(),
        }
    }
}

/// A name that no other test has, in this process or another.
pub(crate) fn unique_name() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    format!("test-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed))
}

/// A folder of this test's own, which goes with it.
#[derive(Debug)]
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new() -> Self {
        let path = std::env::temp_dir().join(unique_name());
        std::fs::create_dir(&path).unwrap();
        Self(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    pub(crate) fn socket(&self) -> PathBuf {
        self.0.join("s.sock")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).unwrap();
    }
}

/// Says that a test, or a whole file of them, proves nothing here: past the harness, which would keep it to itself.
#[expect(clippy::explicit_write, reason = "the harness would catch what `eprintln` writes")]
pub(crate) fn skipped(what: &str, why: &str) {
    writeln!(std::io::stderr(), "skipped: {what}: {why}").unwrap();
}

/// Ends a test that hangs, with a message instead of a silent build.
pub(crate) async fn watched<T>(test: impl Future<Output = T>) -> T {
    tokio::time::timeout(WATCHDOG, test).await.expect("the test hangs")
}

/// Runs the body of a test at a place.
pub(crate) async fn run_at<F: Future<Output = ()>>(at: At, body: impl FnOnce(Endpoint) -> F) {
    let place = at.place();
    watched(body(place)).await;
}

/// Makes two tests of each body: in memory on one thread, which takes the same course each time, and at a local socket
/// on two threads, which does not.
macro_rules! everywhere {
    ($($body:ident),* $(,)?) => {
        mod in_memory {
            $(#[tokio::test]
            async fn $body() {
                crate::support::run_at(crate::support::At::Memory, super::$body).await;
            })*
        }
        mod at_a_local_socket {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $body() {
                crate::support::run_at(crate::support::At::Local, super::$body).await;
            })*
        }
    };
}
pub(crate) use everywhere;

/// Waits for something that tells nobody when it happens; the watchdog bounds it.
pub(crate) async fn until(mut happened: impl FnMut() -> bool) {
    while !happened() {
        yield_now().await;
    }
}

/// Waits until a server has this many connections.
pub(crate) async fn until_connections(server: &Server, count: usize) {
    until(|| server.connections() == count).await;
}

/// A stream of these items, all of which are there.
pub(crate) fn items<I>(items: I) -> Items<I::IntoIter>
where
    I: IntoIterator<IntoIter: Unpin>,
{
    Items(items.into_iter())
}

pub(crate) struct Items<I>(I);

impl<I: Iterator + Unpin> Stream for Items<I> {
    type Item = I::Item;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<I::Item>> {
        Poll::Ready(self.0.next())
    }
}
