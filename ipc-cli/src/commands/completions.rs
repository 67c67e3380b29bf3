//! `ipc completions`: what completes command lines in a shell.

use clap::{Args, CommandFactory as _};
use clap_complete::Shell;

use crate::failure::Failed;
use crate::options::Arguments;
use crate::output::Output;

#[derive(Debug, Args)]
pub(crate) struct Completions {
    /// The shell.
    shell: Shell,
}

impl Completions {
    pub(super) fn run(&self, output: &Output) -> Result<(), Failed> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Arguments::command(), "ipc", &mut script);
        output.bytes(&script)
    }
}
