//! Two processes that share a contract: one keeps notes, the other writes and reads them.
//!
//! ```text
//! cargo run --package service-contract --example service_contract
//! ```

#![expect(clippy::print_stdout, reason = "an example shows what it does")]

use std::error::Error;
use std::process::Stdio;
use std::sync::{Mutex, MutexGuard, PoisonError};

use ipc_bridge::prelude::*;
use service_contract::{Note, NoteError, Notes, NotesClient, NotesServer};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::process::Command;

/// The server's half: an implementation of the contract.
#[derive(Debug, Default)]
struct InMemory {
    notes: Mutex<Vec<Note>>,
}

impl InMemory {
    fn notes(&self) -> MutexGuard<'_, Vec<Note>> {
        // A note is pushed whole or not at all, so the list is good whatever became of another call.
        self.notes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Notes for InMemory {
    async fn add(&self, text: String) -> Note {
        let mut notes = self.notes();
        let note = Note { id: notes.len() as u64 + 1, text };
        notes.push(note.clone());
        note
    }

    async fn fetch(&self, id: u64) -> Result<Note, NoteError> {
        self.notes().iter().find(|note| note.id == id).cloned().ok_or(NoteError::NotFound { id })
    }

    fn all(&self) -> Vec<Note> {
        self.notes().clone()
    }
}

/// The client's half: it does not know what it calls over.
async fn write_and_read(notes: NotesClient<impl Invoke>) -> Result<(), Box<dyn Error>> {
    let first = notes.add("buy bread".to_owned()).await?;
    let second = notes.add("read the contract".to_owned()).await?;
    println!("kept note {} and note {}", first.id, second.id);

    let fetched = notes.fetch(second.id).await?;
    check(fetched == second, "a note is fetched as it was kept")?;
    check(notes.all().await? == [first, second], "all notes are there")?;
    check(notes.count().await? == 2, "the method that only the contract implements answers too")?;

    let missing = notes.fetch(7).await;
    check(missing == Err(InvokeError::Handler(NoteError::NotFound { id: 7 })), "an error keeps its type")?;
    let empty = notes.add(String::new()).await;
    check(matches!(empty, Err(InvokeError::Refused(_))), "an empty note is refused before the server's code runs")?;
    Ok(())
}

fn check(holds: bool, what: &str) -> Result<(), String> {
    if holds {
        println!("  {what}");
        Ok(())
    } else {
        Err(format!("it does not hold that {what}"))
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["--server", endpoint] => server(endpoint).await,
        _ => client().await,
    }
}

/// The second process: it serves until its standard input ends.
async fn server(endpoint: &str) -> Result<(), Box<dyn Error>> {
    let router = Router::new().service(NotesServer::new(InMemory::default()));
    let server = Server::bind(endpoint).serve(router).await?;
    println!("ready");
    tokio::io::stdin().read_to_end(&mut Vec::new()).await?;
    server.shutdown().await;
    Ok(())
}

/// The first process: it starts the second and calls it.
async fn client() -> Result<(), Box<dyn Error>> {
    println!("in this process, without a connection:");
    write_and_read(NotesClient::new(Router::new().service(NotesServer::new(InMemory::default())))).await?;

    let endpoint = format!("service-contract-{}", std::process::id());
    let mut server = Command::new(std::env::current_exe()?)
        .args(["--server", &endpoint])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()?;
    let output = server.stdout.take().ok_or("the server has no output")?;
    let ready = BufReader::new(output).lines().next_line().await?;
    if ready.as_deref() != Some("ready") {
        return Err("the server did not start".into());
    }

    let client = Client::connect(&endpoint).await?;
    println!("in process {}:", client.peer().pid().unwrap_or_default());
    write_and_read(NotesClient::new(client)).await?;

    // The end of its input asks the server to finish.
    server.stdin.take().ok_or("the server has no input")?.shutdown().await?;
    let ended = server.wait().await?;
    println!("the server ended: {ended}");
    if ended.success() { Ok(()) } else { Err("the server did not end well".into()) }
}
