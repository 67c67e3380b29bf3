//! `cargo xtask fuzz`: every fuzz target, for a while, up to the first input that is bad.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::run::run;
use crate::tools::{CARGO_FUZZ, ensure, target};

const TOOLCHAIN: &str = "nightly";

/// An input that takes longer than this hangs.
const LIMIT: Duration = Duration::from_secs(30);

#[derive(Debug, PartialEq, Eq)]
struct Options {
    seconds: u32,
    only: Vec<String>,
    keep: bool,
}

/// What a run came to.
#[derive(Debug, PartialEq, Eq)]
struct Run {
    executions: u64,
    /// The input that is bad, and why.
    bad: Option<(PathBuf, String)>,
}

pub(crate) fn fuzz(root: &Path, arguments: &[String]) -> Result<()> {
    let targets = targets(&root.join("fuzz/fuzz_targets"))?;
    let options = parse(arguments, &targets)?;
    let chosen: Vec<&String> =
        targets.iter().filter(|name| options.only.is_empty() || options.only.contains(name)).collect();
    let mut cargo_fuzz = prepared(root)?;
    // Built before any of them runs, so that the seconds are those of the fuzzer and not of the compiler.
    run(cargo_fuzz().args(["build", "--sanitizer", "none"]))?;
    let work = target(root)?.join("fuzz");
    let mut table =
        String::from("| target     | executions | per second |\n| ---------- | ---------: | ---------: |\n");
    for name in chosen {
        println!("-- {name}");
        let outcome = run_target(&mut cargo_fuzz, root, &work, name, options.seconds)?;
        if let Some((input, why)) = outcome.bad {
            bail!(
                "the target `{name}` found a bad input after {} executions: {why}\n  it is {}\n  once more, and step by \
                 step: FUZZ_TRACE=1 FUZZ_INPUT={name}:{} cargo test -p ipc-transport the_bad_input",
                outcome.executions,
                input.display(),
                input.display()
            );
        }
        let per_second = outcome.executions / u64::from(options.seconds.max(1));
        table.push_str(&format!("| {name:<10} | {:>10} | {per_second:>10} |\n", outcome.executions));
        if options.keep {
            keep(&mut cargo_fuzz, root, &work, name)?;
        }
    }
    println!("\n{table}");
    Ok(())
}

/// What makes a command of `cargo fuzz`, when all that it needs is there.
fn prepared(root: &Path) -> Result<impl FnMut() -> Command> {
    let nightly = Command::new("rustup").args(["run", TOOLCHAIN, "rustc", "--version"]).output();
    if !nightly.is_ok_and(|output| output.status.success()) {
        bail!(
            "fuzzing needs a toolchain that can instrument code: `rustup toolchain install {TOOLCHAIN} --profile minimal`, and \
             a C++ compiler; everything else works without"
        );
    }
    let program = ensure(root, &CARGO_FUZZ)?;
    let folder = root.join("fuzz");
    Ok(move || {
        let mut command = Command::new("rustup");
        command.current_dir(&folder).args(["run", TOOLCHAIN]).arg(&program).arg("fuzz");
        command
    })
}

fn run_target(
    cargo_fuzz: &mut impl FnMut() -> Command,
    root: &Path,
    work: &Path,
    name: &str,
    seconds: u32,
) -> Result<Run> {
    let (found, artifacts) = (work.join(name), root.join("fuzz/artifacts").join(name));
    for folder in [&found, &artifacts] {
        fs::create_dir_all(folder).with_context(|| format!("making {}", folder.display()))?;
    }
    let log = work.join(format!("{name}.log"));
    let mut command = cargo_fuzz();
    command.args(["run", "--sanitizer", "none", name]).arg(&found).arg(root.join("fuzz/corpus").join(name)).arg("--");
    command.arg(format!("-max_total_time={seconds}")).arg(format!("-timeout={}", LIMIT.as_secs()));
    command.args(["-print_final_stats=1", "-rss_limit_mb=2048"]);
    command.arg(format!("-artifact_prefix={}/", artifacts.display()));
    let file = fs::File::create(&log).with_context(|| format!("making {}", log.display()))?;
    let status = command.stdin(Stdio::null()).stdout(file.try_clone()?).stderr(file).status();
    let status = status.with_context(|| format!("the target `{name}` did not start"))?;
    let said = fs::read(&log).with_context(|| format!("reading {}", log.display()))?;
    let outcome = outcome(&String::from_utf8_lossy(&said));
    if !status.success() && outcome.bad.is_none() {
        bail!("the target `{name}` ended with {status}, and {} says why", log.display());
    }
    Ok(outcome)
}

/// Adds to the repository's corpus what reaches code that nothing in it does.
fn keep(cargo_fuzz: &mut impl FnMut() -> Command, root: &Path, work: &Path, name: &str) -> Result<()> {
    let mut command = cargo_fuzz();
    command.args(["run", "--sanitizer", "none", name]).arg(root.join("fuzz/corpus").join(name)).arg(work.join(name));
    // By the code alone, not by how often it is run: else hundreds of inputs would differ in nothing that a person sees.
    run(command.args(["--", "-merge=1", "-use_counters=0", "-max_len=2048"]))
}

/// What the fuzzer said of its run.
fn outcome(said: &str) -> Run {
    let executions = said.lines().find_map(|line| line.strip_prefix("stat::number_of_executed_units:"));
    // A fuzzer that is ended by a bad input has no time for its statistics, but for `#123` before each line.
    let mut counted = said.lines().filter_map(|line| line.strip_prefix('#')?.split_whitespace().next()?.parse().ok());
    let executions =
        executions.and_then(|number| number.trim().parse().ok()).or_else(|| counted.next_back()).unwrap_or(0);
    let written = said.lines().find_map(|line| line.split_once("Test unit written to ")).map(|(_, path)| path.trim());
    let bad = written.map(|path| (PathBuf::from(path), why(said).unwrap_or("see the log").to_owned()));
    Run { executions, bad }
}

/// The line behind that which tells where it panicked, or what the fuzzer itself has against the input.
fn why(said: &str) -> Option<&str> {
    let mut lines =
        said.lines().skip_while(|line| !line.contains("' panicked at ") && !line.contains(") panicked at "));
    if lines.next().is_some() {
        return lines.next();
    }
    let (_, error) = said.lines().find_map(|line| line.split_once("ERROR: "))?;
    Some(error)
}

fn targets(folder: &Path) -> Result<Vec<String>> {
    let entries = fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))?;
    let mut names = Vec::new();
    for entry in entries {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "rs") {
            names.extend(path.file_stem().map(|name| name.to_string_lossy().into_owned()));
        }
    }
    names.sort();
    Ok(names)
}

fn parse(arguments: &[String], targets: &[String]) -> Result<Options> {
    let mut options = Options { seconds: 60, only: Vec::new(), keep: false };
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().with_context(|| format!("`{argument}` lacks its value"));
        match argument.as_str() {
            "--seconds" => {
                let value = value()?;
                options.seconds = value.parse().with_context(|| format!("`{value}` is no number of seconds"))?;
                // A fuzzer takes 0 for "without end".
                anyhow::ensure!(options.seconds > 0, "a fuzzer runs for 1 second or more");
            }
            "--only" => {
                options.only = value()?.split(',').map(str::to_owned).collect();
                if let Some(unknown) = options.only.iter().find(|name| !targets.contains(name)) {
                    bail!("there is no fuzz target `{unknown}`, expected some of: {}", targets.join(","));
                }
            }
            "--keep" => options.keep = true,
            unknown => bail!("unknown option `{unknown}`, expected one of: --seconds, --only, --keep"),
        }
    }
    Ok(options)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(arguments: &[&str]) -> Result<Options, String> {
        let arguments: Vec<String> = arguments.iter().map(|argument| (*argument).to_owned()).collect();
        parse(&arguments, &["frame".to_owned(), "hello".to_owned()]).map_err(|error| format!("{error:#}"))
    }

    #[test]
    fn options_are_read_and_what_is_wrong_with_them_is_told() {
        let expected = Options { seconds: 5, only: vec!["hello".to_owned()], keep: true };
        assert_eq!(parsed(&["--seconds", "5", "--only", "hello", "--keep"]), Ok(expected));
        let refused = |arguments| parsed(arguments).expect_err("it is refused");
        assert_eq!(refused(&["--only", "helo"]), "there is no fuzz target `helo`, expected some of: frame,hello");
        assert_eq!(refused(&["--fast"]), "unknown option `--fast`, expected one of: --seconds, --only, --keep");
        assert_eq!(refused(&["--seconds"]), "`--seconds` lacks its value");
        assert_eq!(refused(&["--seconds", "0"]), "a fuzzer runs for 1 second or more");
        assert!(refused(&["--seconds", "long"]).starts_with("`long` is no number of seconds"));
    }

    #[test]
    fn a_run_to_its_end_tells_its_executions() {
        let said =
            "#2\tINITED cov: 9\n#900\tDONE   cov: 10\nstat::number_of_executed_units: 912\nstat::peak_rss_mb: 46\n";
        assert_eq!(outcome(said), Run { executions: 912, bad: None });
    }

    #[test]
    fn a_bad_input_is_named_with_what_is_wrong_with_it() {
        let said = "#77\tNEW    cov: 9\nthread '<unnamed>' (7) panicked at src/frame.rs:9:9:\nassertion failed\n\
                    ==7== ERROR: libFuzzer: deadly signal\nartifact_prefix='/a/'; Test unit written to /a/crash-12\n";
        let bad = Some((PathBuf::from("/a/crash-12"), "assertion failed".to_owned()));
        assert_eq!(outcome(said), Run { executions: 77, bad });
        let said = "==7== ERROR: libFuzzer: timeout after 30 seconds\nartifact_prefix='/a/'; Test unit written to /a/timeout-12\n";
        let bad = Some((PathBuf::from("/a/timeout-12"), "libFuzzer: timeout after 30 seconds".to_owned()));
        assert_eq!(outcome(said), Run { executions: 0, bad });
    }
}
