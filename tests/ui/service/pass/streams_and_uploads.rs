//! Streams that borrow from the service, uploads, and both at once.
#![deny(warnings)]

use std::pin::Pin;
use std::task::{Context, Poll};

use ipc_bridge::prelude::*;
use ipc_bridge::{IncomingError, Stream};

/// The lines of the log.
#[service(prefix = "log")]
pub trait Log {
    /// Every line.
    #[handler(timeout = "1m")]
    fn lines(&self, from: usize) -> impl Stream<Item = String>;

    #[handler]
    fn tried(&self) -> Result<impl Stream<Item = Result<String, LogError>> + Send + '_, LogError>;

    #[handler]
    async fn later(&self, least: State<usize>) -> impl Stream<Item = String>;

    #[handler]
    async fn tried_later(&self, found: bool) -> Result<impl Stream<Item = String>, LogError>;

    /// Adds lines.
    #[handler(detached)]
    async fn add(&self, start: usize, mut lines: Incoming<String>) -> Result<usize, LogError> {
        let mut count = start;
        while let Some(line) = lines.next().await {
            count += line?.len();
        }
        Ok(count)
    }

    /// Says again what it is told.
    #[handler]
    fn echo(&self, lines: Incoming<String>) -> impl Stream<Item = Result<String, IncomingError>> {
        lines
    }

    /// Not of the contract.
    fn borrowed(&self) -> impl Stream<Item = &str>;
}

#[derive(Debug, thiserror::Error, IpcError)]
pub enum LogError {
    #[error("nothing there")]
    Nothing,
    #[error(transparent)]
    #[ipc(transparent)]
    Incoming(#[from] IncomingError),
}

struct Items<I>(I);

impl<I: Iterator + Unpin> Stream for Items<I> {
    type Item = I::Item;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<I::Item>> {
        Poll::Ready(self.0.next())
    }
}

struct Kept(Vec<String>);

impl Log for Kept {
    fn lines(&self, from: usize) -> impl Stream<Item = String> {
        Items(self.0.iter().skip(from).cloned())
    }

    fn tried(&self) -> Result<impl Stream<Item = Result<String, LogError>> + Send + '_, LogError> {
        let first = self.0.first().ok_or(LogError::Nothing)?;
        Ok(Items([first].into_iter().map(|line| Ok(line.clone()))))
    }

    async fn later(&self, least: State<usize>) -> impl Stream<Item = String> {
        std::future::ready(()).await;
        Items(self.0.iter().filter(move |line| line.len() > *least).cloned())
    }

    async fn tried_later(&self, found: bool) -> Result<impl Stream<Item = String>, LogError> {
        if found { Ok(Items(self.0.iter().cloned())) } else { Err(LogError::Nothing) }
    }

    fn borrowed(&self) -> impl Stream<Item = &str> {
        Items(self.0.iter().map(String::as_str))
    }
}

async fn texts<R>(stream: Result<ItemStream<R>, InvokeError<R::Error>>) -> String
where
    R: StreamRequest<Item = String, Error: std::fmt::Debug>,
{
    let (mut stream, mut texts) = (stream.unwrap(), Vec::new());
    while let Some(item) = stream.next().await {
        texts.push(item.unwrap_or_else(|error| error.code().unwrap_or("its own").to_owned()));
    }
    texts.join(" ")
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let kept = Kept(vec!["one".to_owned(), "three".to_owned()]);
    let log = LogClient::new(Router::new().state(4_usize).service(LogServer::new(kept)));
    assert_eq!(texts(log.lines(0).await).await, "one three");
    assert_eq!(texts(log.lines(1).await).await, "three");
    assert_eq!(texts(log.tried().await).await, "one");
    assert_eq!(texts(log.later().await).await, "three");
    assert_eq!(texts(log.tried_later(true).await).await, "one three");
    assert_eq!(texts(log.tried_later(false).await).await, "its own");
    let words = || ["a", "bc"].map(str::to_owned).into_iter().collect::<Incoming<_>>();
    assert_eq!(log.add(4, words()).await.unwrap(), 7);
    assert_eq!(texts(log.echo(words()).await).await, "a bc");
}
