//! What goes on in this process, counted.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use crate::contract::Activity;

/// The counters, which all clones share.
#[derive(Debug, Clone, Default)]
pub struct Counters(Arc<Counts>);

#[derive(Debug, Default)]
struct Counts {
    searches: AtomicU32,
    found: AtomicU64,
    waiting: AtomicU32,
}

impl Counters {
    /// A search goes on for as long as this is kept.
    pub(crate) fn search(&self) -> Ongoing {
        Ongoing::begin(self, |counts| &counts.searches)
    }

    /// Somebody waits for as long as this is kept.
    pub(crate) fn wait(&self) -> Ongoing {
        Ongoing::begin(self, |counts| &counts.waiting)
    }

    pub(crate) fn found_one(&self) {
        self.0.found.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn now(&self) -> Activity {
        Activity {
            searches: self.0.searches.load(Ordering::Relaxed),
            found: self.0.found.load(Ordering::Relaxed),
            waiting: self.0.waiting.load(Ordering::Relaxed),
        }
    }
}

/// Counted until it is dropped, however that comes: done, cancelled, or out of time.
#[derive(Debug)]
pub(crate) struct Ongoing {
    counters: Counters,
    of: fn(&Counts) -> &AtomicU32,
}

impl Ongoing {
    fn begin(counters: &Counters, of: fn(&Counts) -> &AtomicU32) -> Self {
        of(&counters.0).fetch_add(1, Ordering::Relaxed);
        Self { counters: counters.clone(), of }
    }
}

impl Drop for Ongoing {
    fn drop(&mut self) {
        (self.of)(&self.counters.0).fetch_sub(1, Ordering::Relaxed);
    }
}
