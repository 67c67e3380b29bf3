//! One call after the other: how long each takes (W1), and what a large body makes of it (W4).

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use tokio::runtime::Runtime;

use super::Window;
use crate::figures::{Figure, Figures};
use crate::{Caller, Item, payload};

pub(super) const LATENCY: [Figure; 2] = [Figure::new("p50", "p50, µs", 1), Figure::new("p99", "p99, µs", 1)];
pub(super) const TRANSFER: [Figure; 1] = [Figure::new("rate", "MiB/s, one direction", 0)];

/// The calls run in a task, as an application's do: the thread that blocks on the runtime is not one of its workers.
pub(super) fn latency<C: Caller>(runtime: &Runtime, client: C, window: Window) -> Result<Figures> {
    let mut taken = runtime.block_on(runtime.spawn(async move {
        call_for(&client, window.warm_up).await?;
        call_for(&client, window.length).await
    }))??;
    taken.sort_unstable();
    let at = |share: f64| -> Option<f64> {
        let nanos = taken.get((taken.len() as f64 * share) as usize)?;
        Some(nanos.as_secs_f64() * 1e6)
    };
    Ok([("p50", at(0.50)), ("p99", at(0.99))]
        .into_iter()
        .filter_map(|(key, micros)| Some((key.to_owned(), micros?)))
        .collect())
}

async fn call_for<C: Caller>(client: &C, length: Duration) -> Result<Vec<Duration>> {
    let mut taken = Vec::with_capacity(1 << 18);
    let mut expected = Item::sample(0);
    // The answer is the next question: the copies to compare with cost no allocation in the loop.
    let mut item = expected.clone();
    let begin = Instant::now();
    while begin.elapsed() < length {
        let sent = Instant::now();
        item = client.echo(item).await?;
        taken.push(sent.elapsed());
        ensure!(item == expected, "sent {expected:?}, received {item:?}");
        item.id += 1;
        expected.id += 1;
    }
    Ok(taken)
}

pub(super) fn transfer<C: Caller>(runtime: &Runtime, client: C, window: Window) -> Result<Figures> {
    const MIB: usize = 1 << 20;
    let expected = payload::text(MIB);
    let (calls, took) = runtime.block_on(runtime.spawn(async move {
        transfer_for(&client, &expected, window.warm_up).await?;
        transfer_for(&client, &expected, window.length).await
    }))??;
    Ok(Figures::from([("rate".to_owned(), calls as f64 / took.as_secs_f64())]))
}

async fn transfer_for<C: Caller>(client: &C, expected: &str, length: Duration) -> Result<(u64, Duration)> {
    let mut text = expected.to_owned();
    let mut calls = 0;
    let begin = Instant::now();
    while begin.elapsed() < length {
        text = client.echo_text(text).await?;
        ensure!(text == expected, "received another text than was sent");
        calls += 1;
    }
    Ok((calls, begin.elapsed()))
}
