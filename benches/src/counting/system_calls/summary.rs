//! What a process asked of the kernel, as the tracers say it.

use std::collections::BTreeMap;

use anyhow::{Context, Result, ensure};

/// How often each system call was made, by its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Summary(BTreeMap<String, i64>);

impl Summary {
    /// Reads the table of `strace --summary-only`, whose columns are: share of the time, seconds, microseconds of one, calls, errors where there
    /// were any, name.
    pub(super) fn of_strace(table: &str) -> Result<Self> {
        let mut counts = BTreeMap::new();
        for line in table.lines() {
            let columns: Vec<&str> = line.split_whitespace().collect();
            if let ([_, _, _, calls, name] | [_, _, _, calls, _, name], Some(Ok(_))) =
                (columns.as_slice(), columns.first().map(|share| share.parse::<f64>()))
                && *name != "total"
            {
                counts.insert((*name).to_owned(), calls.parse()?);
            }
        }
        ensure!(!counts.is_empty(), "strace counted nothing:\n{table}");
        Ok(Self(counts))
    }

    /// Reads the lines of `perf stat`: a count, its unit, which is none, the event, and more.
    pub(super) fn of_perf(lines: &str) -> Result<Self> {
        let mut counts = BTreeMap::new();
        let mut others = None;
        for line in lines.lines() {
            let columns: Vec<&str> = line.split(',').collect();
            let &[count, _, event, ..] = columns.as_slice() else { continue };
            let count: i64 = count.parse().with_context(|| format!("perf did not count: {line}"))?;
            match event.strip_prefix("syscalls:sys_enter_") {
                Some(name) => _ = counts.insert(name.to_owned(), count),
                None => others = Some(count),
            }
        }
        let all = others.context("perf did not count all together")?;
        let named: i64 = counts.values().sum();
        counts.insert("others".to_owned(), all - named);
        Ok(Self(counts))
    }

    /// What this has beyond the other.
    pub(super) fn less(&self, other: &Self) -> Self {
        let names = self.0.keys().chain(other.0.keys());
        let count = |of: &Self, name: &str| of.0.get(name).copied().unwrap_or(0);
        Self(names.map(|name| (name.clone(), count(self, name) - count(other, name))).collect())
    }

    /// All of them.
    pub(super) fn total(&self) -> i64 {
        self.0.values().sum()
    }

    /// So many, of those that were made most often.
    pub(super) fn most(&self, count: usize) -> Vec<(&str, i64)> {
        let mut all: Vec<(&str, i64)> = self.0.iter().map(|(name, count)| (name.as_str(), *count)).collect();
        all.sort_by_key(|(_, count)| -count);
        all.truncate(count);
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "\
% time     seconds  usecs/call     calls    errors syscall
------ ----------- ----------- --------- --------- ----------------
 65.43    0.000301           6        50           sendto
 34.57    0.000159           3        53        12 recvfrom
  0.00    0.000000           0         2           read
------ ----------- ----------- --------- --------- ----------------
100.00    0.000460           4       105        12 total
";

    #[test]
    fn every_system_call_is_read_with_errors_and_without() {
        let summary = Summary::of_strace(TABLE).expect("it is a table");
        assert_eq!(summary.total(), 105);
        assert_eq!(summary.most(2), [("recvfrom", 53), ("sendto", 50)]);
        assert!(Summary::of_strace("").is_err());
    }

    #[test]
    fn what_perf_does_not_name_is_counted_among_the_others() {
        let lines = "# started on a day\n\n105,,raw_syscalls:sys_enter,9,100.00,,\n\
                     50,,syscalls:sys_enter_sendto,9,100.00,,\n53,,syscalls:sys_enter_recvfrom,9,100.00,,\n";
        let summary = Summary::of_perf(lines).expect("it is what perf writes");
        assert_eq!(summary.total(), 105);
        assert_eq!(summary.most(3), [("recvfrom", 53), ("sendto", 50), ("others", 2)]);
        assert!(Summary::of_perf("<not counted>,,raw_syscalls:sys_enter,0,100.00,,\n").is_err());
    }

    #[test]
    fn a_difference_knows_what_only_one_of_them_has() {
        let [more, less] = [("sendto", 7), ("futex", 2)]
            .map(|(name, count)| Summary([(name.to_owned(), count), ("read".to_owned(), 1)].into()));
        assert_eq!(more.less(&less).most(3), [("sendto", 7), ("read", 0), ("futex", -2)]);
    }
}
