//! `ipc tap`: what passes through a server.

use std::pin::pin;

use clap::Args;
use ipc_bridge::tap::{self, TapDirection, TapKind, TapMessage, Tapped};

use super::interrupted;
use super::subscribe::print_missed;
use crate::connection::connect;
use crate::failure::Failed;
use crate::options::Options;
use crate::output::Output;
use crate::output::style::{DIM, ERROR, GOOD, NAME, NUMBER, clean, styled};

#[derive(Debug, Args)]
pub(crate) struct Tap {
    /// Only these channels: a name, or what names begin with and an asterisk.
    #[arg(value_name = "PATTERN")]
    channels: Option<String>,
    /// With payloads, where the server shows them. What is sensitive is never in them.
    #[arg(long)]
    payloads: bool,
    /// Ends after this many messages.
    #[arg(long, value_name = "MESSAGES")]
    limit: Option<u64>,
}

impl Tap {
    pub(super) async fn run(&self, options: &Options, output: &Output) -> Result<(), Failed> {
        let client = connect(options).await?;
        let asked = tap::Tap { channels: self.channels.clone(), payloads: self.payloads };
        let mut passing = client.stream(asked).await.map_err(|error| failed(&error))?;
        if output.is_for_people() {
            output.note("watching; Ctrl-C ends it");
        }
        // One for all: a signal that came between two would be lost.
        let mut interrupted = pin!(interrupted());
        let mut left = self.limit.unwrap_or(u64::MAX);
        while left > 0 {
            let next = tokio::select! {
                next = passing.next() => next,
                () = &mut interrupted => return Ok(()),
            };
            match next {
                Some(Ok(Tapped::Message(message))) => {
                    if output.is_for_people() {
                        output.line(line(&message))?
                    } else {
                        output.json(&message)?
                    }
                    left -= 1;
                }
                Some(Ok(Tapped::Missed(missed))) => print_missed(missed, output)?,
                // A newer server's.
                Some(Ok(_)) => {}
                Some(Err(error)) => return Err(failed(&error)),
                None => return Err(Failed::no_connection("there is nothing more to watch")),
            }
        }
        Ok(())
    }
}

fn failed(error: &ipc_bridge::InvokeError) -> Failed {
    let failed = Failed::of_call(ipc_bridge::TAP, error);
    match error.code() {
        Some("UNKNOWN_CHANNEL") => failed.note("a server lets others watch with `Router::tap(TapOptions::new())`"),
        Some("DENIED") => failed.note("who watches is granted `ipc:tap` by name; being of the same user does not do"),
        _ => failed,
    }
}

/// A message for people.
fn line(message: &TapMessage) -> String {
    let TapMessage {
        at,
        kind,
        direction,
        channel,
        call,
        peer,
        bytes,
        outcome,
        micros,
        items,
        subscribers,
        payload,
        ..
    } = message;
    let arrow = match direction {
        TapDirection::In => "→",
        TapDirection::Out => "←",
    };
    let kind = match kind {
        TapKind::Request => "request",
        TapKind::Response => "response",
        TapKind::Item => "item",
        TapKind::Publication => "event",
        _ => "message",
    };
    let from = peer.map(|peer| match (peer.connection, peer.pid) {
        (Some(connection), Some(pid)) => format!("#{connection} pid {pid}"),
        (Some(connection), None) => format!("#{connection}"),
        (None, _) => "itself".to_owned(),
    });
    let mut parts = vec![
        styled(DIM, clock(*at)),
        arrow.to_owned(),
        styled(NAME, clean(channel)),
        styled(DIM, kind),
        format!("{bytes} B"),
    ];
    if let Some(outcome) = outcome {
        parts.push(styled(if outcome == "ok" { GOOD } else { ERROR }, clean(outcome)));
    }
    if let Some(micros) = micros {
        parts.push(styled(NUMBER, time(*micros)));
    }
    parts.extend(items.map(|items| format!("{items} items")));
    parts.extend(subscribers.map(|subscribers| format!("to {subscribers}")));
    parts.extend(call.map(|call| styled(DIM, format_args!("call {call}"))));
    parts.extend(from.map(|from| styled(DIM, from)));
    parts.extend(payload.as_ref().map(|payload| Output::colored(payload.as_bytes(), &[])));
    parts.join(" ")
}

/// The time of the day, in UTC.
fn clock(micros: u64) -> String {
    let millis = micros / 1000;
    let (seconds, millis) = (millis / 1000, millis % 1000);
    format!("{:02}:{:02}:{:02}.{millis:03}", seconds / 3600 % 24, seconds / 60 % 60, seconds % 60)
}

/// A time in the unit that suits it.
pub(super) fn time(micros: u64) -> String {
    match micros {
        0..1000 => format!("{micros} µs"),
        1000..1_000_000 => format!("{:.1} ms", micros as f64 / 1e3),
        _ => format!("{:.2} s", micros as f64 / 1e6),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_told_in_the_unit_that_suits_them() {
        for (micros, said) in [(0, "0 µs"), (999, "999 µs"), (1500, "1.5 ms"), (2_345_678, "2.35 s")] {
            assert_eq!(time(micros), said);
        }
        assert_eq!(clock(86_399_999_000 + 86_400_000_000 * 20_000), "23:59:59.999");
    }
}
