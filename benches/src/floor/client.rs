//! The client: callers encode and decode for themselves; one task for each connection carries what they send in batches.

use std::ops::Range;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use bytes::Bytes;
use serde::Serialize;
use serde::de::DeserializeOwned;
use slab::Slab;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;
use tokio::sync::{mpsc, oneshot};

use super::frame::{self, Front};
use super::{ECHO, ECHO_BYTES, ECHO_TEXT, PUBLISH, Publish, READ_BUFFER, Success};
use crate::{Caller, Item};

/// How many requests join one batch at most.
const BATCH: usize = 256;

/// From this size on a frame's buffer changes hands instead of being copied.
const LARGE: usize = 32 * 1024;

/// A connection's front end: clones share the connection.
#[derive(Debug, Clone)]
pub struct Client {
    // Unbounded, as whoever calls waits for the answer: there are never more requests than callers.
    requests: mpsc::UnboundedSender<Call>,
}

struct Call {
    frame: Vec<u8>,
    reply: oneshot::Sender<Body>,
}

/// A response's body, which is the end of a buffer.
struct Body {
    buffer: Vec<u8>,
    start: usize,
}

impl Client {
    pub(super) async fn connect(socket: &Path) -> Result<Self> {
        let stream = UnixStream::connect(socket).await?;
        let (requests, queue) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            // What waits for an answer learns of it by the end of its oneshot.
            if let Err(error) = carry(stream, queue).await {
                eprintln!("floor: a connection of the client failed: {error:#}");
            }
        });
        Ok(Self { requests })
    }

    async fn call<T: DeserializeOwned>(&self, channel: &str, payload: &impl Serialize) -> Result<T> {
        // The size of most requests, so that the buffer seldom grows.
        let mut request = Vec::with_capacity(256);
        frame::append(&mut request, frame::REQUEST, 0, channel, payload)?;
        let body = self.send(request).await?;
        let Success { success, data } = serde_json::from_slice(body.buffer.get(body.start..).unwrap_or_default())?;
        ensure!(success, "the call failed");
        Ok(data)
    }

    async fn send(&self, frame: Vec<u8>) -> Result<Body> {
        let (reply, answer) = oneshot::channel();
        self.requests.send(Call { frame, reply }).ok().context("the connection is closed")?;
        answer.await.context("the connection was closed before the answer came")
    }
}

impl Caller for Client {
    async fn echo(&self, item: Item) -> Result<Item> {
        self.call(ECHO, &item).await
    }

    async fn echo_text(&self, text: String) -> Result<String> {
        self.call(ECHO_TEXT, &text).await
    }

    async fn echo_bytes(&self, bytes: Bytes) -> Result<Bytes> {
        let mut request = Vec::new();
        frame::append_bytes(&mut request, frame::REQUEST, 0, ECHO_BYTES, &bytes)?;
        let Body { buffer, start } = self.send(request).await?;
        Ok(Bytes::from(buffer).slice(start..))
    }

    async fn publish(&self, ids: Range<u64>) -> Result<()> {
        self.call(PUBLISH, &Publish { first: ids.start, end: ids.end }).await
    }
}

/// Carries requests out and responses in until either end has had enough. Both directions go on at once: a server that
/// waits for us to read before it reads on must not find us waiting for it.
async fn carry(mut stream: UnixStream, mut queue: mpsc::UnboundedReceiver<Call>) -> Result<()> {
    let (mut reader, mut writer) = stream.split();
    let mut calls = Slab::new();
    let mut batch = Vec::new();
    let mut output = Vec::new();
    let mut written = 0;
    let mut input = Vec::with_capacity(READ_BUFFER);
    loop {
        tokio::select! {
            biased;
            received = queue.recv_many(&mut batch, BATCH) => {
                if received == 0 {
                    return Ok(());
                }
                if calls.len() + received > 1 {
                    // The first of several callers woke this task: a turn later the others' requests are here as well,
                    // and all share one write. Who calls alone does not wait.
                    tokio::task::yield_now().await;
                    while let Ok(call) = queue.try_recv() {
                        batch.push(call);
                    }
                }
                for call in batch.drain(..) {
                    enqueue(call, &mut calls, &mut output)?;
                }
            }
            count = writer.write(output.get(written..).unwrap_or_default()), if written < output.len() => {
                written += count?;
                if written == output.len() {
                    output.clear();
                    written = 0;
                }
            }
            count = reader.read_buf(&mut input) => {
                if count? == 0 {
                    return Ok(());
                }
                deliver(&mut input, &mut calls)?;
            }
        }
    }
}

fn enqueue(call: Call, calls: &mut Slab<oneshot::Sender<Body>>, output: &mut Vec<u8>) -> Result<()> {
    let Call { mut frame, reply } = call;
    frame::set_call(&mut frame, u32::try_from(calls.insert(reply))?);
    if output.is_empty() && frame.len() >= LARGE {
        *output = frame;
    } else {
        output.append(&mut frame);
    }
    Ok(())
}

/// Hands every complete response to its caller.
fn deliver(input: &mut Vec<u8>, calls: &mut Slab<oneshot::Sender<Body>>) -> Result<()> {
    let mut done = 0;
    loop {
        match frame::front(input.get(done..).unwrap_or_default())? {
            Front::Frame(response) => {
                ensure!(response.kind == frame::RESPONSE, "a frame of kind {} instead of a response", response.kind);
                let reply = calls.try_remove(response.call as usize).context("a response to no call")?;
                let end = done + response.length;
                let start = end - response.body.len();
                let body = if response.length >= LARGE && end == input.len() {
                    Body { buffer: std::mem::replace(input, Vec::with_capacity(READ_BUFFER)), start }
                } else {
                    Body { buffer: response.body.to_vec(), start: 0 }
                };
                done = if input.is_empty() { 0 } else { end };
                // A caller that no longer waits is none to tell.
                drop(reply.send(body));
            }
            Front::Part(needed) => {
                input.drain(..done);
                input.reserve(needed.max(READ_BUFFER).saturating_sub(input.len()));
                return Ok(());
            }
        }
    }
}
