//! The programs that count what another one asks of the kernel.

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::str::FromStr;

use anyhow::{Result, bail};

use super::summary::Summary;
use crate::counting::{scratch, version_of};

/// A program that counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tracer {
    Strace,
    Perf,
}

/// Those that `perf` counts by name, which costs something for each: what an end of a connection does all the time.
const NAMED: [&str; 11] = [
    "epoll_wait",
    "futex",
    "read",
    "recvfrom",
    "recvmsg",
    "readv",
    "sched_yield",
    "sendmsg",
    "sendto",
    "write",
    "writev",
];

impl Tracer {
    /// Whether it can be used here.
    ///
    /// # Errors
    /// When it cannot: the message says why.
    pub(super) fn usable(self) -> Result<()> {
        if version_of(&self.to_string()).is_none() {
            bail!("there is no `{self}` here");
        }
        if self == Self::Perf {
            let tried = Command::new("perf").args(["stat", "-e", "raw_syscalls:sys_enter", "true"]).output()?;
            let said = String::from_utf8_lossy(&tried.stderr);
            if !tried.status.success() || said.contains("<not") {
                bail!("`perf` may not trace system calls here: {said}");
            }
        }
        Ok(())
    }

    /// What runs a program, and writes what all of its threads asked of the kernel to a file.
    pub(super) fn around(self, program: &Path) -> (Command, Option<PathBuf>) {
        let file = scratch("system-calls");
        let mut command = Command::new(self.to_string());
        match self {
            Self::Strace => command.args(["--follow-forks", "--summary-only", "--output"]).arg(&file),
            Self::Perf => {
                let mut events = "raw_syscalls:sys_enter".to_owned();
                for name in NAMED {
                    events.push_str(&format!(",syscalls:sys_enter_{name}"));
                }
                command.args(["stat", "--field-separator", ",", "--event"]).arg(events).arg("--output").arg(&file)
            }
        };
        command.arg(program);
        (command, Some(file))
    }

    /// Reads what it wrote.
    pub(super) fn read(self, written: &str) -> Result<Summary> {
        match self {
            Self::Strace => Summary::of_strace(written),
            Self::Perf => Summary::of_perf(written),
        }
    }
}

impl fmt::Display for Tracer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Strace => "strace",
            Self::Perf => "perf",
        })
    }
}

impl FromStr for Tracer {
    type Err = anyhow::Error;

    fn from_str(name: &str) -> Result<Self> {
        match name {
            "strace" => Ok(Self::Strace),
            "perf" => Ok(Self::Perf),
            unknown => bail!("unknown tracer `{unknown}`, expected one of: strace, perf"),
        }
    }
}
