//! The workloads, the same for every implementation.

mod events;
mod idle;
mod sequential;
mod throughput;

use std::process;
use std::time::Duration;

use anyhow::Result;
use serde::{Deserialize, Serialize};
use tokio::runtime::Runtime;

use crate::figures::{Figure, Figures};
use crate::{Echo, machine};

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Workload {
    /// One call in flight, the processes where the system puts them.
    OneCall,
    /// One call in flight, both processes on one core.
    OneCallOneCore,
    /// One connection, 64 calls in flight.
    OneConnection,
    /// 16 connections, 8 calls in flight on each.
    ManyConnections,
    /// A text of 1 MiB, one call in flight.
    LargeBody,
    /// 200,000 events to one subscriber.
    OneSubscriber,
    /// 200,000 events to 16 subscribers, on a connection each.
    ManySubscribers,
    /// 1000 connections that rest.
    Idle,
}

impl Workload {
    /// All of them, in the order in which they are measured.
    pub const ALL: [Self; 8] = [
        Self::OneCall,
        Self::OneCallOneCore,
        Self::OneConnection,
        Self::ManyConnections,
        Self::LargeBody,
        Self::OneSubscriber,
        Self::ManySubscribers,
        Self::Idle,
    ];

    /// The short name by which it is chosen.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::OneCall | Self::OneCallOneCore => "W1",
            Self::OneConnection => "W2",
            Self::ManyConnections => "W3",
            Self::LargeBody => "W4",
            Self::OneSubscriber | Self::ManySubscribers => "W5",
            Self::Idle => "W6",
        }
    }

    /// What it does, in a few words.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::OneCall => "one call in flight",
            Self::OneCallOneCore => "one call in flight, one core",
            Self::OneConnection => "1 connection × 64 in flight",
            Self::ManyConnections => "16 connections × 8 in flight",
            Self::LargeBody => "1 MiB text, one in flight",
            Self::OneSubscriber => "200k events × 1 subscriber",
            Self::ManySubscribers => "200k events × 16 subscribers",
            Self::Idle => "1000 connections at rest",
        }
    }

    /// Whether both processes share one core.
    #[must_use]
    pub fn shares_a_core(self) -> bool {
        self == Self::OneCallOneCore
    }

    /// What it finds.
    #[must_use]
    pub fn figures(self) -> &'static [Figure] {
        match self {
            Self::OneCall | Self::OneCallOneCore => &sequential::LATENCY,
            Self::OneConnection | Self::ManyConnections => &throughput::FIGURES,
            Self::LargeBody => &sequential::TRANSFER,
            Self::OneSubscriber => &events::FIGURES_OF_ONE,
            Self::ManySubscribers => &events::FIGURES_OF_MANY,
            Self::Idle => &idle::FIGURES,
        }
    }
}

/// How long to measure, and beside which server.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Window {
    warm_up: Duration,
    length: Duration,
    server: u32,
}

impl Window {
    pub(crate) fn new(seconds: f64, server: u32) -> Self {
        let length = Duration::from_secs_f64(seconds);
        // A third of the time settles caches, buffers and the processor's clock; more than half a second settles nothing.
        Self { warm_up: (length / 3).min(Duration::from_millis(500)), length, server }
    }

    /// The processor time that both processes have used so far, in seconds.
    fn processor_seconds(&self) -> Result<Option<f64>> {
        let ours = machine::processor_seconds(process::id())?;
        let theirs = machine::processor_seconds(self.server)?;
        Ok(ours.zip(theirs).map(|(ours, theirs)| ours + theirs))
    }
}

/// Puts an implementation through a workload.
pub(crate) fn measure<E: Echo>(
    workload: Workload,
    runtime: &Runtime,
    endpoint: &str,
    window: Window,
) -> Result<Figures> {
    let connect = || runtime.block_on(E::connect(endpoint));
    match workload {
        Workload::OneCall | Workload::OneCallOneCore => sequential::latency(runtime, connect()?, window),
        Workload::OneConnection => throughput::measure(runtime, &[connect()?], 64, window),
        Workload::ManyConnections => {
            let clients = (0..16).map(|_| connect()).collect::<Result<Vec<_>>>()?;
            throughput::measure(runtime, &clients, 8, window)
        }
        Workload::LargeBody => sequential::transfer(runtime, connect()?, window),
        Workload::OneSubscriber => events::measure::<E>(runtime, endpoint, 1, window),
        Workload::ManySubscribers => events::measure::<E>(runtime, endpoint, 16, window),
        Workload::Idle => idle::measure(runtime, connect, window),
    }
}
