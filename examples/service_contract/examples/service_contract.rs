//! Two processes that share a contract: one keeps notes, the other writes and reads them.
//!
//! ```text
//! cargo run --package service-contract --example service_contract
//! ```

#![expect(clippy::print_stdout, reason = "an example shows what it does")]

use std::error::Error;
use std::process::Stdio;
use std::sync::{Mutex, MutexGuard, PoisonError};

use futures_util::stream;
use ipc_bridge::prelude::*;
use service_contract::{Draft, Note, NoteAdded, NoteError, Notes, NotesClient, NotesServer};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::process::Command;

/// The server's half: an implementation of the contract.
#[derive(Debug)]
struct InMemory {
    notes: Mutex<Vec<Note>>,
    publisher: Publisher,
}

/// What answers the contract: a service that publishes gets its publisher from the router that it is added to.
fn router() -> Router {
    let router = Router::new();
    let notes = InMemory { notes: Mutex::default(), publisher: router.publisher() };
    router.service(NotesServer::new(notes))
}

impl InMemory {
    fn keep(&self, text: String) -> Note {
        let mut notes = self.notes();
        let note = Note { id: notes.len() as u64 + 1, text };
        notes.push(note.clone());
        // Under the lock, so that the events come in the order of the numbers.
        self.publisher.publish(&NoteAdded { note: note.clone() }).expect("the contract declares the event");
        note
    }

    fn notes(&self) -> MutexGuard<'_, Vec<Note>> {
        // A note is pushed whole or not at all, so the list is good whatever became of another call.
        self.notes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Notes for InMemory {
    async fn add(&self, text: String) -> Note {
        self.keep(text)
    }

    async fn fetch(&self, id: u64) -> Result<Note, NoteError> {
        self.notes().iter().find(|note| note.id == id).cloned().ok_or(NoteError::NotFound { id })
    }

    fn all(&self) -> Vec<Note> {
        self.notes().clone()
    }

    fn find(&self, word: String) -> impl Stream<Item = Note> + Send {
        // What is added meanwhile is found too, and nothing is held while the reader takes its time.
        stream::unfold(0, move |mut place| {
            let word = word.clone();
            async move {
                loop {
                    let note = self.notes().get(place).cloned()?;
                    place += 1;
                    if note.text.contains(&word) {
                        return Some((note, place));
                    }
                }
            }
        })
    }

    async fn import(&self, mut drafts: Incoming<Draft>) -> Result<usize, NoteError> {
        let mut kept = 0;
        while let Some(draft) = drafts.next().await {
            self.keep(draft?.text);
            kept += 1;
        }
        Ok(kept)
    }
}

/// The client's half: it does not know what it calls over.
async fn write_and_read(
    notes: NotesClient<impl Invoke + InvokeStream + Subscribe + Sync>,
) -> Result<(), Box<dyn Error>> {
    let mut added = notes.subscribe_note_added().await?;
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

    let draft = |text: &str| Draft { text: text.to_owned() };
    let drafts = ["buy milk", "call home", "buy tea"].map(draft).into_iter().collect();
    check(notes.import(drafts).await? == 3, "many notes are kept by one call")?;
    let broken = notes.import([draft("sell bread"), draft("")].into_iter().collect()).await;
    check(matches!(broken, Err(InvokeError::Refused(_))), "an empty note among them is refused where it stands")?;

    let mut found = notes.find("buy".to_owned()).await?;
    let mut texts = Vec::new();
    while let Some(note) = found.next().await.transpose()? {
        texts.push(note.text);
    }
    check(texts == ["buy bread", "buy milk", "buy tea"], "a stream brings the notes with a word in them")?;

    let mut heard = Vec::new();
    while heard.len() < 6 {
        heard.push(added.next().await.ok_or("the subscription ended")??.note.id);
    }
    check(heard == [1, 2, 3, 4, 5, 6], "each note that was kept was told of, in order")?;
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
    let server = Server::bind(endpoint).serve(router()).await?;
    println!("ready");
    tokio::io::stdin().read_to_end(&mut Vec::new()).await?;
    server.shutdown().await;
    Ok(())
}

/// The first process: it starts the second and calls it.
async fn client() -> Result<(), Box<dyn Error>> {
    println!("in this process, without a connection:");
    write_and_read(NotesClient::new(router())).await?;

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
