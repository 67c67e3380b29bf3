//! The subscriptions of the peer: what is published here goes out to it, as far as it takes it.

mod outlet;

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard};

use ipc_core::{Access, Failure, Hub, HubSubscription, Subscriber};

use self::outlet::Outlet;
use crate::link::Link;

/// The peer's subscriptions.
#[derive(Debug, Default)]
pub(crate) struct Publishing(Mutex<Table>);

#[derive(Debug, Default)]
struct Table {
    /// None, while the peer has no subscription: most connections never have one.
    open: Option<Box<Open>>,
    closed: bool,
}

#[derive(Debug, Default)]
struct Open {
    subscriptions: HashMap<u32, Subscribed>,
    /// Those for which events are kept.
    kept: VecDeque<u32>,
}

/// One subscription. Dropping it tells the hub that nothing is to be sent any more.
#[derive(Debug)]
struct Subscribed {
    outlet: Arc<Outlet>,
    hub: HubSubscription,
}

impl Table {
    fn get(&self, id: u32) -> Option<&Subscribed> {
        self.open.as_ref()?.subscriptions.get(&id)
    }

    fn all(&self) -> impl Iterator<Item = &Subscribed> {
        self.open.iter().flat_map(|open| open.subscriptions.values())
    }

    fn remove(&mut self, id: u32) -> Option<Subscribed> {
        let open = self.open.as_mut()?;
        let removed = open.subscriptions.remove(&id);
        if open.subscriptions.is_empty() {
            self.open = None;
        }
        removed
    }
}

impl Publishing {
    fn table(&self) -> MutexGuard<'_, Table> {
        self.0.lock().expect("nothing panics while it holds the table")
    }

    pub(crate) fn contains(&self, id: u32) -> bool {
        self.table().get(id).is_some()
    }

    pub(crate) fn len(&self) -> usize {
        self.table().open.as_ref().map_or(0, |open| open.subscriptions.len())
    }

    /// The peer asks for the events that `pattern` names. They are held back until they are [released](Self::release).
    ///
    /// # Errors
    ///
    /// Why it does not get them.
    pub(crate) fn begin(
        &self,
        link: &Arc<Link>,
        hub: &Hub,
        id: u32,
        pattern: &str,
        key: Option<&str>,
    ) -> Result<(), Failure> {
        let outlet = Arc::new(Outlet::new(link, id, pattern.ends_with('*')));
        let access = link.access();
        let subscription = hub.subscribe(pattern, key, Arc::clone(&outlet) as Arc<dyn Subscriber>, access)?;
        outlet.may_follow(subscription.tail());
        let mut table = self.table();
        if !table.closed {
            table.open.get_or_insert_default().subscriptions.insert(id, Subscribed { outlet, hub: subscription });
        }
        Ok(())
    }

    /// Lets the events out, as the peer has been told that they come.
    pub(crate) fn release(&self, id: u32) {
        if let Some(outlet) = self.outlet(id) {
            outlet.release();
        }
    }

    /// Notes that events are kept for a subscription.
    fn note_kept(&self, id: u32) {
        if let Some(open) = &mut self.table().open {
            open.kept.push_back(id);
        }
    }

    /// Appends the events that are kept to what is to be sent.
    pub(crate) fn take_kept(&self) {
        loop {
            let outlet = {
                let mut table = self.table();
                let Some(open) = &mut table.open else { return };
                let Some(id) = open.kept.pop_front() else { return };
                open.subscriptions.get(&id).map(|subscribed| Arc::clone(&subscribed.outlet))
            };
            if let Some(outlet) = outlet {
                outlet.take_kept();
            }
        }
    }

    /// The peer takes so much more.
    pub(crate) fn add_credit(&self, id: u32, bytes: u32) {
        if let Some(outlet) = self.outlet(id) {
            outlet.add_credit(bytes);
        }
    }

    /// Sends the events that waited until the connection had room.
    pub(crate) fn resume(&self) {
        for outlet in self.outlets() {
            outlet.resume();
        }
    }

    /// The peer wants no more events of a subscription. One that has ended already is passed over.
    pub(crate) fn end(&self, id: u32) {
        if let Some(outlet) = self.outlet(id) {
            outlet.finish(None);
        }
    }

    /// Ends what the peer is granted no more.
    pub(crate) fn hold_to(&self, access: &Access) {
        let all: Vec<_> = {
            let table = self.table();
            table.all().map(|one| (Arc::clone(&one.outlet), one.hub.subscribed())).collect()
        };
        // Not while the table is held: the hub may be publishing, and is waited for.
        for (outlet, subscribed) in all {
            let held = subscribed.hold_to(access);
            match held.failure.filter(|_| held.is_over) {
                Some(failure) => outlet.finish(Some(&failure)),
                None if held.lost.is_empty() => {}
                None => outlet.withdraw(held.lost),
            }
        }
    }

    /// Ends all subscriptions, and tells why.
    pub(crate) fn end_all(&self, failure: &Failure) {
        for outlet in self.outlets() {
            outlet.finish(Some(failure));
        }
    }

    /// The connection is gone.
    pub(crate) fn close(&self) {
        let ended = {
            let mut table = self.table();
            table.closed = true;
            table.open.take()
        };
        for Subscribed { outlet, .. } in ended.into_iter().flat_map(|open| open.subscriptions.into_values()) {
            outlet.close();
        }
    }

    fn outlets(&self) -> Vec<Arc<Outlet>> {
        self.table().all().map(|subscribed| Arc::clone(&subscribed.outlet)).collect()
    }

    fn outlet(&self, id: u32) -> Option<Arc<Outlet>> {
        self.table().get(id).map(|subscribed| Arc::clone(&subscribed.outlet))
    }

    /// Takes a subscription out that has ended; `tell` queues its end. The table is locked meanwhile: the peer may use the
    /// id again as soon as it has been told, and a connection that is leaving ends when the table is empty and nothing is
    /// queued.
    fn forget(&self, outlet: &Outlet, tell: impl FnOnce()) {
        let ended = {
            let mut table = self.table();
            tell();
            let found = table.get(outlet.id);
            let there = found.is_some_and(|found| std::ptr::eq(Arc::as_ptr(&found.outlet), outlet));
            if there { table.remove(outlet.id) } else { None }
        };
        // Not while the table is held: the hub is told, which may be publishing, and is waited for.
        drop(ended);
    }
}
