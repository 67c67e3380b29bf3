//! What layers cost a call: the time of a call in process, without layers and with some, in interleaved rounds.
//!
//! `cargo run --release -p ipc-benches --bin layers`

#![expect(clippy::print_stdout, reason = "a program that reports on standard output")]

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Instant;

use anyhow::{Context as _, Result, bail};
use ipc_bridge::layer::{self, CallRequest, Next};
use ipc_bridge::prelude::*;

/// As many calls in a row as take longer than the clock needs to be read.
const CALLS: u32 = 2_000;
/// As many rounds of each, one after the other: what disturbs the machine disturbs all alike.
const ROUNDS: usize = 401;
/// As many layers as each router has.
const LAYERS: [usize; 4] = [0, 1, 2, 5];

#[handler("bench:add")]
async fn add(left: u64, right: u64) -> u64 {
    left + right
}

fn router(layers: usize) -> Router {
    (0..layers).fold(Router::new().handle::<add>(), |router, _| {
        router.layer(layer::raw(async |request: CallRequest, next: Next| Ok(next.run(request).await)))
    })
}

/// Nanoseconds of one call, on the average of a round.
fn round(router: &Router) -> Result<f64> {
    let mut cx = Context::from_waker(Waker::noop());
    let begun = Instant::now();
    for number in 0..CALLS {
        let call = pin!(router.invoke(add { left: u64::from(number), right: 1 }));
        match call.poll(&mut cx) {
            Poll::Ready(Ok(sum)) if sum == u64::from(number) + 1 => {}
            other => bail!("a call was not answered in place: {other:?}"),
        }
    }
    Ok(begun.elapsed().as_secs_f64() * 1e9 / f64::from(CALLS))
}

fn main() -> Result<()> {
    let routers = LAYERS.map(router);
    let mut times = LAYERS.map(|_| Vec::with_capacity(ROUNDS));
    for _ in 0..ROUNDS {
        for (router, times) in routers.iter().zip(&mut times) {
            times.push(round(router)?);
        }
    }
    let mut plain = None;
    println!("layers   ns per call, median   least   ns per layer, by medians   by the least");
    for (layers, times) in LAYERS.iter().zip(&mut times) {
        times.sort_by(f64::total_cmp);
        let median = *times.get(ROUNDS / 2).context("there are rounds")?;
        let least = *times.first().context("there are rounds")?;
        let (plain_median, plain_least) = *plain.get_or_insert((median, least));
        print!("{layers:>6}   {median:>19.1}   {least:>5.1}");
        if *layers > 0 {
            let count = f64::from(u32::try_from(*layers)?);
            let (by_medians, by_least) = ((median - plain_median) / count, (least - plain_least) / count);
            print!("   {by_medians:>24.1}   {by_least:>12.1}");
        }
        println!();
    }
    Ok(())
}
