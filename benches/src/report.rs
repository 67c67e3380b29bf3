//! The table: for every figure the medians of all rounds, and the ratios to the first side.

use std::fmt::{self, Display, Formatter};

use crate::Workload;
use crate::figures::{Figure, Figures, median};
use crate::runner::Plan;
use crate::side::Side;

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

    fn medians(&self, f: &mut Formatter<'_>, workload: Workload, figure: &Figure) -> fmt::Result {
        for side in 0..self.plan.sides.len() {
            match median(&self.values(side, workload, figure)) {
                Some(value) => write!(f, " {value:.*} |", figure.decimals)?,
                None => write!(f, " – |")?,
            }
        }
        Ok(())
    }

    fn medians_of_ratios(&self, f: &mut Formatter<'_>, workload: Workload, figure: &Figure) -> fmt::Result {
        for side in 1..self.plan.sides.len() {
            let ratios = self.ratios(side, workload, figure);
            let lowest = ratios.iter().copied().min_by(f64::total_cmp);
            let highest = ratios.iter().copied().max_by(f64::total_cmp);
            match (median(&ratios), lowest, highest) {
                (Some(middle), Some(low), Some(high)) => write!(f, " {middle:.2} ({low:.2}–{high:.2}) |")?,
                _ => write!(f, " – |")?,
            }
        }
        Ok(())
    }

    /// A table of the columns that are asked for, with a row for each figure.
    fn table(&self, f: &mut Formatter<'_>, columns: &[Columns]) -> fmt::Result {
        let sides = &self.plan.sides;
        write!(f, "| | workload | figure |")?;
        let mut numbers = 0;
        for columns in columns {
            match (columns, sides.split_first()) {
                (Columns::Medians, _) => {
                    for side in sides {
                        write!(f, " {} |", heading(side))?;
                    }
                    numbers += sides.len();
                }
                (Columns::Ratios, Some((floor, others))) => {
                    for side in others {
                        write!(f, " {} ÷ {} |", side.name, floor.name)?;
                    }
                    numbers += others.len();
                }
                (Columns::Ratios, None) => {}
            }
        }
        writeln!(f, "\n| --- | --- | --- |{}", " ---: |".repeat(numbers))?;
        for &workload in &self.plan.workloads {
            if self.skipped.iter().any(|(skipped, _)| *skipped == workload) {
                continue;
            }
            for figure in workload.figures() {
                write!(f, "| {} | {} | {} |", workload.code(), workload.label(), figure.label)?;
                for columns in columns {
                    match columns {
                        Columns::Medians => self.medians(f, workload, figure)?,
                        Columns::Ratios => self.medians_of_ratios(f, workload, figure)?,
                    }
                }
                writeln!(f)?;
            }
        }
        Ok(())
    }

    /// What a reader must know of the sides, and why some have no figures.
    fn notes(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for side in &self.plan.sides {
            let mut said: Vec<String> = side.remark.iter().cloned().collect();
            let mut lacking: Vec<(&str, Vec<String>)> = Vec::new();
            for &workload in &self.plan.workloads {
                let Some(why) = side.lacks(workload) else { continue };
                let named = format!("{} ({})", workload.code(), workload.label());
                match lacking.iter_mut().find(|(known, _)| *known == why) {
                    Some((_, workloads)) => workloads.push(named),
                    None => lacking.push((why, vec![named])),
                }
            }
            said.extend(lacking.into_iter().map(|(why, workloads)| format!("no {}, as {why}", workloads.join(", "))));
            if !said.is_empty() {
                write!(f, "\n- {}: {}.", side.name, said.join("; "))?;
            }
        }
        Ok(())
    }
}

#[derive(Clone, Copy)]
enum Columns {
    Medians,
    Ratios,
}

fn heading(side: &Side) -> String {
    match &side.version {
        Some(version) => format!("{} {version}", side.name),
        None => side.name.clone(),
    }
}

/// The most sides whose figures and ratios stand side by side in one table.
const SIDES_OF_ONE_TABLE: usize = 3;

impl Display for Report<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Plan { sides, rounds, seconds, .. } = self.plan;
        if sides.len() <= SIDES_OF_ONE_TABLE {
            self.table(f, &[Columns::Medians, Columns::Ratios])?;
        } else {
            self.table(f, &[Columns::Medians])?;
            writeln!(f)?;
            self.table(f, &[Columns::Ratios])?;
        }
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        write!(f, "\nMedians of {rounds} interleaved rounds of {seconds} s on {cores} cores;")?;
        write!(f, " a ratio is the median of the rounds' own ratios (lowest–highest).")?;
        for (workload, why) in &self.skipped {
            write!(f, "\nSkipped: {} ({}): {why}.", workload.code(), workload.label())?;
        }
        self.notes(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(rounds: usize) -> Plan {
        let sides = ["floor", "framework"].map(side);
        Plan { sides: sides.into(), workloads: vec![Workload::OneConnection], rounds, seconds: 1.0 }
    }

    fn side(name: &str) -> Side {
        Side { name: name.to_owned(), version: None, remark: None, lacks: Vec::new(), program: "none".into() }
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

    #[test]
    fn many_sides_have_their_ratios_in_a_table_of_their_own() {
        let mut plan = plan(1);
        let version = Some("1.2.3".to_owned());
        plan.sides.push(Side { version, remark: Some("it waits".to_owned()), ..side("one") });
        plan.sides.push(Side { lacks: vec![(Workload::OneConnection, "it calls nobody".to_owned())], ..side("other") });
        let mut report = Report::new(&plan);
        for (side, rate) in [1000.0, 800.0, 500.0].into_iter().enumerate() {
            report.add(cell(0, side, rate));
        }
        let table = report.to_string();
        assert!(table.contains("| figure | floor | framework | one 1.2.3 | other |\n"), "{table}");
        assert!(table.contains("| calls/s | 1000 | 800 | 500 | – |\n"), "{table}");
        assert!(table.contains("| figure | framework ÷ floor | one ÷ floor | other ÷ floor |\n"), "{table}");
        assert!(table.contains("| calls/s | 0.80 (0.80–0.80) | 0.50 (0.50–0.50) | – |\n"), "{table}");
        let notes = "- one: it waits.\n- other: no W2 (1 connection × 64 in flight), as it calls nobody.";
        assert!(table.ends_with(notes), "{table}");
    }
}
