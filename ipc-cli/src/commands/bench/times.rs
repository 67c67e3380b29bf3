//! Many times in little room: each is known to within three per cent.

use std::time::Duration;

/// Each power of two has this many buckets.
const PARTS: u32 = 32;
const PARTS_LOG2: u32 = PARTS.trailing_zeros();

/// How often each time was taken, in microseconds, and the longest of them to the microsecond.
#[derive(Debug, Clone, Default)]
pub(super) struct Times {
    buckets: Vec<u64>,
    count: u64,
    longest: u64,
}

impl Times {
    pub(super) fn record(&mut self, time: Duration) {
        let micros = u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
        let bucket = bucket(micros);
        if self.buckets.len() <= bucket {
            self.buckets.resize(bucket + 1, 0);
        }
        if let Some(count) = self.buckets.get_mut(bucket) {
            *count += 1;
        }
        self.count += 1;
        self.longest = self.longest.max(micros);
    }

    pub(super) fn add(&mut self, other: &Self) {
        if self.buckets.len() < other.buckets.len() {
            self.buckets.resize(other.buckets.len(), 0);
        }
        for (own, others) in self.buckets.iter_mut().zip(&other.buckets) {
            *own += others;
        }
        self.count += other.count;
        self.longest = self.longest.max(other.longest);
    }

    pub(super) fn count(&self) -> u64 {
        self.count
    }

    /// The microseconds within which this share of all came: 0.5 for the half.
    pub(super) fn at(&self, share: f64) -> Option<u64> {
        let wanted = ((self.count as f64 * share).ceil() as u64).max(1);
        let mut seen = 0;
        let reached = self.buckets.iter().position(|count| {
            seen += count;
            seen >= wanted
        });
        reached.map(|bucket| upper(bucket).min(self.longest))
    }
}

fn bucket(micros: u64) -> usize {
    if micros < u64::from(PARTS) {
        return usize::try_from(micros).unwrap_or_default();
    }
    let shift = micros.ilog2() - PARTS_LOG2;
    // It has exactly so many bits that it is below twice the parts.
    let part = usize::try_from(micros >> shift).unwrap_or_default();
    shift as usize * PARTS as usize + part
}

/// The largest that is in a bucket.
fn upper(bucket: usize) -> u64 {
    let parts = PARTS as usize;
    if bucket < 2 * parts {
        return bucket as u64;
    }
    let (shift, part) = (bucket / parts - 1, bucket % parts + parts);
    (((part as u128 + 1) << shift) - 1).min(u128::from(u64::MAX)) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_time_is_in_a_bucket_of_three_per_cent() {
        for micros in 1..5000 {
            assert!([0, 1].contains(&(bucket(micros) - bucket(micros - 1))), "{micros}");
        }
        for micros in (0..5000).chain((1..50).map(|power| 1_u64 << power)).chain([u64::MAX]) {
            let upper = upper(bucket(micros));
            assert!(upper >= micros, "{micros} above {upper}");
            assert!(upper - micros <= micros / 32 + 1, "{micros} is told as {upper}");
        }
    }

    #[test]
    fn shares_are_those_of_all_that_were_added() {
        let (mut some, mut others) = (Times::default(), Times::default());
        for micros in 1..=50 {
            some.record(Duration::from_micros(micros));
            others.record(Duration::from_micros(50 + micros));
        }
        some.add(&others);
        assert_eq!((some.count(), some.at(0.01), some.at(0.5), some.at(1.0)), (100, Some(1), Some(50), Some(100)));
        assert!(some.at(0.9).is_some_and(|at| (90..=92).contains(&at)));
        assert_eq!(Times::default().at(0.5), None);
    }
}
