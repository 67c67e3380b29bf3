//! One publisher, and subscribers that miss nothing (W5, W10).

use std::ops::Range;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use tokio::runtime::Runtime;
use tokio::time::timeout;

use super::Window;
use crate::counted::receive;
use crate::figures::{Figure, Figures};
use crate::{Caller, Echo};

const CPU: Figure = Figure::new("cpu", "CPU s per 100k events delivered, both processes", 2);

pub(super) const FIGURES_OF_ONE: [Figure; 2] = [Figure::new("rate", "events/s", 0), CPU];
pub(super) const FIGURES_OF_MANY: [Figure; 3] =
    [Figure::new("rate", "events/s to each", 0), Figure::new("delivered", "events/s to all together", 0), CPU];

/// How long a pass may take: an event that never arrives must fail the run. The slowest peer took ten to twenty
/// seconds for the 3,200,000 of W5 on a busy machine of two cores.
const PATIENCE: Duration = Duration::from_secs(60);

/// Passes of so many `events` to `count` subscribers: as many as begin within the time, one at least.
pub(super) fn measure<E: Echo>(
    runtime: &Runtime,
    endpoint: &str,
    count: usize,
    events: u64,
    window: Window,
) -> Result<Figures> {
    let caller = runtime.block_on(E::connect(endpoint))?;
    let subscribers = (0..count).map(|_| runtime.block_on(E::subscribe(endpoint))).collect::<Result<Vec<_>>>()?;
    let mut passes = Passes::<E> { caller, subscribers, next: 0 };
    runtime.block_on(async {
        passes.run_for(window.warm_up, events / 10).await?;
        let (begin, used_before) = (Instant::now(), window.processor_seconds()?);
        let published = passes.run_for(window.length, events).await? as f64;
        let (took, used) = (begin.elapsed().as_secs_f64(), window.processor_seconds()?);
        let delivered = published * count as f64;
        let mut figures = Figures::from([("rate".to_owned(), published / took)]);
        figures.insert("delivered".to_owned(), delivered / took);
        if let Some((used, before)) = used.zip(used_before) {
            figures.insert("cpu".to_owned(), (used - before) / delivered * 1e5);
        }
        Ok(figures)
    })
}

/// The subscribers, and the connection over which the publisher is told what to publish.
struct Passes<E: Echo> {
    caller: E::Client,
    subscribers: Vec<E::Events>,
    /// The id of the next event.
    next: u64,
}

impl<E: Echo> Passes<E> {
    /// Has so many events published, again and again until the time is over; answers how many that were.
    async fn run_for(&mut self, length: Duration, count: u64) -> Result<u64> {
        let (begin, first) = (Instant::now(), self.next);
        while self.next == first || begin.elapsed() < length {
            let pass = timeout(PATIENCE, self.run(self.next..self.next + count));
            pass.await.context("not every event arrived in time")??;
            self.next += count;
        }
        Ok(self.next - first)
    }

    /// Has the events of these ids published; done when every subscriber has the last.
    async fn run(&mut self, ids: Range<u64>) -> Result<()> {
        let receive = |events| tokio::spawn(receive(events, ids.clone()));
        let receiving: Vec<_> = self.subscribers.drain(..).map(receive).collect();
        self.caller.publish(ids.clone()).await?;
        for receiver in receiving {
            self.subscribers.push(receiver.await??);
        }
        Ok(())
    }
}
