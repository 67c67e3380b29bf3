//! Many calls in flight: how many are answered in a second (W2, W3, W11), and what they cost.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use tokio::runtime::Runtime;
use tokio::time::timeout;

use super::Window;
use crate::figures::{Figure, Figures};
use crate::{Caller, Item};

pub(super) const FIGURES: [Figure; 2] =
    [Figure::new("rate", "calls/s", 0), Figure::new("cpu", "CPU s per 100k calls, both processes", 2)];

/// How long the last calls may take once everybody was told to stop: a call that is never answered must fail the run.
const PATIENCE: Duration = Duration::from_secs(10);

/// One task's calls, on cache lines of its own: the tasks must not slow each other by counting.
#[derive(Default)]
#[repr(align(128))]
pub(super) struct Counter(AtomicU64);

/// Runs `in_flight` tasks on each connection, every one with one call in flight.
pub(super) fn measure<C: Caller>(
    runtime: &Runtime,
    clients: &[C],
    in_flight: usize,
    window: Window,
) -> Result<Figures> {
    let stop = Arc::new(AtomicBool::new(false));
    let mut counters = Vec::new();
    let mut tasks = Vec::new();
    for client in clients {
        for _ in 0..in_flight {
            let counter = Arc::new(Counter::default());
            let first_id = (tasks.len() as u64) << 32;
            tasks.push(runtime.spawn(call_until(client.clone(), first_id, Arc::clone(&stop), Arc::clone(&counter))));
            counters.push(counter);
        }
    }
    // This thread is none of the runtime's, so neither its sleep nor its counting is in the way.
    thread::sleep(window.warm_up);
    let before = Snapshot::take(&counters, window)?;
    thread::sleep(window.length);
    let after = Snapshot::take(&counters, window)?;
    stop.store(true, Ordering::Relaxed);
    for task in tasks {
        let ended = runtime.block_on(async { timeout(PATIENCE, task).await });
        ended.context("a call was never answered")???;
    }
    after.since(&before)
}

/// One call after the other until it is to stop, each counted when its answer is right.
pub(super) async fn call_until<C: Caller>(
    client: C,
    first_id: u64,
    stop: Arc<AtomicBool>,
    counter: Arc<Counter>,
) -> Result<()> {
    let mut expected = Item::sample(first_id);
    let mut item = expected.clone();
    while !stop.load(Ordering::Relaxed) {
        item = client.echo(item).await?;
        ensure!(item == expected, "sent {expected:?}, received {item:?}");
        item.id += 1;
        expected.id += 1;
        counter.0.fetch_add(1, Ordering::Relaxed);
    }
    Ok(())
}

struct Snapshot {
    at: Instant,
    calls: u64,
    processor_seconds: Option<f64>,
}

impl Snapshot {
    fn take(counters: &[Arc<Counter>], window: Window) -> Result<Self> {
        let processor_seconds = window.processor_seconds()?;
        let calls = counters.iter().map(|counter| counter.0.load(Ordering::Relaxed)).sum();
        Ok(Self { at: Instant::now(), calls, processor_seconds })
    }

    fn since(&self, before: &Self) -> Result<Figures> {
        let calls = (self.calls - before.calls) as f64;
        ensure!(calls > 0.0, "not one call was answered");
        let mut figures = Figures::from([("rate".to_owned(), calls / (self.at - before.at).as_secs_f64())]);
        if let Some((after, before)) = self.processor_seconds.zip(before.processor_seconds) {
            figures.insert("cpu".to_owned(), (after - before) / calls * 1e5);
        }
        Ok(figures)
    }
}
