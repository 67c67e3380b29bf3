//! The notes in SQLite. Everything here blocks: it is for the threads of blocking handlers.

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use ipc_bridge::Bytes;
use rusqlite::{Connection, OptionalExtension as _, Row, Transaction, params};
use tokio::sync::watch;

use crate::contract::{Attachment, Draft, Note, NoteId, Status, Summary};

const SCHEMA: &str = "
    PRAGMA journal_mode = WAL;
    PRAGMA foreign_keys = ON;
    CREATE TABLE IF NOT EXISTS notes (
        id INTEGER PRIMARY KEY,
        revision INTEGER NOT NULL DEFAULT 1,
        title TEXT NOT NULL,
        text TEXT NOT NULL,
        tags TEXT NOT NULL
    );
    CREATE TABLE IF NOT EXISTS attachments (
        note INTEGER NOT NULL REFERENCES notes (id) ON DELETE CASCADE,
        name TEXT NOT NULL,
        content BLOB NOT NULL,
        PRIMARY KEY (note, name)
    );";

/// How many notes a search reads while nobody else can.
const PAGE: u32 = 64;

/// The bits of an id below the milliseconds since 1970: so many notes may be written in one of them.
const COUNTER_BITS: u32 = 20;

/// What became of an edit.
#[derive(Debug)]
pub(crate) enum Edited {
    Done(Note),
    NotFound,
    /// It is at this revision, and stays as it is.
    Conflict(u32),
}

/// All notes.
#[derive(Debug)]
pub struct Store {
    connection: Mutex<Connection>,
    /// How many changes there were.
    changes: watch::Sender<u64>,
}

impl Store {
    /// Opens the notes in this file, or makes it.
    ///
    /// # Errors
    ///
    /// The file cannot be opened, or is none of SQLite's.
    pub fn open(path: &Path) -> rusqlite::Result<Self> {
        Self::of(Connection::open(path)?)
    }

    /// No notes yet, and none that stay.
    ///
    /// # Errors
    ///
    /// SQLite has no memory.
    pub fn in_memory() -> rusqlite::Result<Self> {
        Self::of(Connection::open_in_memory()?)
    }

    fn of(connection: Connection) -> rusqlite::Result<Self> {
        connection.execute_batch(SCHEMA)?;
        Ok(Self { connection: Mutex::new(connection), changes: watch::Sender::new(0) })
    }

    /// Sees when something has changed.
    #[must_use]
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    /// A panic leaves nothing half done in the connection: a transaction that is not committed is rolled back.
    fn connection(&self) -> MutexGuard<'_, Connection> {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Does all of it or nothing.
    fn change<T>(&self, work: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T>) -> rusqlite::Result<T> {
        let mut connection = self.connection();
        let transaction = connection.transaction()?;
        let done = work(&transaction)?;
        transaction.commit()?;
        self.changes.send_modify(|changes| *changes += 1);
        Ok(done)
    }

    /// Writes notes; answers their ids in the same order.
    pub(crate) fn add(&self, drafts: &[Draft]) -> rusqlite::Result<Vec<NoteId>> {
        self.change(|transaction| {
            let mut insert = transaction.prepare("INSERT INTO notes (id, title, text, tags) VALUES (?, ?, ?, ?)")?;
            let last: i64 = transaction.query_row("SELECT coalesce(max(id), 0) FROM notes", [], |row| row.get(0))?;
            let mut ids = Vec::with_capacity(drafts.len());
            for (id, draft) in (first_id(last)..).zip(drafts) {
                insert.execute(params![id, draft.title, draft.text, joined(&draft.tags)])?;
                ids.push(NoteId(id.unsigned_abs()));
            }
            Ok(ids)
        })
    }

    pub(crate) fn note(&self, id: NoteId) -> rusqlite::Result<Option<Note>> {
        note(&self.connection(), id)
    }

    /// The notes in the order in which they were written; with a tag, those that have it.
    pub(crate) fn list(&self, tag: Option<&str>) -> rusqlite::Result<Vec<Summary>> {
        let connection = self.connection();
        let mut select = connection.prepare("SELECT id, title, tags FROM notes ORDER BY id")?;
        let all = select.query_map([], summary)?;
        all.filter(|read| match (read, tag) {
            (Ok(summary), Some(tag)) => summary.tags.iter().any(|had| had == tag),
            _ => true,
        })
        .collect()
    }

    /// Gives the notes that have this text to `take`, until it has enough. Others read and write between two pages.
    pub(crate) fn search(&self, text: &str, mut take: impl FnMut(Summary) -> ControlFlow<()>) -> rusqlite::Result<()> {
        let mut behind = 0_i64;
        loop {
            let page = self.page(text, behind)?;
            let Some(last) = page.last() else { return Ok(()) };
            behind = row_of(last.id);
            for summary in page {
                if take(summary).is_break() {
                    return Ok(());
                }
            }
        }
    }

    fn page(&self, text: &str, behind: i64) -> rusqlite::Result<Vec<Summary>> {
        let connection = self.connection();
        let mut select = connection.prepare(
            "SELECT id, title, tags FROM notes
             WHERE id > ?1 AND instr(lower(title || char(10) || text), lower(?2)) > 0 ORDER BY id LIMIT ?3",
        )?;
        let page = select.query_map(params![behind, text, PAGE], summary)?;
        page.collect()
    }

    /// Changes the text of a note that is at this revision.
    pub(crate) fn edit(&self, id: NoteId, revision: u32, text: &str) -> rusqlite::Result<Edited> {
        self.change(|transaction| {
            let update = "UPDATE notes SET text = ?3, revision = revision + 1 WHERE id = ?1 AND revision = ?2";
            let changed = transaction.execute(update, params![row_of(id), revision, text])?;
            Ok(match note(transaction, id)? {
                None => Edited::NotFound,
                Some(note) if changed == 0 => Edited::Conflict(note.revision),
                Some(note) => Edited::Done(note),
            })
        })
    }

    /// Takes a note away; answers what its title was.
    pub(crate) fn remove(&self, id: NoteId) -> rusqlite::Result<Option<String>> {
        self.change(|transaction| {
            let delete = "DELETE FROM notes WHERE id = ? RETURNING title";
            transaction.query_row(delete, [row_of(id)], |row| row.get(0)).optional()
        })
    }

    /// Gives a note a file, in place of one of the same name; answers the note, where there is one.
    pub(crate) fn attach(&self, id: NoteId, name: &str, content: &[u8]) -> rusqlite::Result<Option<Note>> {
        self.change(|transaction| {
            let update = "UPDATE notes SET revision = revision + 1 WHERE id = ?";
            if transaction.execute(update, [row_of(id)])? == 0 {
                return Ok(None);
            }
            let insert = "INSERT OR REPLACE INTO attachments (note, name, content) VALUES (?, ?, ?)";
            transaction.execute(insert, params![row_of(id), name, content])?;
            note(transaction, id)
        })
    }

    pub(crate) fn attachment(&self, id: NoteId, name: &str) -> rusqlite::Result<Option<Bytes>> {
        let select = "SELECT content FROM attachments WHERE note = ? AND name = ?";
        let connection = self.connection();
        let content = connection.query_row(select, params![row_of(id), name], |row| row.get::<_, Vec<u8>>(0));
        Ok(content.optional()?.map(Bytes::from))
    }

    pub(crate) fn status(&self) -> rusqlite::Result<Status> {
        let select =
            "SELECT (SELECT count(*) FROM notes), count(*), coalesce(sum(length(content)), 0) FROM attachments";
        self.connection().query_row(select, [], |row| {
            Ok(Status { notes: row.get(0)?, attachments: row.get(1)?, bytes: row.get(2)? })
        })
    }
}

/// The id of the next note: the milliseconds since 1970 above a counter, and above every id that there is.
fn first_id(last: i64) -> i64 {
    let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default(); // a clock before 1970 counts
    let now = i64::try_from(since_1970.as_millis() << COUNTER_BITS).unwrap_or(i64::MAX);
    now.max(last.saturating_add(1))
}

/// The number of its row. SQLite's are signed: an id beyond them has none, and the last one is never given.
fn row_of(id: NoteId) -> i64 {
    i64::try_from(id.0).unwrap_or(i64::MAX)
}

fn note(connection: &Connection, id: NoteId) -> rusqlite::Result<Option<Note>> {
    let select = "SELECT name, length(content) FROM attachments WHERE note = ? ORDER BY name";
    let mut select = connection.prepare(select)?;
    let attachments = select
        .query_map([row_of(id)], |row| Ok(Attachment { name: row.get(0)?, size: row.get(1)? }))?
        .collect::<rusqlite::Result<_>>()?;
    let select = "SELECT revision, title, text, tags FROM notes WHERE id = ?";
    let read = |row: &Row<'_>| {
        let tags = split(row.get_ref(3)?.as_str()?);
        Ok(Note { id, revision: row.get(0)?, title: row.get(1)?, text: row.get(2)?, tags, attachments })
    };
    connection.query_row(select, [row_of(id)], read).optional()
}

fn summary(row: &Row<'_>) -> rusqlite::Result<Summary> {
    let id = NoteId(row.get(0)?);
    Ok(Summary { id, title: row.get(1)?, tags: split(row.get_ref(2)?.as_str()?) })
}

/// Tags in one column, each on a line of its own; a line break within one parts it in two.
fn joined(tags: &[String]) -> String {
    tags.join("\n")
}

fn split(tags: &str) -> Vec<String> {
    tags.lines().map(str::to_owned).collect()
}
