//! Two processes: a backend that knows the files of a folder, and a frontend that asks it.
//!
//! ```text
//! cargo run --example quickstart [FOLDER]
//! ```

#![expect(clippy::print_stdout, reason = "an example shows what it does")]

use std::error::Error;
use std::fs::{self, Metadata};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::UNIX_EPOCH;

use ipc_bridge::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::process::Command;

/// The folder that the backend answers for.
struct Folder(PathBuf);

/// A file or a folder.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
struct Entry {
    /// Its path, from the folder that the backend answers for.
    path: String,
    /// Whether it is a folder.
    folder: bool,
    /// The bytes of the file.
    bytes: u64,
    /// When it was changed last, in seconds since 1970.
    changed: u64,
}

#[derive(Debug, thiserror::Error, IpcError)]
enum FileError {
    #[error("no file {path}")]
    NotFound { path: String },
    #[error("{path} lies outside the folder")]
    Outside { path: String },
    #[error("the folder cannot be read")]
    #[ipc(internal)]
    Io(#[from] std::io::Error),
}

/// The facts of one file or folder.
#[handler("files:stat", blocking)]
fn stat(folder: State<Folder>, #[garde(length(min = 1, max = 4096))] path: String) -> Result<Entry, FileError> {
    let found = match folder.0.join(&path).canonicalize() {
        Ok(found) => found,
        Err(error) if error.kind() == ErrorKind::NotFound => return Err(FileError::NotFound { path }),
        Err(error) => return Err(error.into()),
    };
    if !found.starts_with(&folder.0) {
        return Err(FileError::Outside { path });
    }
    Ok(entry(path, &fs::metadata(found)?))
}

/// The largest files of the folder, largest first.
#[handler("files:largest", blocking)]
fn largest(folder: State<Folder>, #[garde(range(min = 1, max = 100))] count: usize) -> Result<Vec<Entry>, FileError> {
    let mut found = Vec::new();
    for file in fs::read_dir(&folder.0)? {
        let file = file?;
        found.push(entry(file.file_name().to_string_lossy().into_owned(), &file.metadata()?));
    }
    found.sort_by_key(|entry| std::cmp::Reverse(entry.bytes));
    found.truncate(count);
    Ok(found)
}

fn entry(path: String, facts: &Metadata) -> Entry {
    let changed = facts.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    Entry { path, folder: facts.is_dir(), bytes: facts.len(), changed: changed.map_or(0, |since| since.as_secs()) }
}

fn router(folder: PathBuf) -> Router {
    Router::new().state(Folder(folder)).handle::<stat>().handle::<largest>()
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["--backend", endpoint, folder] => backend(endpoint, Path::new(folder)).await,
        [folder] => frontend(Path::new(folder)).await,
        _ => frontend(Path::new(".")).await,
    }
}

/// The second process: it serves until its standard input ends.
async fn backend(endpoint: &str, folder: &Path) -> Result<(), Box<dyn Error>> {
    let server = Server::bind(endpoint).serve(router(folder.canonicalize()?)).await?;
    println!("ready");
    tokio::io::stdin().read_to_end(&mut Vec::new()).await?;
    server.shutdown().await;
    Ok(())
}

/// The first process: it starts the second and asks it.
async fn frontend(folder: &Path) -> Result<(), Box<dyn Error>> {
    let endpoint = format!("quickstart-{}", std::process::id());
    let mut backend = Command::new(std::env::current_exe()?)
        .args(["--backend", &endpoint])
        .arg(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()?;
    let output = backend.stdout.take().ok_or("the backend has no output")?;
    let ready = BufReader::new(output).lines().next_line().await?;
    if ready.as_deref() != Some("ready") {
        return Err("the backend did not start".into());
    }

    let client = Client::connect(&endpoint).await?;
    println!("connected to {} (process {})", client.server().agent, client.peer().pid().unwrap_or_default());

    let files = client.invoke(largest { count: 3 }).await?;
    println!("\nthe largest files in {}:", folder.display());
    for file in &files {
        println!("  {:>10} bytes  {}", file.bytes, file.path);
    }
    let first = files.first().ok_or("the folder is empty")?;
    let fetched = client.invoke(stat { path: first.path.clone() }).await?;
    println!("files:stat of the first: {fetched:?}");

    // The constraint on the parameter is checked before the handler runs.
    match client.invoke(largest { count: 1000 }).await {
        Err(InvokeError::Refused(failure)) => println!("\na request that is not valid:\n  {failure}"),
        other => return Err(format!("1000 files were not refused: {other:?}").into()),
    }

    // The handler's own error comes back as the type that the handler returned.
    match client.invoke(stat { path: "no/such/file".to_owned() }).await {
        Err(InvokeError::Handler(FileError::NotFound { path })) => println!("a typed error:\n  no file {path}"),
        other => return Err(format!("a file that is not there was found: {other:?}").into()),
    }

    let schema = std::env::temp_dir().join("ipc-bridge-quickstart.json");
    let description = router(folder.to_owned()).description()?;
    tokio::fs::write(&schema, serde_json::to_vec_pretty(&description)?).await?;
    println!("\nthe schema of both channels: {}", schema.display());

    // The end of its input asks the backend to finish.
    backend.stdin.take().ok_or("the backend has no input")?.shutdown().await?;
    let ended = backend.wait().await?;
    println!("the backend ended: {ended}");
    if ended.success() { Ok(()) } else { Err("the backend did not end well".into()) }
}
