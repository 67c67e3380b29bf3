//! What the project checks and measures, as one program: `cargo xtask`.

#![expect(clippy::print_stdout, reason = "a program that reports on standard output")]

mod allocations;
mod audit;
mod bench;
mod examples;
mod fuzz;
mod house_rules;
mod run;
mod test;
mod tools;
mod typescript;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, bail};

const HELP: &str = "\
Usage: cargo xtask <command>

Commands:
  test                 everything the project checks, in order, up to the first failure
  bench [options]      the benchmark, built for release: a hand-written floor beside the framework
        --rounds N     interleaved rounds, the table gives their medians (default 5)
        --seconds S    how long each measurement lasts (default 1)
        --only LIST    some workloads only, as in W1,W2: calls W1 to W4, events W5, connections at rest W6; and what is
                       not measured otherwise: bodies of 4 to 256 KiB W7, small calls beside a large one W8, two tenants
                       W9, 1000 subscribers W10, 1 to 4096 calls in flight W11
        --all          every workload, and a second floor, which answers in parts
        --peers        tarpc, jsonrpsee, zbus, zlink and tonic as well: built on their own, which takes minutes
        --sides LIST   some sides only, as in floor,zbus: the first is what the others are measured against
  instructions [options]   what the processor does for a call, an event and an item: counted by valgrind, and compared
                       with the budget in benches/instructions.json; fails where a count is more than 5% beyond it
        --update       the budget becomes what is counted now
        --floor        the floor's counts beside
  syscalls [options]   what client and server ask of the kernel for 100 calls, each counted by itself
        --in-flight N  calls in flight (default 64)
        --calls N      how many are counted (default 100000)
        --with TRACER  strace, which makes system calls slower, or perf, which needs the rights to trace (default strace)
                       and --rounds, --sides, --peers as above
  allocations          where client and server allocate for a call; the test `allocations` holds how often
  fuzz [options]       every fuzz target for a while, up to the first bad input; needs a nightly toolchain
        --seconds N    how long each target runs (default 60)
        --only LIST    some targets only, as in frame,connection
        --keep         what reaches code that no kept input does is added to fuzz/corpus
  notes                the end-to-end tests of the app in examples/notes: a backend in Rust, a frontend in TypeScript
  audit                licences, sources and versions of all dependencies, as `test` does, and known weaknesses
  help                 this text";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match dispatch(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(arguments: &[String]) -> Result<()> {
    let Some((command, rest)) = arguments.split_first() else {
        println!("{HELP}");
        return Ok(());
    };
    match command.as_str() {
        "test" => match rest.first() {
            None => test::test(&root()?),
            Some(surplus) => bail!("`cargo xtask test` takes no arguments, found `{surplus}`"),
        },
        "fuzz" => fuzz::fuzz(&root()?, rest),
        "allocations" => match rest.first() {
            None => allocations::allocations(&root()?),
            Some(surplus) => bail!("`cargo xtask allocations` takes no arguments, found `{surplus}`"),
        },
        "audit" => match rest.first() {
            None => audit::audit(&root()?),
            Some(surplus) => bail!("`cargo xtask audit` takes no arguments, found `{surplus}`"),
        },
        "notes" => match rest.first() {
            None => typescript::notes(&root()?),
            Some(surplus) => bail!("`cargo xtask notes` takes no arguments, found `{surplus}`"),
        },
        "bench" => bench::bench(&root()?, rest),
        "instructions" => bench::instructions(&root()?, rest),
        "syscalls" => bench::syscalls(&root()?, rest),
        "help" | "--help" | "-h" => {
            println!("{HELP}");
            Ok(())
        }
        unknown => bail!(
            "unknown command `{unknown}`, expected one of: test, bench, instructions, syscalls, allocations, fuzz, notes, audit, help"
        ),
    }
}

/// The workspace's folder: the parent of this package's.
fn root() -> Result<PathBuf> {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.parent().map(Path::to_owned).context("the package xtask lies outside the workspace")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complaint(arguments: &[&str]) -> Option<String> {
        let arguments: Vec<String> = arguments.iter().map(|argument| (*argument).to_owned()).collect();
        dispatch(&arguments).err().map(|error| format!("{error:#}"))
    }

    #[test]
    fn an_unknown_command_is_answered_with_the_known_ones() {
        let message = complaint(&["tset"]).expect("an unknown command fails");
        assert_eq!(
            message,
            "unknown command `tset`, expected one of: test, bench, instructions, syscalls, allocations, fuzz, notes, audit, help"
        );
    }

    #[test]
    fn what_would_not_be_heeded_is_refused() {
        for command in ["test", "audit", "allocations", "fuzz", "notes"] {
            let message = complaint(&[command, "--fast"]).expect("a surplus argument fails");
            assert!(message.contains("`--fast`"), "{message}");
        }
    }

    #[test]
    fn the_help_tells_of_every_command() {
        let message = complaint(&["tset"]).expect("an unknown command fails");
        let (_, commands) = message.split_once("one of: ").expect("the message lists the commands");
        for command in commands.split(", ") {
            assert!(HELP.lines().any(|line| line.starts_with(&format!("  {command} "))), "{command}");
        }
    }

    #[test]
    fn the_help_tells_of_every_option_of_the_benchmark() {
        for option in [
            "--rounds",
            "--seconds",
            "--only",
            "--all",
            "--peers",
            "--sides",
            "--update",
            "--floor",
            "--in-flight",
            "--calls",
            "--with",
        ] {
            assert!(HELP.lines().any(|line| line.trim_start().starts_with(option)), "{option}");
        }
    }

    #[test]
    fn without_arguments_it_helps() {
        assert_eq!(complaint(&[]), None);
    }
}
