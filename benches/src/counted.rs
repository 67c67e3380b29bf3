//! Work of a fixed size: what is to be counted rather than timed does the same things however fast the machine is.

use std::borrow::Cow;
use std::ops::Range;

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};
use tokio::task::JoinSet;

use crate::{Caller, Echo, Events, Item, payload};

/// What is done over and over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Work {
    /// Calls with the small payload, on one connection, so many of them in flight.
    Calls {
        /// How many tasks call, each with one call in flight.
        in_flight: u16,
    },
    /// Calls with a text of so many KiB, one in flight.
    Text {
        /// The text's size.
        kib: u16,
    },
    /// Events with the small payload, to so many subscribers on a connection each.
    Events {
        /// How many.
        subscribers: u16,
    },
    /// Items of one stream.
    Items,
    /// The JSON of a call with the small payload, written and read as often as in a call, and not sent anywhere.
    Json,
}

impl Work {
    /// What it is, in a few words.
    #[must_use]
    pub fn label(self) -> Cow<'static, str> {
        match self {
            Self::Calls { in_flight: 1 } => Cow::Borrowed("a call, one in flight"),
            Self::Calls { in_flight } => Cow::Owned(format!("a call, {in_flight} in flight")),
            Self::Text { kib } => Cow::Owned(format!("a call with {kib} KiB of text")),
            Self::Events { subscribers: 1 } => Cow::Borrowed("an event, 1 subscriber"),
            Self::Events { subscribers } => Cow::Owned(format!("an event, {subscribers} subscribers")),
            Self::Items => Cow::Borrowed("an item of a stream"),
            Self::Json => Cow::Borrowed("the JSON of a call"),
        }
    }

    /// Whether it needs a side that has streams: the framework, and no other.
    #[must_use]
    pub fn is_of_streams(self) -> bool {
        self == Self::Items
    }

    /// Connects, and does it `times` times. Every answer is compared with what was to come.
    ///
    /// # Errors
    /// When the implementation fails, or an answer is not what was sent.
    pub async fn perform<E: Echo>(self, endpoint: &str, times: u64) -> Result<()> {
        let client = E::connect(endpoint).await?;
        match self {
            Self::Json => write_and_read(times),
            Self::Calls { in_flight } => {
                let callers = u64::from(in_flight);
                ensure!(times.is_multiple_of(callers), "{times} calls are not the same number for {callers} tasks");
                let each = times / callers;
                all((0..callers).map(|caller| call(client.clone(), caller * each..(caller + 1) * each))).await
            }
            Self::Text { kib } => call_with_text(client, usize::from(kib) * 1024, times).await,
            Self::Events { subscribers } => {
                let mut receiving = Vec::with_capacity(usize::from(subscribers));
                for _ in 0..subscribers {
                    receiving.push(receive(E::subscribe(endpoint).await?, 0..times));
                }
                let receiving: Vec<_> = receiving.into_iter().map(tokio::spawn).collect();
                client.publish(0..times).await?;
                for receiver in receiving {
                    receiver.await??;
                }
                Ok(())
            }
            Self::Items => client.take_items(0..times).await,
        }
    }
}

/// In tasks, as an application's calls are.
async fn all(work: impl Iterator<Item = impl Future<Output = Result<()>> + Send + 'static>) -> Result<()> {
    let mut tasks: JoinSet<Result<()>> = work.collect();
    while let Some(done) = tasks.join_next().await {
        done??;
    }
    Ok(())
}

/// One call after the other.
async fn call(client: impl Caller, ids: Range<u64>) -> Result<()> {
    let mut expected = Item::sample(ids.start);
    // The answer is the next question: the copies to compare with cost nothing that would be counted.
    let mut item = expected.clone();
    for id in ids {
        (item.id, expected.id) = (id, id);
        item = client.echo(item).await?;
        ensure!(item == expected, "sent {expected:?}, received {item:?}");
    }
    Ok(())
}

async fn call_with_text(client: impl Caller, bytes: usize, times: u64) -> Result<()> {
    let expected = payload::text(bytes);
    let mut text = expected.clone();
    for _ in 0..times {
        text = client.echo_text(text).await?;
        ensure!(text == expected, "received another text of {} bytes than was sent", text.len());
    }
    Ok(())
}

/// Takes the events of these ids: each of them, in this order, and nothing else.
pub(crate) async fn receive<S: Events>(mut events: S, ids: Range<u64>) -> Result<S> {
    let mut expected = Item::sample(ids.start);
    for id in ids {
        expected.id = id;
        let item = events.next().await.context("an event was still to come")?;
        ensure!(item == expected, "expected {expected:?}, received {item:?}");
    }
    Ok(events)
}

/// What both ends do with the payload in a call and its answer.
fn write_and_read(times: u64) -> Result<()> {
    let mut expected = Item::sample(0);
    let mut item = expected.clone();
    let mut json = Vec::new();
    for id in 0..times {
        (item.id, expected.id) = (id, id);
        for _ in ["the request", "its answer"] {
            json.clear();
            serde_json::to_writer(&mut json, &item)?;
            item = serde_json::from_slice(&json)?;
        }
        ensure!(item == expected, "wrote {expected:?}, read {item:?}");
    }
    Ok(())
}
