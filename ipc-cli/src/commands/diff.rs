//! `ipc diff`: what is different in a contract, and whom that breaks.

use std::path::PathBuf;

use clap::Args;

use crate::catalog::described;
use crate::failure::Failed;
use crate::options::Options;
use crate::output::Output;
use crate::output::style::{DIM, ERROR, GOOD, NAME, clean, styled};

#[derive(Debug, Args)]
pub(crate) struct Diff {
    /// The description that was, in a file; `ipc describe` writes one. Standard input with `-`.
    #[arg(value_name = "OLD")]
    old: PathBuf,
    /// The description that is, in a file. Without it, the running server's.
    #[arg(value_name = "NEW")]
    new: Option<PathBuf>,
}

impl Diff {
    pub(super) async fn run(&self, options: &Options, output: &Output) -> Result<(), Failed> {
        let old = described(Some(&self.old), options, output).await?;
        let new = described(self.new.as_deref(), options, output).await?;
        let changes = old.diff(&new);
        if output.is_for_people() && changes.is_empty() {
            output.note("nothing is different");
        }
        for change in &changes {
            if !output.is_for_people() {
                output.json(change)?;
                continue;
            }
            let (style, sign) = if change.is_breaking() { (ERROR, "breaks") } else { (GOOD, "ok    ") };
            let place = [change.channel(), change.place()].into_iter().filter(|part| !part.is_empty());
            let place = place.collect::<Vec<_>>().join(": ");
            output.line(format_args!(
                "{}  {}  {} {}",
                styled(style, sign),
                styled(NAME, clean(&place)),
                clean(change.what()),
                styled(DIM, format_args!("({})", clean(change.why()))),
            ))?;
        }
        match changes.breaking().count() {
            0 => Ok(()),
            1 => Err(Failed::of("one change breaks clients of the old contract")),
            several => Err(Failed::of(format_args!("{several} changes break clients of the old contract"))),
        }
    }
}
