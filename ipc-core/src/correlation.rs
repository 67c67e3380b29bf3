//! What ties the answer `INTERNAL` to the line in the log that says why.

use std::hash::{BuildHasher, RandomState};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

/// An id that no other failure of this process has, as 16 lower-case hexadecimal digits.
///
/// It is a count of the failures under a hash whose 128-bit key the operating system gave this process at random. Whoever
/// sees some of the ids learns neither how many failures there were, nor what the next id will be, nor what another
/// process, or this one after it was started anew, calls its failures: for each of these, the key would have to be found.
/// (The hash is the standard library's for its maps, SipHash, which is made to withstand just that.) An id is no secret
/// and opens nothing: it finds a line for whoever may read the log already.
///
/// Two failures of one process have the same id about once in 2³² failures, and then two lines of the log are found.
pub(crate) fn next() -> String {
    static KEY: LazyLock<RandomState> = LazyLock::new(RandomState::new);
    static COUNT: AtomicU64 = AtomicU64::new(0);
    format!("{:016x}", KEY.hash_one(COUNT.fetch_add(1, Ordering::Relaxed)))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn ids_differ_and_do_not_tell_how_many_there_were() {
        let ids: Vec<String> = (0..1000).map(|_| next()).collect();
        assert_eq!(ids.iter().collect::<HashSet<_>>().len(), 1000);
        let is_hex = |id: &String| id.len() == 16 && id.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        assert!(ids.iter().all(is_hex), "{:?}", ids.first());
        let numbers: Vec<u64> = ids.iter().map(|id| u64::from_str_radix(id, 16).expect("hex")).collect();
        let rising = numbers.windows(2).filter(|pair| matches!(pair, [first, second] if first < second)).count();
        assert!((400..600).contains(&rising), "{rising} of 999 are greater than the one before");
    }
}
