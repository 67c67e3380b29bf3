//! The budget: how many instructions each thing may take, in a file that is changed by a commit and by nothing else.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use super::Count;

/// By how many per cent a count may be beyond its budget: room for how a build in another folder is laid out, which moves
/// what is inlined, and none for a careless change to the path of a call.
const ALLOWANCE: u64 = 5;

/// What is allowed, and of which build.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Budget {
    /// What the counts depend on beside the project.
    pub(super) basis: String,
    instructions: BTreeMap<String, u64>,
}

impl Budget {
    pub(super) fn of(basis: &str, counts: &[Count]) -> Self {
        let instructions = counts.iter().map(|&(name, count)| (name.to_owned(), count)).collect();
        Self { basis: basis.to_owned(), instructions }
    }

    pub(super) fn read() -> Result<Self> {
        let file = file();
        let text = fs::read_to_string(&file).with_context(|| format!("reading {}", file.display()))?;
        serde_json::from_str(&text).with_context(|| format!("{} is no budget", file.display()))
    }

    pub(super) fn write(&self) -> Result<()> {
        let file = file();
        let text = serde_json::to_string_pretty(self)?;
        fs::write(&file, format!("{text}\n")).with_context(|| format!("writing {}", file.display()))
    }

    pub(super) fn of_one(&self, name: &str) -> Option<u64> {
        self.instructions.get(name).copied()
    }

    /// What takes more than it may, or has no budget.
    pub(super) fn beyond(&self, counts: &[Count]) -> Vec<String> {
        let beyond = |&(name, now): &Count| match self.of_one(name) {
            None => Some(format!("{name} has no budget")),
            Some(budget) => (now * 100 > budget * (100 + ALLOWANCE)).then(|| format!("{name} {}", change(now, budget))),
        };
        counts.iter().filter_map(beyond).collect()
    }

    /// What takes so much less that its budget no longer guards it.
    pub(super) fn below(&self, counts: &[Count]) -> Vec<String> {
        let below = |&(name, now): &Count| {
            let budget = self.of_one(name)?;
            (now * 100 < budget * (100 - ALLOWANCE)).then(|| format!("{name} {}", change(now, budget)))
        };
        counts.iter().filter_map(below).collect()
    }
}

fn file() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("instructions.json")
}

pub(super) fn change(now: u64, budget: u64) -> String {
    format!("{:+.1}%", (now as f64 / budget as f64 - 1.0) * 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_beyond_the_budget_by_more_than_the_allowance_is_named() {
        let budget = Budget::of("basis", &[("call", 1000), ("event", 1000), ("item", 1000)]);
        let counts = [("call", 1050), ("event", 1051), ("item", 900), ("upload", 1)];
        assert_eq!(budget.beyond(&counts), ["event +5.1%", "upload has no budget"]);
        assert_eq!(budget.below(&counts), ["item -10.0%"]);
        assert_eq!(budget.beyond(&[("call", 1050)]), Vec::<String>::new());
    }

    #[test]
    fn the_budget_that_is_kept_can_be_read() {
        let budget = Budget::read().expect("the file is there");
        assert!(!budget.basis.is_empty());
        assert!(budget.of_one("call").is_some_and(|count| count > 0), "{budget:?}");
    }
}
