//! Small calls while a large body travels on the same connection (W8).

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use tokio::runtime::Runtime;
use tokio::time::timeout;

use super::Window;
use crate::figures::{Figure, Figures, micros_at};
use crate::{Caller, Item, payload};

pub(super) const FIGURES: [Figure; 4] = [
    Figure::new("p50", "p50 of a small call, µs", 0),
    Figure::new("p99", "p99, µs", 0),
    Figure::new("worst", "the slowest, µs", 0),
    Figure::new("rate", "MiB/s meanwhile, one direction", 0),
];

/// The text that travels.
const LARGE_MIB: usize = 64;

/// A small call begins so often, whatever became of those before: one that waits for the large text keeps no other from
/// being counted.
const PERIOD: Duration = Duration::from_millis(2);

/// How long what is under way at the end may take.
const PATIENCE: Duration = Duration::from_secs(20);

pub(super) fn measure<C: Caller>(runtime: &Runtime, client: C, window: Window) -> Result<Figures> {
    let text = payload::text(LARGE_MIB << 20);
    // The first grows the buffers, and is not counted.
    let (client, text) = runtime.block_on(runtime.spawn(async move {
        let echoed = client.echo_text(text.clone()).await?;
        ensure!(echoed == text, "received another text than was sent");
        anyhow::Ok((client, text))
    }))??;
    let stop = Arc::new(AtomicBool::new(false));
    let transfers = Arc::new(AtomicU64::new(0));
    let transferring = runtime.spawn(transfer_until(client.clone(), text, Arc::clone(&stop), Arc::clone(&transfers)));
    let mut calls = Vec::new();
    let begin = Instant::now();
    // This thread is none of the runtime's: a worker that is busy with the large text makes calls late, as it would make
    // an application's, and that counts.
    while !transferring.is_finished() && (begin.elapsed() < window.length || transfers.load(Ordering::Relaxed) == 0) {
        thread::sleep(PERIOD);
        calls.push(runtime.spawn(call(client.clone(), calls.len() as u64, Instant::now())));
    }
    stop.store(true, Ordering::Relaxed);
    let ended = runtime.block_on(async { timeout(PATIENCE, transferring).await });
    let took = ended.context("a transfer did not end")???;
    let mut taken = Vec::with_capacity(calls.len());
    for call in calls {
        let ended = runtime.block_on(async { timeout(PATIENCE, call).await });
        taken.push(ended.context("a small call was never answered")???);
    }
    taken.sort_unstable();
    let mib = transfers.load(Ordering::Relaxed) as f64 * LARGE_MIB as f64;
    let worst = taken.last().map(|slowest| slowest.as_secs_f64() * 1e6);
    let delays = [("p50", micros_at(&taken, 0.50)), ("p99", micros_at(&taken, 0.99)), ("worst", worst)];
    let mut figures: Figures = delays.into_iter().filter_map(|(key, micros)| Some((key.to_owned(), micros?))).collect();
    figures.insert("rate".to_owned(), mib / took.as_secs_f64());
    Ok(figures)
}

async fn transfer_until<C: Caller>(
    client: C,
    expected: String,
    stop: Arc<AtomicBool>,
    transfers: Arc<AtomicU64>,
) -> Result<Duration> {
    let mut text = expected.clone();
    let begin = Instant::now();
    while !stop.load(Ordering::Relaxed) {
        text = client.echo_text(text).await?;
        ensure!(text == expected, "received another text than was sent");
        transfers.fetch_add(1, Ordering::Relaxed);
    }
    Ok(begin.elapsed())
}

async fn call<C: Caller>(client: C, id: u64, asked: Instant) -> Result<Duration> {
    let expected = Item::sample(id);
    let item = client.echo(expected.clone()).await?;
    let taken = asked.elapsed();
    ensure!(item == expected, "sent {expected:?}, received {item:?}");
    Ok(taken)
}
