//! The server: one task for each connection; one read, every complete frame answered in place, one write.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{UnixListener, UnixStream};
use tokio::task::JoinHandle;

use super::frame::{self, Frame, Front};
use super::{ECHO, ECHO_TEXT, READ_BUFFER};
use crate::Item;

/// Reads a request's body and appends the response's frame.
type Handler = fn(u32, &[u8], &mut Vec<u8>) -> Result<()>;
type Handlers = HashMap<&'static [u8], Handler>;

/// A server that listens until it is dropped.
#[derive(Debug)]
pub struct Server {
    accepting: JoinHandle<()>,
    socket: PathBuf,
}

#[derive(Serialize)]
struct Success<T> {
    success: bool,
    data: T,
}

impl Server {
    pub(super) fn bind(socket: PathBuf) -> Result<Self> {
        let listener = UnixListener::bind(&socket).with_context(|| format!("binding {}", socket.display()))?;
        let handlers: Handlers =
            HashMap::from([(ECHO.as_bytes(), echo::<Item> as Handler), (ECHO_TEXT.as_bytes(), echo::<String>)]);
        let accepting = tokio::spawn(accept(listener, Arc::new(handlers)));
        Ok(Self { accepting, socket })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.accepting.abort();
        if let Err(error) = std::fs::remove_file(&self.socket) {
            eprintln!("floor: {} is left behind: {error}", self.socket.display());
        }
    }
}

async fn accept(listener: UnixListener, handlers: Arc<Handlers>) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                let handlers = Arc::clone(&handlers);
                tokio::spawn(async move {
                    if let Err(error) = serve(stream, &handlers).await {
                        eprintln!("floor: a connection of the server failed: {error:#}");
                    }
                });
            }
            Err(error) => eprintln!("floor: no connection accepted: {error}"),
        }
    }
}

async fn serve(mut stream: UnixStream, handlers: &Handlers) -> Result<()> {
    let mut input = Vec::with_capacity(READ_BUFFER);
    let mut output = Vec::new();
    while stream.read_buf(&mut input).await? > 0 {
        let mut done = 0;
        loop {
            match frame::front(input.get(done..).unwrap_or_default())? {
                Front::Frame(request) => {
                    answer(&request, handlers, &mut output)?;
                    done += request.length;
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

fn answer(request: &Frame<'_>, handlers: &Handlers, output: &mut Vec<u8>) -> Result<()> {
    ensure!(request.kind == frame::REQUEST, "a frame of kind {} instead of a request", request.kind);
    let handler = handlers.get(request.channel).context("a request on an unknown channel")?;
    handler(request.call, request.body, output)
}

fn echo<T: DeserializeOwned + Serialize>(call: u32, body: &[u8], output: &mut Vec<u8>) -> Result<()> {
    let data: T = serde_json::from_slice(body)?;
    frame::append(output, frame::RESPONSE, call, "", &Success { success: true, data })
}
