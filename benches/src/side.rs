//! The sides of a comparison: what a program offers, and what one learns of another program's.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use serde::{Deserialize, Serialize};

use crate::child::{self, Task};
use crate::{Echo, Workload};

/// One side that a program offers: an [`Echo`], under a name.
#[derive(Debug, Clone, Copy)]
pub struct Offer {
    name: &'static str,
    version: Option<&'static str>,
    remark: Option<&'static str>,
    lacks: fn(Workload) -> Option<&'static str>,
    run: fn(&Task) -> Result<()>,
}

impl Offer {
    /// Offers an implementation; its name has neither blanks nor commas.
    #[must_use]
    pub const fn of<E: Echo>(name: &'static str) -> Self {
        Self { name, version: None, remark: None, lacks: E::lacks, run: child::run::<E> }
    }

    /// The version of what is measured, where it is not this project's own.
    #[must_use]
    pub const fn version(mut self, version: &'static str) -> Self {
        self.version = Some(version);
        self
    }

    /// What a reader of the figures must know of this side.
    #[must_use]
    pub const fn remark(mut self, remark: &'static str) -> Self {
        self.remark = Some(remark);
        self
    }

    fn side(&self, program: &Path) -> Side {
        let lacks = Workload::ALL.iter().filter_map(|&workload| Some((workload, (self.lacks)(workload)?.to_owned())));
        Side {
            name: self.name.to_owned(),
            version: self.version.map(str::to_owned),
            remark: self.remark.map(str::to_owned),
            lacks: lacks.collect(),
            program: program.to_owned(),
        }
    }
}

/// One side of the comparison, as the runner sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Side {
    /// Its name in the table and in a [`Task`].
    pub name: String,
    /// The version of what is measured, where it is not this project's own.
    pub version: Option<String>,
    /// What a reader of its figures must know.
    pub remark: Option<String>,
    /// The workloads that it is not put through, and why.
    pub lacks: Vec<(Workload, String)>,
    /// The program that does its tasks.
    #[serde(skip)]
    pub program: PathBuf,
}

impl Side {
    /// What starts its program.
    pub(crate) fn plain(&self) -> Command {
        Command::new(&self.program)
    }

    /// Why it is not put through this workload, if it is not.
    #[must_use]
    pub fn lacks(&self, workload: Workload) -> Option<&str> {
        self.lacks.iter().find_map(|(lacking, why)| (*lacking == workload).then_some(why.as_str()))
    }
}

/// What a program is asked with to name its sides.
const ASKED: &str = "--sides-as-json";

/// Does what another program of the benchmark asks for, if that is what the argument is: a [`Task`], or the question
/// which sides there are. Every program that brings sides begins with this; it says whether there is nothing more to do.
///
/// # Errors
/// When the task fails: above all, when an answer is not what was sent.
pub fn serve(argument: Option<&str>, offers: &[Offer]) -> Result<bool> {
    match argument {
        Some(ASKED) => {
            let sides: Vec<Side> = offers.iter().map(|offer| offer.side(Path::new(""))).collect();
            writeln!(std::io::stdout(), "{}", serde_json::to_string(&sides)?)?;
            Ok(true)
        }
        Some(json) if json.starts_with('{') => {
            let task: Task = serde_json::from_str(json).context("the task of this process")?;
            let offer = offers.iter().find(|offer| offer.name == task.side);
            let offer = offer.with_context(|| format!("this program has no side `{}`", task.side))?;
            (offer.run)(&task)?;
            Ok(true)
        }
        _ => Ok(false),
    }
}

/// The sides that this program offers itself.
///
/// # Errors
/// When the system does not tell where the program is.
pub fn own(offers: &[Offer]) -> Result<Vec<Side>> {
    let program = std::env::current_exe()?;
    Ok(offers.iter().map(|offer| offer.side(&program)).collect())
}

/// The sides that another program offers, which begins with [`serve`].
///
/// # Errors
/// When it cannot be asked, or answers something else.
pub fn of_program(program: &Path) -> Result<Vec<Side>> {
    let output = Command::new(program).arg(ASKED).output();
    let output = output.with_context(|| format!("starting {}", program.display()))?;
    ensure!(output.status.success(), "{} ended with {}", program.display(), output.status);
    let mut sides: Vec<Side> = serde_json::from_slice(&output.stdout)
        .with_context(|| format!("{} does not name its sides", program.display()))?;
    for side in &mut sides {
        program.clone_into(&mut side.program);
    }
    Ok(sides)
}

/// The sides of these names, which commas separate, in this order: the first is what the others are measured against.
///
/// # Errors
/// When there is no side of a name, or one is named twice.
pub fn named(names: &str, sides: &[Side]) -> Result<Vec<Side>> {
    let mut seen = BTreeSet::new();
    let side = |name: &str| {
        if !seen.insert(name.to_owned()) {
            bail!("the side `{name}` is named twice");
        }
        sides.iter().find(|side| side.name == name).cloned().with_context(|| {
            let known: Vec<&str> = sides.iter().map(|side| side.name.as_str()).collect();
            format!("unknown side `{name}`, expected some of: {} (more with --peers)", known.join(", "))
        })
    };
    names.split(',').map(side).collect()
}
