//! `ipc bench`: how fast a channel answers.

mod times;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::Args;
use ipc_bridge::{AnyRequest, Client, InvokeError};
use serde_json::json;
use serde_json::value::RawValue;

use self::times::Times;
use super::interrupted;
use super::tap::time;
use crate::arguments::Request;
use crate::catalog::Catalog;
use crate::connection::connect;
use crate::failure::Failed;
use crate::options::{Options, duration};
use crate::output::style::{DIM, ERROR, NUMBER, TITLE, clean};
use crate::output::{Output, Table};
use crate::payload::Target;

#[derive(Debug, Args)]
pub(crate) struct Bench {
    /// The channel, which answers once.
    channel: String,
    #[command(flatten)]
    request: Request,
    /// How many connections are made.
    #[arg(long, default_value_t = 1, value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    connections: u32,
    /// How many calls each of them has in flight.
    #[arg(long, default_value_t = 1, value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    in_flight: u32,
    /// How long it goes on: 5, 500ms, 1m.
    #[arg(long, default_value = "5", value_name = "TIME", value_parser = duration)]
    seconds: Duration,
}

/// What came of some calls.
#[derive(Default)]
struct Results {
    times: Times,
    errors: BTreeMap<String, u64>,
    /// Why a connection is gone.
    gone: Option<String>,
}

impl Bench {
    pub(super) async fn run(&self, options: &Options, output: &Output) -> Result<(), Failed> {
        let first = connect(options).await?;
        let catalog = Catalog::asked(&first).await?;
        let channel = &self.channel;
        if catalog.handler(channel)?.is_some_and(|found| found.item().is_some() || found.incoming().is_some()) {
            return Err(Failed::usage(format_args!("`{channel}` has streams: what answers once can be measured")));
        }
        let target = Target { channel, schema: catalog.request_of(channel) };
        let payload = target.payload(self.request.read(&target)?)?;
        let payload: Arc<RawValue> = serde_json::value::to_raw_value(&payload).map_err(Failed::of)?.into();
        let mut clients = vec![first];
        for _ in 1..self.connections {
            clients.push(connect(options).await?);
        }
        let begun = Instant::now();
        let end = begun + self.seconds;
        let mut calls = tokio::task::JoinSet::new();
        for client in &clients {
            for _ in 0..self.in_flight {
                calls.spawn(call_until(client.clone(), channel.clone(), Arc::clone(&payload), end));
            }
        }
        let mut all = Results::default();
        tokio::select! {
            () = async {
                while let Some(Ok(results)) = calls.join_next().await {
                    all.add(results);
                }
            } => {}
            () = interrupted() => return Err(Failed::of("it was interrupted, and nothing was measured")),
        }
        self.print(&all, begun.elapsed(), output)
    }

    fn print(&self, all: &Results, taken: Duration, output: &Output) -> Result<(), Failed> {
        let failed: u64 = all.errors.values().sum();
        let calls = all.times.count() + failed;
        let rate = all.times.count() as f64 / taken.as_secs_f64();
        let of = |share: f64| all.times.at(share);
        if output.is_for_people() {
            let mut table = Table::default();
            let mut row = |name: &str, value: String| table.row([(TITLE, name.to_owned()), (NUMBER, value)]);
            row("answers", format!("{} in {:.1} s", all.times.count(), taken.as_secs_f64()));
            row("rate", format!("{rate:.0} a second"));
            for (name, share) in [("p50", 0.5), ("p90", 0.9), ("p99", 0.99), ("max", 1.0)] {
                row(name, of(share).map_or_else(|| "-".to_owned(), time));
            }
            output.table(&table)?;
            let mut errors = Table::default();
            for (code, count) in &all.errors {
                errors.row([(ERROR, clean(code)), (DIM, format!("{count} times"))]);
            }
            output.table(&errors)?;
        } else {
            output.json(&json!({
                "channel": self.channel,
                "connections": self.connections,
                "in_flight": self.in_flight,
                "seconds": taken.as_secs_f64(),
                "answers": all.times.count(),
                "rate": rate,
                "micros": {"p50": of(0.5), "p90": of(0.9), "p99": of(0.99), "max": of(1.0)},
                "errors": all.errors,
            }))?;
        }
        match &all.gone {
            Some(reason) => Err(Failed::no_connection(reason)),
            None if failed == calls => Err(Failed::of("no call was answered with data")),
            None => Ok(()),
        }
    }
}

impl Results {
    fn add(&mut self, other: Self) {
        self.times.add(&other.times);
        for (code, count) in other.errors {
            *self.errors.entry(code).or_default() += count;
        }
        self.gone = self.gone.take().or(other.gone);
    }
}

/// Calls one after the other, until the time is over or the connection is gone.
async fn call_until(client: Client, channel: String, payload: Arc<RawValue>, end: Instant) -> Results {
    let mut results = Results::default();
    while Instant::now() < end {
        let request = match AnyRequest::new(&channel, &*payload) {
            Ok(request) => request,
            Err(error) => {
                results.gone = Some(error.to_string());
                break;
            }
        };
        let begun = Instant::now();
        match client.invoke_any(request).await {
            Ok(_) => results.times.record(begun.elapsed()),
            Err(error) => {
                *results.errors.entry(error.code().unwrap_or_default().to_owned()).or_default() += 1;
                if let InvokeError::Disconnected(_) = error {
                    results.gone = Some(error.to_string());
                    break;
                }
            }
        }
    }
    results
}
