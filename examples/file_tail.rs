//! Two processes: a backend that follows the log files of a folder as they grow, and a frontend that reads along.
//!
//! ```text
//! cargo run --example file_tail
//! ```

#![expect(clippy::print_stdout, reason = "an example shows what it does")]

mod backend;

use std::error::Error;
use std::io::{ErrorKind, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::Duration;

use futures_util::stream;
use ipc_bridge::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::fs::{self, File};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncSeekExt as _, AsyncWriteExt as _, BufReader};
use tokio::sync::watch;

use backend::Backend;

/// How often a file is looked at whose end has been reached.
const PAUSE: Duration = Duration::from_millis(20);

/// The most bytes of a line: what never ends must not fill the memory.
const LONGEST_LINE: usize = 64 * 1024;

/// A line of a log file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
struct Line {
    /// Its number, from 1 on.
    number: u64,
    /// What it says, without the end of the line.
    text: String,
}

#[derive(Debug, thiserror::Error, IpcError)]
enum TailError {
    #[error("there is no log {name}")]
    NotFound { name: String },
    #[error("the log was cut after line {number}")]
    Cut { number: u64 },
    #[error("line {number} is longer than a line may be")]
    TooLong { number: u64 },
    #[error("the log cannot be read")]
    #[ipc(internal)]
    Io(#[from] std::io::Error),
}

/// The folder with the logs, and how many readers follow one of them.
struct Logs {
    folder: PathBuf,
    readers: watch::Sender<usize>,
}

/// Counts for one who follows a log, as long as it lives.
struct Counted(watch::Sender<usize>);

impl Counted {
    fn new(readers: &watch::Sender<usize>) -> Self {
        readers.send_modify(|readers| *readers += 1);
        Self(readers.clone())
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.send_modify(|readers| *readers -= 1);
    }
}

/// Follows a log as it grows: all its lines, and then each that is added.
///
/// The stream does not end by itself. Whoever reads it drops it, and with it goes everything that stands in `Follow`: the
/// open file, and the place among those who are counted.
#[handler("log:tail")]
async fn tail(
    logs: State<Logs>,
    #[garde(pattern(r"^[a-z0-9_-]+\.log$"))] name: String,
) -> Result<impl Stream<Item = Result<Line, TailError>>, TailError> {
    let file = match File::open(logs.folder.join(&name)).await {
        Ok(file) => BufReader::new(file),
        Err(error) if error.kind() == ErrorKind::NotFound => return Err(TailError::NotFound { name }),
        Err(error) => return Err(error.into()),
    };
    let follow = Follow { file, read: 0, line: Vec::new(), number: 0, _counted: Counted::new(&logs.readers) };
    Ok(stream::try_unfold(follow, |mut follow| async move { Ok(Some((follow.next().await?, follow))) }))
}

/// Answers as soon as nobody follows a log: when it may be moved away, say.
#[handler("log:idle")]
async fn idle(logs: State<Logs>) {
    logs.readers.subscribe().wait_for(|readers| *readers == 0).await.expect("the state holds the sender of this");
}

/// How far a log was read.
struct Follow {
    file: BufReader<File>,
    /// The bytes of the file that have been read.
    read: u64,
    /// What has been read of the next line.
    line: Vec<u8>,
    /// The number of the last line.
    number: u64,
    _counted: Counted,
}

impl Follow {
    /// The next line, as soon as it is written to its end.
    async fn next(&mut self) -> Result<Line, TailError> {
        loop {
            let room = (LONGEST_LINE - self.line.len()) as u64;
            self.read += (&mut self.file).take(room).read_until(b'\n', &mut self.line).await? as u64;
            if let Some(text) = self.line.strip_suffix(b"\n") {
                self.number += 1;
                let text = String::from_utf8_lossy(text.strip_suffix(b"\r").unwrap_or(text)).into_owned();
                self.line.clear();
                return Ok(Line { number: self.number, text });
            }
            if self.line.len() == LONGEST_LINE {
                return Err(TailError::TooLong { number: self.number + 1 });
            }
            if self.file.get_ref().metadata().await?.len() < self.read {
                return Err(TailError::Cut { number: self.number });
            }
            tokio::time::sleep(PAUSE).await;
        }
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["--backend", endpoint, folder] => {
            let logs = Logs { folder: folder.into(), readers: watch::Sender::new(0) };
            let router = Router::new().state(logs).handle::<tail>().handle::<idle>();
            backend::serve_until_asked_to_finish(Server::bind(endpoint).serve(router).await?).await
        }
        _ => {
            let name = format!("ipc-bridge-tail-{}", std::process::id());
            let folder = std::env::temp_dir().join(&name);
            fs::create_dir(&folder).await?;
            let read = frontend(&name, &folder).await;
            fs::remove_dir_all(&folder).await?;
            read
        }
    }
}

/// The first process: it writes a log, and reads it through the second.
async fn frontend(endpoint: &str, folder: &Path) -> Result<(), Box<dyn Error>> {
    let mut log = File::create(folder.join("app.log")).await?;
    log.write_all(b"started\nlistening\n").await?;
    log.flush().await?;

    let backend =
        Backend::start(&["--backend", endpoint, folder.to_str().ok_or("the folder's name is no text")?]).await?;
    let client = Client::connect(endpoint).await?;

    // What is wrong with a request is the first that its stream brings.
    let mut missing = client.stream(tail { name: "no-such.log".to_owned() }).await?;
    let answer = missing.next().await;
    assert!(matches!(answer, Some(Err(InvokeError::Handler(TailError::NotFound { .. })))), "{answer:?}");
    println!("a log that is not there: a typed error");
    let mut outside = client.stream(tail { name: "../secret".to_owned() }).await?;
    let answer = outside.next().await;
    assert!(matches!(answer, Some(Err(InvokeError::Refused(_)))), "{answer:?}");
    println!("a name that is no log's: refused before the handler runs\n");

    let mut lines = client.stream(tail { name: "app.log".to_owned() }).await?;
    for (number, text) in [(1, "started"), (2, "listening")] {
        assert_eq!(next(&mut lines).await?, Line { number, text: text.to_owned() });
    }
    println!("the lines that were there: read");

    // One task appends, in pieces that end anywhere, while this one reads what the backend makes of them.
    let writing = tokio::spawn(async move {
        for number in 3..=200 {
            let line = format!("request {number}\r\n");
            let (start, end) = line.split_at(number % line.len());
            for piece in [start, end] {
                log.write_all(piece.as_bytes()).await?;
                log.flush().await?;
            }
        }
        std::io::Result::Ok(log)
    });
    for number in 3..=200 {
        assert_eq!(next(&mut lines).await?, Line { number, text: format!("request {number}") });
    }
    let mut log = writing.await??;
    println!("198 lines that were added meanwhile: read, each whole and in its place");

    // That is all it takes to stop: the handler's stream is dropped over there.
    drop(lines);
    client.timeout(Duration::from_secs(30)).invoke(idle {}).await?;
    println!("the stream was dropped: the backend follows the log no longer\n");

    let mut lines = client.stream(tail { name: "app.log".to_owned() }).await?;
    for _ in 1..=200 {
        next(&mut lines).await?;
    }
    log.set_len(0).await?;
    log.seek(SeekFrom::Start(0)).await?;
    let end = lines.next().await;
    assert!(matches!(end, Some(Err(InvokeError::Handler(TailError::Cut { number: 200 })))), "{end:?}");
    assert!(lines.next().await.is_none());
    println!("the log was cut: the stream ended with a typed error");

    backend.stop().await
}

/// The next line of a log that goes on.
async fn next(lines: &mut ItemStream<tail>) -> Result<Line, Box<dyn Error>> {
    Ok(lines.next().await.ok_or("the stream ended")??)
}
