//! What a call costs, counted rather than timed: [`instructions`] and [`system_calls`].
//!
//! Counts are differences: the same work is done a number of times and twice that number, so that what starting and
//! ending cost is in neither. A tool that is not there, or counts that cannot be compared, are said loudly and are no
//! failure.

pub mod instructions;
pub mod system_calls;

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, ensure};

/// What a tool calls itself, where there is such a tool.
fn version_of(tool: &str) -> Option<String> {
    // A tool that does not start, or says nothing of itself, is none.
    let said = Command::new(tool).arg("--version").output().ok().filter(|said| said.status.success())?;
    String::from_utf8_lossy(&said.stdout).lines().next().map(|line| line.trim().to_owned())
}

/// A message that nobody overlooks, who would otherwise take what was not done for done.
fn skipped(what: &str) -> String {
    let rule = "*".repeat(80);
    format!("{rule}\nskipped: {what}\n{rule}")
}

/// A file for what a tool finds, of this process.
fn scratch(name: &str) -> PathBuf {
    std::env::temp_dir().join(format!("ipc-benches-{}-{name}", std::process::id()))
}

/// Reads what a tool wrote, and removes it.
fn taken(file: &PathBuf) -> Result<String> {
    let text = std::fs::read_to_string(file).with_context(|| format!("reading {}", file.display()))?;
    std::fs::remove_file(file).with_context(|| format!("removing {}", file.display()))?;
    Ok(text)
}

/// Only what the compiler was told to make fast tells what it costs.
fn require_release() -> Result<()> {
    ensure!(!cfg!(debug_assertions), "what an unoptimised build costs says nothing: build it with `--release`");
    Ok(())
}
