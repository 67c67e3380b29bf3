//! What a new subscriber gets at once: the last event, or the last of each key.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::published::PublishedEvent;

/// The most keys of one event of which the last is retained. The one that has not changed for the longest goes first.
///
/// 4096 events of a few hundred bytes are about a megabyte, and more keys than a user interface shows.
pub const MAX_RETAINED_KEYS: usize = 4096;

/// The most bytes that the retained events of one channel have together; one is retained whatever its size. Peers may
/// publish what is shared, and would fill the memory without it.
pub const MAX_RETAINED_BYTES: usize = 64 * 1024 * 1024;

/// The last event of each key, in the order of their last change.
#[derive(Debug, Default)]
pub(super) struct Retained {
    /// By when it was published, counted over all events of the hub.
    events: BTreeMap<u64, Arc<PublishedEvent>>,
    places: HashMap<Option<Box<str>>, u64>,
    bytes: usize,
}

impl Retained {
    /// Retains an event, published at this time, in place of the last of its key. What is not retained any more comes
    /// back, to be dropped where nothing is held.
    pub(super) fn put(&mut self, time: u64, event: &Arc<PublishedEvent>) -> Vec<Arc<PublishedEvent>> {
        self.put_within(time, event, MAX_RETAINED_KEYS, MAX_RETAINED_BYTES)
    }

    fn put_within(
        &mut self,
        time: u64,
        event: &Arc<PublishedEvent>,
        max_keys: usize,
        max_bytes: usize,
    ) -> Vec<Arc<PublishedEvent>> {
        let mut gone = Vec::new();
        let replaced = self.places.insert(event.key().map(Box::from), time);
        gone.extend(replaced.and_then(|before| self.events.remove(&before)));
        self.bytes -= gone.iter().map(|event| event.payload_bytes()).sum::<usize>();
        self.bytes += event.payload_bytes();
        self.events.insert(time, Arc::clone(event));
        while self.events.len() > 1 && (self.events.len() > max_keys || self.bytes > max_bytes) {
            let Some((_, oldest)) = self.events.pop_first() else { break };
            self.places.remove(&oldest.key().map(Box::from));
            self.bytes -= oldest.payload_bytes();
            gone.push(oldest);
        }
        gone
    }

    /// Retains nothing more: of all keys, or of one. What was retained comes back, to be dropped where nothing is held.
    pub(super) fn take(&mut self, key: Option<&str>) -> Vec<Arc<PublishedEvent>> {
        let taken = match key {
            None => std::mem::take(self).events.into_values().collect::<Vec<_>>(),
            Some(key) => {
                let place = self.places.remove(&Some(Box::from(key)));
                place.and_then(|time| self.events.remove(&time)).into_iter().collect()
            }
        };
        self.bytes -= taken.iter().map(|event| event.payload_bytes()).sum::<usize>().min(self.bytes);
        taken
    }

    /// The retained events, with their times: all, or that of one key.
    pub(super) fn of(&self, key: Option<&str>) -> Vec<(u64, Arc<PublishedEvent>)> {
        let all = || self.events.iter().map(|(time, event)| (*time, Arc::clone(event)));
        match key {
            None => all().collect(),
            Some(key) => {
                let place = self.places.get(&Some(Box::from(key)));
                place.and_then(|time| Some((*time, Arc::clone(self.events.get(time)?)))).into_iter().collect()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::tests::published;

    fn keys(retained: &Retained) -> Vec<String> {
        let of = |(_, event): (_, Arc<PublishedEvent>)| event.key().expect("a key").to_owned();
        retained.of(None).into_iter().map(of).collect()
    }

    #[test]
    fn what_is_taken_back_makes_room_and_is_not_found_again() {
        let mut retained = fill(&["a", "b", "c"], 3, 1000);
        let bytes = retained.bytes;
        assert_eq!(retained.take(Some("b")).len(), 1);
        assert_eq!(retained.take(Some("b")).len(), 0);
        assert_eq!(keys(&retained), ["a", "c"]);
        assert!(retained.bytes < bytes);
        assert_eq!(retained.take(None).len(), 2);
        assert!(retained.of(None).is_empty());
        assert_eq!(retained.bytes, 0);
    }

    fn fill(keys: &[&str], max_keys: usize, max_bytes: usize) -> Retained {
        let mut retained = Retained::default();
        for (time, key) in (0..).zip(keys) {
            retained.put_within(time, &published(Some(key), 10), max_keys, max_bytes);
        }
        retained
    }

    #[test]
    fn the_last_of_each_key_is_retained_in_the_order_of_its_change() {
        let retained = fill(&["1", "2", "3", "1"], 10, 1000);
        assert_eq!(keys(&retained), ["2", "3", "1"]);
        assert_eq!(retained.of(Some("3")).len(), 1);
        assert_eq!(retained.of(Some("4")).len(), 0);
    }

    #[test]
    fn the_key_that_has_not_changed_for_the_longest_goes_first() {
        assert_eq!(keys(&fill(&["1", "2", "1", "3"], 2, 1000)), ["1", "3"]);
        assert_eq!(keys(&fill(&["1", "2", "1", "3"], 10, 29)), ["1", "3"]);
    }

    #[test]
    fn one_event_is_retained_whatever_its_size() {
        assert_eq!(keys(&fill(&["1", "2"], 10, 5)), ["2"]);
    }
}
