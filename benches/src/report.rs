//! The table: for every figure the medians of all rounds, and the ratios to the first side.

use std::fmt::{self, Display, Formatter};

use crate::Workload;
use crate::figures::{Figure, Figures, median};
use crate::runner::Plan;

/// One measurement's result.
#[derive(Debug)]
pub(crate) struct Cell {
    pub(crate) round: usize,
    /// Its place in [`Plan::sides`].
    pub(crate) side: usize,
    pub(crate) workload: Workload,
    pub(crate) figures: Figures,
}

/// Everything that was measured. Displayed as a table in markdown.
#[derive(Debug)]
pub(crate) struct Report<'a> {
    plan: &'a Plan,
    cells: Vec<Cell>,
    skipped: Vec<(Workload, &'static str)>,
}

impl<'a> Report<'a> {
    pub(crate) fn new(plan: &'a Plan) -> Self {
        Self { plan, cells: Vec::new(), skipped: Vec::new() }
    }

    pub(crate) fn add(&mut self, cell: Cell) {
        self.cells.push(cell);
    }

    pub(crate) fn skip(&mut self, workload: Workload, why: &'static str) {
        if !self.skipped.contains(&(workload, why)) {
            self.skipped.push((workload, why));
        }
    }

    fn value(&self, round: usize, side: usize, workload: Workload, figure: &Figure) -> Option<f64> {
        let measured = |cell: &&Cell| cell.round == round && cell.side == side && cell.workload == workload;
        self.cells.iter().find(measured)?.figures.get(figure.key).copied()
    }

    fn values(&self, side: usize, workload: Workload, figure: &Figure) -> Vec<f64> {
        (0..self.plan.rounds).filter_map(|round| self.value(round, side, workload, figure)).collect()
    }

    /// The ratios round by round: what slows the machine for a while slows both sides of one round.
    fn ratios(&self, side: usize, workload: Workload, figure: &Figure) -> Vec<f64> {
        let ratio = |round| {
            let floor = self.value(round, 0, workload, figure)?;
            Some(self.value(round, side, workload, figure)? / floor)
        };
        (0..self.plan.rounds).filter_map(ratio).collect()
    }

    fn row(&self, f: &mut Formatter<'_>, workload: Workload, figure: &Figure) -> fmt::Result {
        write!(f, "| {} | {} | {} |", workload.code(), workload.label(), figure.label)?;
        for side in 0..self.plan.sides.len() {
            match median(&self.values(side, workload, figure)) {
                Some(value) => write!(f, " {value:.*} |", figure.decimals)?,
                None => write!(f, " – |")?,
            }
        }
        for side in 1..self.plan.sides.len() {
            let ratios = self.ratios(side, workload, figure);
            let lowest = ratios.iter().copied().min_by(f64::total_cmp);
            let highest = ratios.iter().copied().max_by(f64::total_cmp);
            match (median(&ratios), lowest, highest) {
                (Some(middle), Some(low), Some(high)) => write!(f, " {middle:.2} ({low:.2}–{high:.2}) |")?,
                _ => write!(f, " – |")?,
            }
        }
        writeln!(f)
    }
}

impl Display for Report<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Plan { sides, workloads, rounds, seconds } = self.plan;
        write!(f, "| | workload | figure |")?;
        for side in sides {
            write!(f, " {} |", side.name)?;
        }
        if let Some((floor, others)) = sides.split_first() {
            for side in others {
                write!(f, " {} ÷ {} |", side.name, floor.name)?;
            }
        }
        writeln!(f)?;
        let numbers = sides.len() + sides.len().saturating_sub(1);
        writeln!(f, "| --- | --- | --- |{}", " ---: |".repeat(numbers))?;
        for &workload in workloads {
            if self.skipped.iter().any(|(skipped, _)| *skipped == workload) {
                continue;
            }
            for figure in workload.figures() {
                self.row(f, workload, figure)?;
            }
        }
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        write!(f, "\nMedians of {rounds} interleaved rounds of {seconds} s on {cores} cores;")?;
        write!(f, " a ratio is the median of the rounds' own ratios (lowest–highest).")?;
        for (workload, why) in &self.skipped {
            write!(f, "\nSkipped: {} ({}): {why}.", workload.code(), workload.label())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runner::Side;

    fn plan(rounds: usize) -> Plan {
        let sides = ["floor", "framework"].map(|name| Side { name: name.to_owned(), program: "none".into() });
        Plan { sides: sides.into(), workloads: vec![Workload::OneConnection], rounds, seconds: 1.0 }
    }

    fn cell(round: usize, side: usize, rate: f64) -> Cell {
        let figures = Figures::from([("rate".to_owned(), rate)]);
        Cell { round, side, workload: Workload::OneConnection, figures }
    }

    #[test]
    fn a_ratio_compares_what_was_measured_in_the_same_round() {
        let plan = plan(3);
        let mut report = Report::new(&plan);
        // The machine is busy with something else in the second round.
        for (round, rates) in [[1000.0, 800.0], [500.0, 400.0], [1000.0, 900.0]].into_iter().enumerate() {
            for (side, rate) in rates.into_iter().enumerate() {
                report.add(cell(round, side, rate));
            }
        }
        let table = report.to_string();
        assert!(table.contains("| calls/s | 1000 | 800 | 0.80 (0.80–0.90) |"), "{table}");
        assert!(table.contains("| CPU s per 100k calls, both processes | – | – | – |"), "{table}");
    }

    #[test]
    fn what_was_skipped_is_said_and_has_no_row() {
        let plan = plan(1);
        let mut report = Report::new(&plan);
        report.skip(Workload::OneConnection, "no reason");
        let table = report.to_string();
        assert!(!table.contains("| W2 |"), "{table}");
        assert!(table.ends_with("Skipped: W2 (1 connection × 64 in flight): no reason."), "{table}");
    }
}
