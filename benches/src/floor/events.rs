//! Events: the publisher encodes each once and writes them in batches, the subscriber reads its connection itself.

use std::ops::Range;
use std::path::Path;

use anyhow::{Result, ensure};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;
use tokio::sync::Mutex;

use super::frame::{self, Frame, Front};
use super::{PUBLISHED, READ_BUFFER, Success};
use crate::Item;

/// The bytes of events that leave in one write. A batch is less than a socket holds, so the publisher fills the next one
/// while the subscribers take this one.
const BATCH_BYTES: usize = 32 * 1024;

/// The id of the one subscription that a connection has; as it is the same on all of them, so are the frames.
const SUBSCRIPTION: u32 = 0;

/// The connections on which somebody subscribed: nothing else is sent on them.
#[derive(Debug, Default)]
pub(super) struct Subscribers(Mutex<Vec<UnixStream>>);

impl Subscribers {
    /// Acknowledges a subscription. What is published later is sent there.
    pub(super) async fn add(&self, id: u32, mut stream: UnixStream) -> Result<()> {
        ensure!(id == SUBSCRIPTION, "a subscription of another id");
        let mut subscribers = self.0.lock().await;
        let mut response = Vec::new();
        frame::append(&mut response, frame::RESPONSE, id, "", &Success { success: true, data: () })?;
        stream.write_all(&response).await?;
        subscribers.push(stream);
        Ok(())
    }

    /// Sends the items of these ids to everybody. Whoever does not read makes the publisher wait when its socket is full.
    pub(super) async fn publish(&self, ids: Range<u64>) -> Result<()> {
        let mut subscribers = self.0.lock().await;
        let mut batch = Vec::with_capacity(BATCH_BYTES + 1024);
        let mut item = Item::sample(ids.start);
        for id in ids {
            item.id = id;
            frame::append(&mut batch, frame::EVENT, SUBSCRIPTION, "", &item)?;
            if batch.len() >= BATCH_BYTES {
                send(&mut subscribers, &mut batch).await?;
            }
        }
        send(&mut subscribers, &mut batch).await
    }
}

async fn send(subscribers: &mut [UnixStream], batch: &mut Vec<u8>) -> Result<()> {
    for subscriber in subscribers {
        subscriber.write_all(batch).await?;
    }
    batch.clear();
    Ok(())
}

/// The events that arrive on a connection which has nothing but them.
#[derive(Debug)]
pub struct Events {
    stream: UnixStream,
    input: Vec<u8>,
    /// How much of it has been taken.
    taken: usize,
}

impl Events {
    pub(super) async fn subscribe(socket: &Path) -> Result<Self> {
        let mut stream = UnixStream::connect(socket).await?;
        let mut request = Vec::new();
        frame::append(&mut request, frame::SUBSCRIBE, SUBSCRIPTION, PUBLISHED, &())?;
        stream.write_all(&request).await?;
        let mut events = Self { stream, input: Vec::with_capacity(READ_BUFFER), taken: 0 };
        let success =
            events.take(frame::RESPONSE, |frame| Ok(serde_json::from_slice::<Success<()>>(frame.body)?.success));
        ensure!(success.await?, "the subscription failed");
        Ok(events)
    }

    /// Reads until there is a frame, and takes it.
    async fn take<T>(&mut self, kind: u8, read: impl FnOnce(&Frame<'_>) -> Result<T>) -> Result<T> {
        loop {
            match frame::front(self.input.get(self.taken..).unwrap_or_default())? {
                Front::Frame(frame) => {
                    ensure!(frame.kind == kind, "a frame of kind {} instead of kind {kind}", frame.kind);
                    self.taken += frame.length;
                    return read(&frame);
                }
                Front::Part(needed) => {
                    self.input.drain(..self.taken);
                    self.taken = 0;
                    self.input.reserve(needed.max(READ_BUFFER).saturating_sub(self.input.len()));
                }
            }
            ensure!(self.stream.read_buf(&mut self.input).await? > 0, "the connection is closed");
        }
    }
}

impl crate::Events for Events {
    async fn next(&mut self) -> Result<Item> {
        self.take(frame::EVENT, |frame| Ok(serde_json::from_slice(frame.body)?)).await
    }
}
