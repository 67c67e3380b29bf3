//! What a measurement finds.

use std::collections::BTreeMap;
use std::time::Duration;

/// Figures by their key, as a client prints them, in one line of JSON.
pub type Figures = BTreeMap<String, f64>;

/// One column of a workload's results.
#[derive(Debug, Clone, Copy)]
pub struct Figure {
    /// Its key in [`Figures`].
    pub key: &'static str,
    /// What it is, with its unit.
    pub label: &'static str,
    /// How many digits after the point are worth showing.
    pub decimals: usize,
}

impl Figure {
    pub(crate) const fn new(key: &'static str, label: &'static str, decimals: usize) -> Self {
        Self { key, label, decimals }
    }
}

/// The middle value; between the two middle ones where there are two.
#[must_use]
pub fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let upper = *sorted.get(sorted.len() / 2)?;
    let lower = *sorted.get(sorted.len().saturating_sub(1) / 2)?;
    Some(f64::midpoint(lower, upper))
}

/// The value below which such a share of the sorted durations lies, in µs.
pub(crate) fn micros_at(sorted: &[Duration], share: f64) -> Option<f64> {
    let at = (sorted.len() as f64 * share) as usize;
    Some(sorted.get(at)?.as_secs_f64() * 1e6)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle_value() {
        assert_eq!(median(&[]), None);
        assert_eq!(median(&[3.0]), Some(3.0));
        assert_eq!(median(&[9.0, 1.0, 5.0]), Some(5.0));
        assert_eq!(median(&[1.0, 2.0, 4.0, 100.0]), Some(3.0));
    }

    #[test]
    fn a_share_of_the_durations_lies_below_its_value() {
        let sorted: Vec<Duration> = (0..100).map(Duration::from_micros).collect();
        assert_eq!(micros_at(&sorted, 0.5), Some(50.0));
        assert_eq!(micros_at(&sorted, 0.99), Some(99.0));
        assert_eq!(micros_at(&[], 0.5), None);
    }
}
