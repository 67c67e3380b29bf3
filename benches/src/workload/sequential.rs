//! One call after the other: how long each takes (W1), and what a large body makes of it (W4, W7).

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use bytes::Bytes;
use tokio::runtime::Runtime;

use super::Window;
use crate::figures::{Figure, Figures, micros_at};
use crate::{Caller, Item};

pub(super) const LATENCY: [Figure; 2] = [Figure::new("p50", "p50, µs", 1), Figure::new("p99", "p99, µs", 1)];
pub(super) const TRANSFER: [Figure; 1] = [Figure::new("rate", "MiB/s, one direction", 0)];

/// The calls run in a task, as an application's do: the thread that blocks on the runtime is not one of its workers.
pub(super) fn latency<C: Caller>(runtime: &Runtime, client: C, window: Window) -> Result<Figures> {
    let mut taken = runtime.block_on(runtime.spawn(async move {
        call_for(&client, window.warm_up).await?;
        call_for(&client, window.length).await
    }))??;
    taken.sort_unstable();
    Ok([("p50", micros_at(&taken, 0.50)), ("p99", micros_at(&taken, 0.99))]
        .into_iter()
        .filter_map(|(key, micros)| Some((key.to_owned(), micros?)))
        .collect())
}

/// One call after the other; how long each took.
pub(super) async fn call_for<C: Caller>(client: &C, length: Duration) -> Result<Vec<Duration>> {
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

/// A large body, sent and brought back again and again.
pub(super) trait Load: Clone + PartialEq + Send + Sync + 'static {
    fn bytes(&self) -> usize;

    fn echo(self, client: &impl Caller) -> impl Future<Output = Result<Self>> + Send;
}

impl Load for String {
    fn bytes(&self) -> usize {
        self.len()
    }

    async fn echo(self, client: &impl Caller) -> Result<Self> {
        client.echo_text(self).await
    }
}

impl Load for Bytes {
    fn bytes(&self) -> usize {
        self.len()
    }

    async fn echo(self, client: &impl Caller) -> Result<Self> {
        client.echo_bytes(self).await
    }
}

pub(super) fn transfer<C: Caller>(runtime: &Runtime, client: C, load: impl Load, window: Window) -> Result<Figures> {
    let size = load.bytes() as f64 / f64::from(1 << 20);
    let (calls, took) = runtime.block_on(runtime.spawn(async move {
        transfer_for(&client, &load, window.warm_up).await?;
        transfer_for(&client, &load, window.length).await
    }))??;
    Ok(Figures::from([("rate".to_owned(), calls as f64 * size / took.as_secs_f64())]))
}

async fn transfer_for<L: Load>(client: &impl Caller, expected: &L, length: Duration) -> Result<(u64, Duration)> {
    let mut load = expected.clone();
    let mut calls = 0;
    let begin = Instant::now();
    while begin.elapsed() < length {
        load = load.echo(client).await?;
        ensure!(load == *expected, "received another body of {} bytes than was sent", load.bytes());
        calls += 1;
    }
    Ok((calls, begin.elapsed()))
}
