//! What the backend answers.

use std::ops::ControlFlow;

use futures_util::stream;
use ipc_bridge::prelude::*;
use tokio::sync::mpsc;
use tokio::task::spawn_blocking;

use crate::activity::Counters;
use crate::contract::{
    Activity, AttachmentError, Change, Draft, EditError, FindError, ImportError, NewerError, Note, NoteChanged, NoteId,
    StoreError, Summary,
};
use crate::store::{Edited, Store};

/// How many notes an import stores at a time.
const BATCH: usize = 256;

/// How many notes a search may have found before the first of them is taken.
const AHEAD: usize = 16;

/// Writes a note.
#[handler("notes:add", blocking)]
pub fn add(store: State<Store>, publisher: Publisher, #[payload] draft: Draft) -> Result<NoteId, StoreError> {
    let mut ids = store.add(std::slice::from_ref(&draft))?;
    let id = ids.pop().expect("there is an id for each draft");
    tell(&publisher, NoteChanged { id, change: Change::Added, title: draft.title });
    tell_status(&store, &publisher)?;
    Ok(id)
}

/// Writes many notes, as they come. Answers how many.
#[handler("notes:import")]
pub async fn import(
    store: State<Store>,
    publisher: Publisher,
    mut drafts: Incoming<Draft>,
) -> Result<u32, ImportError> {
    let mut count = 0;
    loop {
        let mut batch = Vec::with_capacity(BATCH);
        let mut failed = None;
        while batch.len() < BATCH {
            match drafts.next().await {
                Some(Ok(draft)) => batch.push(draft),
                Some(Err(error)) => {
                    failed = Some(error);
                    break;
                }
                None => break,
            }
        }
        let is_last = batch.len() < BATCH;
        let (store, publisher) = (store.clone(), publisher.clone());
        count += spawn_blocking(move || import_batch(&store, &publisher, &batch)).await??;
        match failed {
            Some(error) => return Err(error.into()),
            None if is_last => return Ok(count),
            None => {}
        }
    }
}

fn import_batch(store: &Store, publisher: &Publisher, batch: &[Draft]) -> rusqlite::Result<u32> {
    let mut count = 0;
    for (id, draft) in store.add(batch)?.into_iter().zip(batch) {
        tell(publisher, NoteChanged { id, change: Change::Added, title: draft.title.clone() });
        count += 1;
    }
    tell_status(store, publisher)?;
    Ok(count)
}

/// All notes in the order in which they were written, or those with a tag.
#[handler("notes:list", blocking)]
pub fn list(store: State<Store>, tag: Option<String>) -> Result<Vec<Summary>, StoreError> {
    Ok(store.list(tag.as_deref())?)
}

/// One note.
#[handler("notes:show", blocking)]
pub fn show(store: State<Store>, id: NoteId) -> Result<Note, FindError> {
    store.note(id)?.ok_or(FindError::NotFound { id })
}

/// The notes that have a text in their title or below it, as fast as the reader takes them.
#[handler("notes:search")]
pub fn search(
    store: State<Store>,
    counters: State<Counters>,
    #[garde(length(min = 1))] text: String,
) -> impl Stream<Item = Result<Summary, StoreError>> {
    let (found, mut next) = mpsc::channel(AHEAD);
    let ongoing = counters.search();
    spawn_blocking(move || {
        let _ongoing = ongoing; // until the search is over
        let all = store.search(&text, |summary| {
            // It waits for a slow reader, and fails when there is none any more.
            match found.blocking_send(Ok(summary)) {
                Ok(()) => {
                    counters.found_one();
                    ControlFlow::Continue(())
                }
                Err(_) => ControlFlow::Break(()),
            }
        });
        if let Err(error) = all
            && found.blocking_send(Err(error.into())).is_err()
        {
            // Nobody reads any more.
        }
    });
    stream::poll_fn(move |cx| next.poll_recv(cx))
}

/// Changes the text of a note, if nobody else has changed it since `revision`.
#[handler("notes:edit", blocking)]
pub fn edit(
    store: State<Store>,
    publisher: Publisher,
    id: NoteId,
    revision: u32,
    text: String,
) -> Result<Note, EditError> {
    match store.edit(id, revision, &text)? {
        Edited::NotFound => Err(EditError::NotFound { id }),
        Edited::Conflict(revision) => Err(EditError::Conflict { id, revision }),
        Edited::Done(note) => {
            tell(&publisher, NoteChanged { id, change: Change::Edited, title: note.title.clone() });
            Ok(note)
        }
    }
}

/// Answers the note as soon as it is newer than `revision`.
#[handler("notes:newer")]
pub async fn newer(
    store: State<Store>,
    counters: State<Counters>,
    id: NoteId,
    revision: u32,
) -> Result<Note, NewerError> {
    let _waiting = counters.wait();
    let mut changes = store.changes();
    loop {
        changes.borrow_and_update();
        let reading = store.clone();
        let note = spawn_blocking(move || reading.note(id)).await??.ok_or(NewerError::NotFound { id })?;
        if note.revision > revision {
            return Ok(note);
        }
        changes.changed().await.expect("the store is kept, and has the sender");
    }
}

/// Takes a note away, with what it has. Nobody may without a grant.
#[handler("notes:remove", blocking, permission = "notes:remove")]
pub fn remove(store: State<Store>, publisher: Publisher, id: NoteId) -> Result<(), FindError> {
    let title = store.remove(id)?.ok_or(FindError::NotFound { id })?;
    tell(&publisher, NoteChanged { id, change: Change::Removed, title });
    Ok(tell_status(&store, &publisher)?)
}

/// Gives a note a file, in place of the one of the same name.
#[handler("notes:attach", blocking)]
pub fn attach(
    store: State<Store>,
    publisher: Publisher,
    id: NoteId,
    #[garde(length(chars, min = 1, max = 255))] name: String,
    content: Bytes,
) -> Result<Note, FindError> {
    let note = store.attach(id, &name, &content)?.ok_or(FindError::NotFound { id })?;
    tell(&publisher, NoteChanged { id, change: Change::Attached, title: note.title.clone() });
    tell_status(&store, &publisher)?;
    Ok(note)
}

/// What is in a file that a note has.
#[handler("notes:attachment", blocking)]
pub fn attachment(store: State<Store>, id: NoteId, name: String) -> Result<Bytes, AttachmentError> {
    store.attachment(id, &name)?.ok_or(AttachmentError::NoAttachment { id, name })
}

/// What the backend is busy with.
#[handler("notes:activity")]
pub fn activity(counters: State<Counters>) -> Activity {
    counters.now()
}

fn tell(publisher: &Publisher, change: NoteChanged) {
    publisher.publish(&change).expect("the router declares the event, and a change is always JSON");
}

/// Tells all who want to know how much there is.
pub(crate) fn tell_status(store: &Store, publisher: &Publisher) -> rusqlite::Result<()> {
    let status = store.status()?;
    publisher.publish(&status).expect("the router declares the event, and a status is always JSON");
    Ok(())
}
