//! What is typed behind `cargo xtask syscalls`.

use std::path::Path;

use anyhow::{Context, Result, bail, ensure};

use super::tracer::Tracer;
use crate::side::{self, Side};

/// What is asked for.
#[derive(Debug)]
pub(super) struct Options {
    pub(super) in_flight: u16,
    pub(super) calls: u64,
    pub(super) rounds: usize,
    pub(super) sides: Vec<Side>,
    pub(super) tracer: Tracer,
}

impl Options {
    /// How many of so many there are for 100 calls.
    pub(super) fn per_hundred(&self, count: i64) -> f64 {
        count as f64 * 100.0 / self.calls as f64
    }
}

const KNOWN: &str = "--in-flight, --calls, --rounds, --sides, --with, --peers";

pub(super) fn parse(arguments: &[String], mut sides: Vec<Side>) -> Result<Options> {
    let (mut in_flight, mut calls, mut rounds) = (64, 100_000, 3);
    let mut tracer = Tracer::Strace;
    let mut names = "floor,framework".to_owned();
    let mut arguments = arguments.iter();
    while let Some(option) = arguments.next() {
        let mut value = || arguments.next().with_context(|| format!("`{option}` needs a value"));
        match option.as_str() {
            "--in-flight" => in_flight = value()?.parse().context("`--in-flight` needs a whole number")?,
            "--calls" => calls = value()?.parse().context("`--calls` needs a whole number")?,
            "--rounds" => rounds = value()?.parse().context("`--rounds` needs a whole number")?,
            "--sides" => names.clone_from(value()?),
            "--with" => tracer = value()?.parse()?,
            "--peers" => {
                let peers = side::of_program(Path::new(value()?))?;
                for peer in &peers {
                    names.push_str(&format!(",{}", peer.name));
                }
                sides.extend(peers);
            }
            unknown => bail!("unknown option `{unknown}`, expected one of: {KNOWN}"),
        }
    }
    ensure!(in_flight > 0 && rounds > 0, "at least one call in flight, and one round");
    // The same number for every task.
    let calls = (calls / u64::from(in_flight)).max(1) * u64::from(in_flight);
    Ok(Options { in_flight, calls, rounds, sides: side::named(&names, &sides)?, tracer })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(arguments: &[&str]) -> Result<Options, String> {
        let side = |name: &str| Side {
            name: name.to_owned(),
            version: None,
            remark: None,
            lacks: Vec::new(),
            program: "none".into(),
        };
        let arguments: Vec<String> = arguments.iter().map(|argument| (*argument).to_owned()).collect();
        parse(&arguments, vec![side("floor"), side("framework")]).map_err(|error| format!("{error:#}"))
    }

    #[test]
    fn every_task_does_the_same_number_of_calls() {
        let options = parsed(&["--calls", "1000"]).expect("all is known");
        assert_eq!((options.in_flight, options.calls), (64, 960));
        let options = parsed(&["--in-flight", "1", "--calls", "7"]).expect("all is known");
        assert_eq!((options.in_flight, options.calls), (1, 7));
    }

    #[test]
    fn what_is_not_known_is_answered_with_what_is() {
        let refused = |arguments| parsed(arguments).expect_err("it is refused");
        assert_eq!(refused(&["--call", "7"]), format!("unknown option `--call`, expected one of: {KNOWN}"));
        assert_eq!(refused(&["--calls"]), "`--calls` needs a value");
        assert_eq!(refused(&["--in-flight", "0"]), "at least one call in flight, and one round");
        assert!(refused(&["--sides", "florr"]).starts_with("unknown side `florr`"));
        assert_eq!(refused(&["--with", "dtrace"]), "unknown tracer `dtrace`, expected one of: strace, perf");
    }
}
