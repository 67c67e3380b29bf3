//! The calls of the peer that are being answered by tasks of their own.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock};

use ipc_core::Ending;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};
use tokio::task::AbortHandle;

use crate::credit::Credit;
use crate::inbox::Inbox;

/// The peer's calls whose handlers wait for something. Whoever takes a call out of the table answers it, so each is
/// answered once.
#[derive(Debug, Default)]
pub(crate) struct Serving {
    /// Made for the first handler that waits: many connections never have one.
    made: OnceLock<Box<Made>>,
}

#[derive(Debug, Default)]
struct Made {
    table: Mutex<Table>,
    /// Told when the last call has been answered.
    idle: Notify,
}

#[derive(Debug, Default)]
struct Table {
    calls: HashMap<Key, Served>,
    /// Those of them that have a stream.
    streams: usize,
    begun: u64,
    /// The bytes of requests that may be handled apart at one time, once there was one.
    apart: Option<Arc<Semaphore>>,
}

/// What is being answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Key {
    Call(u32),
    /// A notification has no id.
    Notification(u64),
}

/// One call, whatever other call had or will have its id.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ticket {
    key: Key,
    serial: u64,
}

#[derive(Debug)]
struct Served {
    serial: u64,
    task: AbortHandle,
    streams: Streams,
}

/// What is being answered when a call is begun.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Load {
    /// A call of the same id is.
    pub(crate) known: bool,
    /// The calls, those with streams among them.
    pub(crate) calls: usize,
    pub(crate) streams: usize,
}

/// The streams of a call.
#[derive(Debug, Default)]
pub(crate) struct Streams {
    /// What the caller takes of the stream that it is answered with.
    pub(crate) answer: Option<Arc<Credit>>,
    /// What the caller sends beside its request.
    pub(crate) incoming: Option<Arc<Inbox>>,
    /// Where the channel stands among those of the router.
    pub(crate) place: usize,
}

impl Streams {
    fn are_any(&self) -> bool {
        self.answer.is_some() || self.incoming.is_some()
    }

    /// Whether something of them may be under way.
    fn are_open(&self) -> bool {
        self.answer.is_some() || self.incoming.as_ref().is_some_and(|incoming| !incoming.is_over())
    }
}

impl Serving {
    /// The table, where there is one.
    fn table(&self) -> Option<MutexGuard<'_, Table>> {
        self.made.get().map(|made| lock(&made.table))
    }

    fn made_table(&self) -> MutexGuard<'_, Table> {
        lock(&self.made.get_or_init(Box::default).table)
    }

    /// Starts a task that answers the call `id`.
    pub(crate) fn start(&self, id: u32, streams: Streams, spawn: impl FnOnce(Ticket) -> AbortHandle) {
        self.made_table().start(Key::Call(id), streams, spawn);
    }

    /// Room for a request of so many bytes that is handled apart, where `all` may have at one time; none, where that is taken.
    pub(crate) fn room_apart(&self, all: usize, bytes: usize) -> Option<OwnedSemaphorePermit> {
        let all = || Arc::new(Semaphore::new(all.min(Semaphore::MAX_PERMITS)));
        let rooms = Arc::clone(self.made_table().apart.get_or_insert_with(all));
        rooms.try_acquire_many_owned(u32::try_from(bytes).ok()?).ok()
    }

    /// What of the room for `all` bytes is taken.
    pub(crate) fn bytes_apart(&self, all: usize) -> usize {
        let table = self.table();
        let rooms = table.as_ref().and_then(|table| table.apart.as_ref());
        rooms.map_or(0, |rooms| all.min(Semaphore::MAX_PERMITS) - rooms.available_permits())
    }

    /// Starts a task that handles a notification.
    pub(crate) fn start_notified(&self, spawn: impl FnOnce(Ticket) -> AbortHandle) {
        let mut table = self.made_table();
        let key = Key::Notification(table.begun);
        table.start(key, Streams::default(), spawn);
    }

    /// Ends a call whose handler is done. Unless it was cancelled, `answer` queues its answer, and whether the call was
    /// the last is told.
    ///
    /// The call stands in the table until its answer is queued: a connection that is leaving ends when the table is
    /// empty and nothing is queued.
    pub(crate) fn finish(&self, ticket: Ticket, answer: impl FnOnce()) -> Option<bool> {
        let (last, served) = {
            let mut table = self.table()?;
            let there = table.holds(ticket);
            let served = if there {
                answer();
                table.remove(ticket.key)
            } else {
                None
            };
            (there.then_some(table.calls.is_empty()), served)
        };
        if let Some(incoming) = served.and_then(|served| served.streams.incoming) {
            // The handler may have left it to somebody else.
            incoming.end(answered());
        }
        if last == Some(true) {
            self.tell_idle();
        }
        last
    }

    /// Queues a part of the answer to a call, unless the call was cancelled: nothing may follow the answer that says so.
    pub(crate) fn go_on(&self, ticket: Ticket, queue: impl FnOnce()) -> bool {
        let Some(table) = self.table() else { return false };
        let there = table.holds(ticket);
        if there {
            queue();
        }
        there
    }

    /// Waits until no call is being answered.
    ///
    /// Cancel safe: dropping it loses nothing.
    pub(crate) async fn idle(&self) {
        // Where no handler has ever waited, none does.
        let Some(made) = self.made.get() else { return };
        let mut told = std::pin::pin!(made.idle.notified());
        loop {
            told.as_mut().enable();
            if self.len() == 0 {
                return;
            }
            told.as_mut().await;
            told.set(made.idle.notified());
        }
    }

    fn tell_idle(&self) {
        if let Some(made) = self.made.get() {
            made.idle.notify_waiters();
        }
    }

    /// Stops the handler of a call. Answers whether there was one: then the call is still to be answered.
    pub(crate) fn cancel(&self, id: u32) -> bool {
        let Some(served) = self.table().and_then(|mut table| table.remove(Key::Call(id))) else { return false };
        served.stop("the caller cancelled the call");
        self.tell_idle();
        true
    }

    /// Stops all handlers that answer with streams, or are still being sent one; `answer` queues the answer to each call.
    ///
    /// As in [`finish`](Self::finish), the table is locked until the answers are queued.
    pub(crate) fn cancel_streams(&self, mut answer: impl FnMut(u32)) {
        let stopped: Vec<_> = {
            let Some(mut table) = self.table() else { return };
            let stopped: Vec<_> = table.calls.extract_if(|_, served| served.streams.are_open()).collect();
            table.streams -= stopped.len();
            stopped
                .into_iter()
                .map(|(key, served)| {
                    if let Key::Call(id) = key {
                        answer(id);
                    }
                    served
                })
                .collect()
        };
        self.tell_idle();
        for served in stopped {
            served.stop("this side is going");
        }
    }

    /// Stops the handlers with streams whose places `is_denied` finds; `answer` queues the answer to each call. Answers
    /// the places. Calls that are answered once are answered: they were granted when they began.
    pub(crate) fn cancel_denied(
        &self,
        is_denied: impl Fn(usize) -> bool,
        mut answer: impl FnMut(u32, usize),
    ) -> Vec<usize> {
        let stopped: Vec<_> = {
            let Some(mut table) = self.table() else { return Vec::new() };
            let over = |served: &Served| served.streams.are_open() && is_denied(served.streams.place);
            let stopped: Vec<_> = table.calls.extract_if(|_, served| over(served)).collect();
            table.streams -= stopped.len();
            stopped
                .into_iter()
                .map(|(key, served)| {
                    if let Key::Call(id) = key {
                        answer(id, served.streams.place);
                    }
                    served
                })
                .collect()
        };
        if !stopped.is_empty() {
            self.tell_idle();
        }
        let places = stopped.iter().map(|served| served.streams.place).collect();
        for served in stopped {
            served.stop("the peer is granted it no more");
        }
        places
    }

    /// What the caller takes of the stream that it is answered with.
    pub(crate) fn answer_credit(&self, id: u32) -> Option<Arc<Credit>> {
        self.table()?.calls.get(&Key::Call(id))?.streams.answer.clone()
    }

    /// Where the items go that a caller sends beside its request.
    pub(crate) fn incoming(&self, id: u32) -> Option<Arc<Inbox>> {
        self.table()?.calls.get(&Key::Call(id))?.streams.incoming.clone()
    }

    /// Queues a grant for what arrives in `inbox`, unless the call has been answered: the id may be another call's by then.
    pub(crate) fn grant(&self, id: u32, inbox: &Arc<Inbox>, queue: impl FnOnce()) {
        let Some(table) = self.table() else { return };
        let incoming = table.calls.get(&Key::Call(id)).and_then(|served| served.streams.incoming.as_ref());
        if incoming.is_some_and(|incoming| Arc::ptr_eq(incoming, inbox)) {
            queue();
        }
    }

    /// What there is when the call `id` is begun.
    pub(crate) fn load(&self, id: u32) -> Load {
        let Some(table) = self.table() else { return Load::default() };
        let known = table.calls.contains_key(&Key::Call(id));
        Load { known, calls: table.calls.len(), streams: table.streams }
    }

    pub(crate) fn len(&self) -> usize {
        self.table().map_or(0, |table| table.calls.len())
    }

    /// Stops all handlers.
    pub(crate) fn cancel_all(&self, reason: &str) {
        let Table { calls: stopped, .. } = {
            let Some(mut table) = self.table() else { return };
            let (begun, apart) = (table.begun, table.apart.clone());
            std::mem::replace(&mut *table, Table { begun, apart, ..Table::default() })
        };
        for served in stopped.into_values() {
            served.stop(reason);
        }
        self.tell_idle();
    }
}

/// Why nothing follows of what a caller sends beside its request.
pub(crate) fn answered() -> Ending {
    Ending::Gone("the call was answered".into())
}

fn lock(table: &Mutex<Table>) -> MutexGuard<'_, Table> {
    table.lock().expect("nothing panics while it holds the table")
}

impl Table {
    fn start(&mut self, key: Key, streams: Streams, spawn: impl FnOnce(Ticket) -> AbortHandle) {
        // The table is locked until the task stands in it, so that the task cannot look for itself before.
        let serial = self.begun;
        self.begun += 1;
        let task = spawn(Ticket { key, serial });
        self.streams += usize::from(streams.are_any());
        self.calls.insert(key, Served { serial, task, streams });
    }

    fn remove(&mut self, key: Key) -> Option<Served> {
        let served = self.calls.remove(&key)?;
        self.streams -= usize::from(served.streams.are_any());
        Some(served)
    }

    fn holds(&self, ticket: Ticket) -> bool {
        self.calls.get(&ticket.key).is_some_and(|served| served.serial == ticket.serial)
    }
}

impl Served {
    fn stop(self, reason: &str) {
        self.task.abort();
        if let Some(incoming) = self.streams.incoming {
            incoming.end(Ending::Gone(reason.into()));
        }
    }
}
