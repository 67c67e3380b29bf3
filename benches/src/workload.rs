//! The workloads, the same for every implementation.

mod beside;
mod events;
mod idle;
mod sequential;
mod tenants;
#[cfg(test)]
mod tests;
mod throughput;

use std::borrow::Cow;
use std::process;
use std::time::Duration;

use anyhow::Result;
use serde::{Deserialize, Serialize};
use tokio::runtime::Runtime;

use crate::figures::{Figure, Figures};
use crate::{Echo, machine, payload};

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
    /// 1 MiB of bytes, one call in flight.
    LargeBytes,
    /// 200,000 events to one subscriber.
    OneSubscriber,
    /// 200,000 events to 16 subscribers, on a connection each.
    ManySubscribers,
    /// 1000 connections that rest.
    Idle,
    /// A text of so many KiB, one call in flight.
    MiddleBody {
        /// The text's size.
        kib: u16,
    },
    /// Small calls while 64 MiB are carried on the same connection.
    BesideTransfer,
    /// One connection's calls, beside another one's that rests or floods.
    TwoTenants,
    /// Events to 1000 subscribers, on a connection each.
    ThousandSubscribers,
    /// One connection, so many calls in flight.
    InFlight {
        /// How many.
        calls: u16,
    },
}

impl Workload {
    /// Those that are measured when nothing else is asked for, in their order.
    pub const USUAL: [Self; 8] = [
        Self::OneCall,
        Self::OneCallOneCore,
        Self::OneConnection,
        Self::ManyConnections,
        Self::LargeBody,
        Self::OneSubscriber,
        Self::ManySubscribers,
        Self::Idle,
    ];

    /// All of them, in the order in which they are measured.
    pub const ALL: [Self; 23] = [
        Self::OneCall,
        Self::OneCallOneCore,
        Self::OneConnection,
        Self::ManyConnections,
        Self::LargeBody,
        Self::LargeBytes,
        Self::OneSubscriber,
        Self::ManySubscribers,
        Self::Idle,
        Self::MiddleBody { kib: 4 },
        Self::MiddleBody { kib: 16 },
        Self::MiddleBody { kib: 64 },
        Self::MiddleBody { kib: 256 },
        Self::BesideTransfer,
        Self::TwoTenants,
        Self::ThousandSubscribers,
        Self::InFlight { calls: 1 },
        Self::InFlight { calls: 4 },
        Self::InFlight { calls: 16 },
        Self::InFlight { calls: 64 },
        Self::InFlight { calls: 256 },
        Self::InFlight { calls: 1024 },
        Self::InFlight { calls: 4096 },
    ];

    /// The short name by which it is chosen.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::OneCall | Self::OneCallOneCore => "W1",
            Self::OneConnection => "W2",
            Self::ManyConnections => "W3",
            Self::LargeBody | Self::LargeBytes => "W4",
            Self::OneSubscriber | Self::ManySubscribers => "W5",
            Self::Idle => "W6",
            Self::MiddleBody { .. } => "W7",
            Self::BesideTransfer => "W8",
            Self::TwoTenants => "W9",
            Self::ThousandSubscribers => "W10",
            Self::InFlight { .. } => "W11",
        }
    }

    /// What it does, in a few words.
    #[must_use]
    pub fn label(self) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::OneCall => "one call in flight",
            Self::OneCallOneCore => "one call in flight, one core",
            Self::OneConnection => "1 connection × 64 in flight",
            Self::ManyConnections => "16 connections × 8 in flight",
            Self::LargeBody => "1 MiB text, one in flight",
            Self::LargeBytes => "1 MiB of bytes, one in flight",
            Self::OneSubscriber => "200k events × 1 subscriber",
            Self::ManySubscribers => "200k events × 16 subscribers",
            Self::Idle => "1000 connections at rest",
            Self::MiddleBody { kib } => return Cow::Owned(format!("{kib} KiB text, one in flight")),
            Self::BesideTransfer => "small calls beside 64 MiB on their connection",
            Self::TwoTenants => "two tenants, one of them floods",
            Self::ThousandSubscribers => "200 events × 1000 subscribers",
            Self::InFlight { calls } => return Cow::Owned(format!("1 connection × {calls} in flight")),
        })
    }

    /// Whether both processes share one core.
    #[must_use]
    pub fn shares_a_core(self) -> bool {
        self == Self::OneCallOneCore
    }

    /// Whether it needs a side that carries bytes as they are.
    #[must_use]
    pub fn is_of_bytes(self) -> bool {
        self == Self::LargeBytes
    }

    /// Whether it needs a side that publishes events.
    #[must_use]
    pub fn is_of_events(self) -> bool {
        matches!(self, Self::OneSubscriber | Self::ManySubscribers | Self::ThousandSubscribers)
    }

    /// What it finds.
    #[must_use]
    pub fn figures(self) -> &'static [Figure] {
        match self {
            Self::OneCall | Self::OneCallOneCore => &sequential::LATENCY,
            Self::OneConnection | Self::ManyConnections | Self::InFlight { .. } => &throughput::FIGURES,
            Self::LargeBody | Self::LargeBytes | Self::MiddleBody { .. } => &sequential::TRANSFER,
            Self::OneSubscriber => &events::FIGURES_OF_ONE,
            Self::ManySubscribers | Self::ThousandSubscribers => &events::FIGURES_OF_MANY,
            Self::Idle => &idle::FIGURES,
            Self::BesideTransfer => &beside::FIGURES,
            Self::TwoTenants => &tenants::FIGURES,
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
    const MIB: usize = 1 << 20;
    match workload {
        Workload::OneCall | Workload::OneCallOneCore => sequential::latency(runtime, connect()?, window),
        Workload::OneConnection => throughput::measure(runtime, &[connect()?], 64, window),
        Workload::ManyConnections => {
            let clients = (0..16).map(|_| connect()).collect::<Result<Vec<_>>>()?;
            throughput::measure(runtime, &clients, 8, window)
        }
        Workload::LargeBody => sequential::transfer(runtime, connect()?, payload::text(MIB), window),
        Workload::MiddleBody { kib } => {
            sequential::transfer(runtime, connect()?, payload::text(usize::from(kib) * 1024), window)
        }
        Workload::LargeBytes => sequential::transfer(runtime, connect()?, payload::bytes(MIB), window),
        Workload::OneSubscriber => events::measure::<E>(runtime, endpoint, 1, 200_000, window),
        Workload::ManySubscribers => events::measure::<E>(runtime, endpoint, 16, 200_000, window),
        Workload::ThousandSubscribers => events::measure::<E>(runtime, endpoint, 1000, 200, window),
        Workload::Idle => idle::measure(runtime, connect, window),
        Workload::BesideTransfer => beside::measure(runtime, connect()?, window),
        Workload::TwoTenants => tenants::measure::<E>(runtime, endpoint, window),
        Workload::InFlight { calls } => throughput::measure(runtime, &[connect()?], usize::from(calls), window),
    }
}
