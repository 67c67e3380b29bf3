//! `ipc subscribe`: events as they are published.

use std::pin::pin;

use clap::Args;
use ipc_bridge::{AnyEvent, SubscriptionError};
use serde_json::Value;
use serde_json::value::RawValue;

use super::interrupted;
use crate::catalog::Catalog;
use crate::connection::connect;
use crate::failure::Failed;
use crate::options::Options;
use crate::output::Output;
use crate::output::style::{DIM, NAME, WARNING, clean, styled};

#[derive(Debug, Args)]
pub(crate) struct Subscribe {
    /// The event's channel, or what channels begin with and an asterisk: `status:*`, `*`.
    #[arg(value_name = "PATTERN")]
    pattern: String,
    /// Only the events of this key: JSON, or a text.
    #[arg(long, value_name = "KEY")]
    key: Option<String>,
    /// Ends after this many events.
    #[arg(long, value_name = "EVENTS")]
    limit: Option<u64>,
}

impl Subscribe {
    pub(super) async fn run(&self, options: &Options, output: &Output) -> Result<(), Failed> {
        let client = connect(options).await?;
        let pattern = &self.pattern;
        if !pattern.contains('*') {
            Catalog::asked(&client).await?.event(pattern)?;
        }
        let subscribed = match &self.key {
            None => client.subscribe_any(pattern).await,
            Some(key) => {
                let key = serde_json::from_str(key).unwrap_or_else(|_| Value::String(key.clone()));
                client.subscribe_any_key(pattern, &key).await
            }
        };
        let mut events = subscribed.map_err(|error| Failed::of_subscribing(pattern, &error))?;
        if output.is_for_people() {
            output.note("subscribed; Ctrl-C ends it");
        }
        // One for all: a signal that came between two would be lost.
        let mut interrupted = pin!(interrupted());
        let mut left = self.limit.unwrap_or(u64::MAX);
        while left > 0 {
            let next = tokio::select! {
                next = events.next() => next,
                () = &mut interrupted => return Ok(()),
            };
            match next {
                Some(Ok(event)) => {
                    print(&event, output)?;
                    left -= 1;
                }
                Some(Err(SubscriptionError::Missed(missed))) => print_missed(missed, output)?,
                Some(Err(error)) => return Err(Failed::of_subscription(pattern, &error)),
                None => return Err(Failed::no_connection("the subscription has ended")),
            }
        }
        Ok(())
    }
}

fn print(event: &AnyEvent, output: &Output) -> Result<(), Failed> {
    let attachments: Vec<_> = event.attachments().collect();
    let channel = event.channel();
    if output.is_for_people() {
        let data = Output::colored(event.json(), &attachments);
        return output.line(format_args!("{}  {data}", styled(NAME, clean(channel))));
    }
    let data = Output::plain(event.json(), &attachments);
    let data = RawValue::from_string(data).map_err(|error| Failed::of(format_args!("`{channel}`: {error}")))?;
    output.json(&Line { channel, data: &data })
}

/// An event on a line of its own.
#[derive(serde::Serialize)]
struct Line<'a> {
    channel: &'a str,
    data: &'a RawValue,
}

pub(super) fn print_missed(missed: u64, output: &Output) -> Result<(), Failed> {
    if output.is_for_people() {
        let said = format!("{missed} missed, which came faster than they were taken");
        return output.line(format_args!("{} {}", styled(WARNING, "…"), styled(DIM, said)));
    }
    output.json(&serde_json::json!({"missed": missed}))
}
