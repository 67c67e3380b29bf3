//! `cargo xtask bench`, `instructions` and `syscalls`: the benchmark, built for release and run.

use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::run::{cargo, run};
use crate::tools::target;

const PEERS: &str = "--peers";

/// The options are the benchmark's own, which also names the ones it does not know; but for the peers, which are a
/// program that is built only when they are asked for.
pub(crate) fn bench(root: &Path, options: &[String]) -> Result<()> {
    run_program(root, &[], options)
}

/// Instructions of a call, an event, an item: counted, and compared with the budget in `benches/instructions.json`.
pub(crate) fn instructions(root: &Path, options: &[String]) -> Result<()> {
    run_program(root, &["instructions"], options)
}

/// System calls of 100 calls.
pub(crate) fn syscalls(root: &Path, options: &[String]) -> Result<()> {
    run_program(root, &["syscalls"], options)
}

fn run_program(root: &Path, part: &[&str], options: &[String]) -> Result<()> {
    let (with_peers, options) = without_peers(options);
    let peers = with_peers.then(|| build_peers(root)).transpose()?;
    let arguments = ["run", "--quiet", "--release", "--package", "ipc-benches", "--"];
    let mut command = cargo();
    command.current_dir(root).args(arguments).args(part);
    if let Some(program) = peers {
        command.arg(PEERS).arg(program);
    }
    run(command.args(options))
}

/// Whether the peers are asked for, and what else is.
fn without_peers(options: &[String]) -> (bool, Vec<&String>) {
    let others: Vec<&String> = options.iter().filter(|option| *option != PEERS).collect();
    (others.len() < options.len(), others)
}

/// Builds the peers, which are a workspace of their own, and tells where their program is.
fn build_peers(root: &Path) -> Result<PathBuf> {
    let folder = root.join("benches/peers");
    let built = target(root)?.join("peers");
    run(cargo().current_dir(folder).args(["build", "--quiet", "--release", "--target-dir"]).arg(&built))?;
    Ok(built.join("release").join("ipc-peers").with_extension(std::env::consts::EXE_EXTENSION))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_peers_are_asked_for_wherever_it_is_said() {
        let options = ["--rounds", "3", "--peers", "--all"].map(str::to_owned);
        let (with_peers, others) = without_peers(&options);
        assert!(with_peers);
        assert_eq!(others, ["--rounds", "3", "--all"]);
        let [rounds, count, ..] = options;
        assert_eq!(without_peers(&[rounds.clone(), count.clone()]), (false, vec![&rounds, &count]));
    }
}
