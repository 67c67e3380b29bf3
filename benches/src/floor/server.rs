//! The server: one task for each connection; one read, every complete frame answered in place, one write.

use std::collections::HashMap;
use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{UnixListener, UnixStream};
use tokio::task::JoinHandle;

use super::events::Subscribers;
use super::frame::{self, Frame, Front};
use super::{ECHO, ECHO_BYTES, ECHO_TEXT, PUBLISH, PUBLISHED, Publish, READ_BUFFER, Success};
use crate::{Item, SocketFile};

/// Reads a request's body and appends the response's frame.
type Handler = fn(u32, &[u8], &mut Vec<u8>) -> Result<()>;

/// What all connections share.
struct Service {
    handlers: HashMap<&'static [u8], Handler>,
    subscribers: Subscribers,
    answers_per_write: usize,
}

/// A server that listens until it is dropped.
#[derive(Debug)]
pub struct Server {
    accepting: JoinHandle<()>,
    _socket: SocketFile,
}

impl Server {
    /// Answers what one read brings with one write, or with one write for each so many answers.
    pub(super) fn bind(endpoint: &str, answers_per_write: usize) -> Result<Self> {
        let socket = SocketFile::of(endpoint);
        let listener = UnixListener::bind(socket.path()).context("binding the socket")?;
        let handlers = HashMap::from([
            (ECHO.as_bytes(), echo::<Item> as Handler),
            (ECHO_TEXT.as_bytes(), echo::<String>),
            (ECHO_BYTES.as_bytes(), echo_bytes),
        ]);
        let service = Service { handlers, subscribers: Subscribers::default(), answers_per_write };
        let accepting = tokio::spawn(accept(listener, Arc::new(service)));
        Ok(Self { accepting, _socket: socket })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn accept(listener: UnixListener, service: Arc<Service>) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                let service = Arc::clone(&service);
                tokio::spawn(async move {
                    if let Err(error) = serve(stream, &service).await {
                        eprintln!("floor: a connection of the server failed: {error:#}");
                    }
                });
            }
            Err(error) => eprintln!("floor: no connection accepted: {error}"),
        }
    }
}

async fn serve(mut stream: UnixStream, service: &Service) -> Result<()> {
    let mut input = Vec::with_capacity(READ_BUFFER);
    let mut output = Vec::new();
    while stream.read_buf(&mut input).await? > 0 {
        let mut done = 0;
        let mut answers = 0;
        loop {
            match frame::front(input.get(done..).unwrap_or_default())? {
                Front::Frame(request) if request.kind == frame::SUBSCRIBE => {
                    ensure!(request.channel == PUBLISHED.as_bytes(), "a subscription to an unknown channel");
                    return service.subscribers.add(request.call, stream).await;
                }
                Front::Frame(request) => {
                    if request.channel == PUBLISH.as_bytes() {
                        let Publish { first, end } = serde_json::from_slice(request.body)?;
                        service.subscribers.publish(first..end).await?;
                        respond(request.call, (), &mut output)?;
                    } else {
                        answer(&request, &service.handlers, &mut output)?;
                    }
                    done += request.length;
                    answers += 1;
                    if answers == service.answers_per_write {
                        stream.write_all(&output).await?;
                        output.clear();
                        answers = 0;
                    }
                }
                Front::Part(needed) => {
                    input.drain(..done);
                    input.reserve(needed.max(READ_BUFFER).saturating_sub(input.len()));
                    break;
                }
            }
        }
        stream.write_all(&output).await?;
        output.clear();
    }
    Ok(())
}

fn answer(request: &Frame<'_>, handlers: &HashMap<&[u8], Handler>, output: &mut Vec<u8>) -> Result<()> {
    ensure!(request.kind == frame::REQUEST, "a frame of kind {} instead of a request", request.kind);
    let handler = handlers.get(request.channel).context("a request on an unknown channel")?;
    handler(request.call, request.body, output)
}

fn echo<T: DeserializeOwned + Serialize>(call: u32, body: &[u8], output: &mut Vec<u8>) -> Result<()> {
    respond(call, serde_json::from_slice::<T>(body)?, output)
}

/// Bytes are the frame's body as they are, in both directions.
fn echo_bytes(call: u32, body: &[u8], output: &mut Vec<u8>) -> Result<()> {
    frame::append_bytes(output, frame::RESPONSE, call, "", body)
}

fn respond(call: u32, data: impl Serialize, output: &mut Vec<u8>) -> Result<()> {
    frame::append(output, frame::RESPONSE, call, "", &Success { success: true, data })
}
