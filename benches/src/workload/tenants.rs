//! Two connections that have nothing to do with each other: what one of them feels of the other's flood (W9).

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Context, Result};
use tokio::runtime::{Builder, Runtime};
use tokio::time::timeout;

use super::throughput::{Counter, call_until};
use super::{Window, sequential};
use crate::Echo;
use crate::figures::{Figure, Figures, micros_at};

pub(super) const FIGURES: [Figure; 4] = [
    Figure::new("idle p50", "p50 beside one that rests, µs", 1),
    Figure::new("idle p99", "p99 beside one that rests, µs", 1),
    Figure::new("flood p50", "p50 beside one that floods, µs", 1),
    Figure::new("flood p99", "p99 beside one that floods, µs", 1),
];

/// The calls in flight of the one that floods.
const FLOOD: u64 = 64;

/// How long the flood's last calls may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// Half of the time beside a connection that rests, and half beside one that floods.
pub(super) fn measure<E: Echo>(runtime: &Runtime, endpoint: &str, window: Window) -> Result<Figures> {
    // The other tenant has threads of its own: the system shares out the cores, not our runtime.
    let others = Builder::new_multi_thread().enable_all().build()?;
    let other = others.block_on(E::connect(endpoint))?;
    let client = runtime.block_on(E::connect(endpoint))?;
    let measured = |client: E::Client| -> Result<(E::Client, Vec<Duration>)> {
        runtime.block_on(runtime.spawn(async move {
            sequential::call_for(&client, window.warm_up / 2).await?;
            let mut taken = sequential::call_for(&client, window.length / 2).await?;
            taken.sort_unstable();
            Ok((client, taken))
        }))?
    };
    let (client, idle) = measured(client)?;
    let stop = Arc::new(AtomicBool::new(false));
    let flood = |index: u64| {
        let counter = Arc::new(Counter::default());
        others.spawn(call_until(other.clone(), index << 32, Arc::clone(&stop), counter))
    };
    let flooding: Vec<_> = (0..FLOOD).map(flood).collect();
    let flooded = measured(client);
    stop.store(true, Ordering::Relaxed);
    for task in flooding {
        let ended = others.block_on(async { timeout(PATIENCE, task).await });
        ended.context("a call was never answered")???;
    }
    let (_, flooded) = flooded?;
    let delays = [
        ("idle p50", micros_at(&idle, 0.50)),
        ("idle p99", micros_at(&idle, 0.99)),
        ("flood p50", micros_at(&flooded, 0.50)),
        ("flood p99", micros_at(&flooded, 0.99)),
    ];
    Ok(delays.into_iter().filter_map(|(key, micros)| Some((key.to_owned(), micros?))).collect())
}
