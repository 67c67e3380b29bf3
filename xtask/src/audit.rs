//! What the project depends on: where it comes from, under which licence, in how many versions, and with which known
//! weaknesses.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::run::run;
use crate::tools::{CARGO_DENY, ensure};

/// What `deny.toml` says of licences, sources and versions: nothing but crates.io is needed for it.
pub(crate) fn dependencies(root: &Path) -> Result<()> {
    run(deny(root)?.args(["licenses", "sources", "bans"]))
}

/// The same, and the advisories that are published of what the project depends on.
pub(crate) fn audit(root: &Path) -> Result<()> {
    dependencies(root)?;
    let mut advisories = deny(root)?;
    // Nobody sits there who could give a password.
    let output = advisories.arg("advisories").env("GIT_TERMINAL_PROMPT", "0").output();
    let output = output.context("`cargo deny check advisories` did not start")?;
    let said = String::from_utf8_lossy(&output.stderr);
    eprint!("{said}");
    match verdict(output.status.success(), &said) {
        Verdict::Clean => Ok(()),
        Verdict::Found => bail!("there are advisories for what the project depends on"),
        Verdict::Skipped(message) => {
            println!("{message}");
            Ok(())
        }
    }
}

fn deny(root: &Path) -> Result<Command> {
    let mut command = Command::new(ensure(root, &CARGO_DENY)?);
    command.current_dir(root).args(["--workspace", "check", "--hide-inclusion-graph"]);
    Ok(command)
}

#[derive(Debug, PartialEq, Eq)]
enum Verdict {
    Clean,
    Found,
    /// Nothing was looked at: what a person is told, who must not take it for a good word.
    Skipped(String),
}

fn verdict(success: bool, said: &str) -> Verdict {
    let unreachable = |line: &&str| line.contains("failed to fetch advisory database");
    match said.lines().find(unreachable) {
        _ if success => Verdict::Clean,
        None => Verdict::Found,
        Some(reason) => {
            let rule = "*".repeat(80);
            Verdict::Skipped(format!(
                "{rule}\nskipped: ADVISORIES WERE NOT CHECKED, as their database is not to be had from here.\n{reason}\n\
                 Run `cargo xtask audit` where https://github.com can be reached.\n{rule}"
            ))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn advisories_that_cannot_be_fetched_are_not_passed_over_in_silence() {
        let said = "2026-01-01 00:00:00 [ERROR] failed to fetch advisory database https://github.com/RustSec/advisory-db \
                    with cli: failed to clone\nfatal: unable to access: Could not resolve host: github.com\n";
        let Verdict::Skipped(message) = verdict(false, said) else { panic!("it is skipped") };
        assert!(message.contains("skipped: ADVISORIES WERE NOT CHECKED"), "{message}");
        assert!(message.contains("RustSec/advisory-db"), "{message}");
    }

    #[test]
    fn an_advisory_is_a_failure_and_none_is_not() {
        assert_eq!(verdict(false, "error[vulnerability]: a use after free\n"), Verdict::Found);
        assert_eq!(verdict(false, ""), Verdict::Found);
        assert_eq!(verdict(true, "advisories ok\n"), Verdict::Clean);
    }
}
