//! The program that plays every role: it runs the rounds, and is the server and the client of each measurement.

#![expect(clippy::print_stdout, reason = "a program that reports on standard output")]

use anyhow::{Context, Result, bail};
use ipc_benches::Workload;
use ipc_benches::child::{self, Task};
#[cfg(unix)]
use ipc_benches::floor::Floor;
use ipc_benches::framework::Framework;
use ipc_benches::runner::{self, Plan, Side};

type Run = fn(&Task) -> Result<()>;

/// The sides of the comparison; the first is what the others are measured against.
///
/// The floor is written for Unix sockets; elsewhere the framework has only itself beside it.
const SIDES: &[(&str, Run)] = &[
    #[cfg(unix)]
    ("floor", child::run::<Floor>),
    ("framework", child::run::<Framework>),
];

fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1).peekable();
    if let Some(json) = arguments.next_if(|argument| argument.starts_with('{')) {
        let task: Task = serde_json::from_str(&json).context("the task of this process")?;
        let (_, run) = SIDES.iter().find(|(name, _)| *name == task.side).context("a side that this program has not")?;
        return run(&task);
    }
    let plan = plan(arguments)?;
    println!("{}", runner::run(&plan)?);
    Ok(())
}

fn plan(mut arguments: impl Iterator<Item = String>) -> Result<Plan> {
    let program = std::env::current_exe()?;
    let side = |(name, _): &(&str, Run)| Side { name: (*name).to_owned(), program: program.clone() };
    let sides = SIDES.iter().map(side).collect();
    let mut plan = Plan { sides, workloads: Workload::ALL.to_vec(), rounds: 5, seconds: 1.0 };
    while let Some(option) = arguments.next() {
        let mut value = || arguments.next().with_context(|| format!("`{option}` needs a value"));
        match option.as_str() {
            "--rounds" => plan.rounds = value()?.parse().context("`--rounds` needs a whole number")?,
            "--seconds" => plan.seconds = value()?.parse().context("`--seconds` needs a number")?,
            "--only" => plan.workloads = chosen(&value()?)?,
            unknown => bail!("unknown option `{unknown}`, expected one of: --rounds, --seconds, --only"),
        }
    }
    if plan.rounds == 0 || !(0.01..=3600.0).contains(&plan.seconds) {
        bail!("at least one round, and from 0.01 to 3600 seconds");
    }
    Ok(plan)
}

fn chosen(codes: &str) -> Result<Vec<Workload>> {
    let codes: Vec<&str> = codes.split(',').collect();
    for code in &codes {
        if !Workload::ALL.iter().any(|workload| workload.code() == *code) {
            bail!("unknown workload `{code}`, expected some of: W1, W2, W3, W4, W5, W6");
        }
    }
    Ok(Workload::ALL.into_iter().filter(|workload| codes.contains(&workload.code())).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan_of(arguments: &[&str]) -> Result<Plan> {
        plan(arguments.iter().map(|argument| (*argument).to_owned()))
    }

    #[test]
    fn options_shape_the_plan() {
        let plan = plan_of(&["--rounds", "3", "--seconds", "0.5", "--only", "W5,W1"]).expect("all are known");
        assert_eq!((plan.rounds, plan.seconds), (3, 0.5));
        let [one, many] = [Workload::OneSubscriber, Workload::ManySubscribers];
        assert_eq!(plan.workloads, [Workload::OneCall, Workload::OneCallOneCore, one, many]);
    }

    #[test]
    fn what_is_not_known_is_answered_with_what_is() {
        let complaint = |arguments: &[&str]| plan_of(arguments).expect_err("refused").to_string();
        let options = "unknown option `--round`, expected one of: --rounds, --seconds, --only";
        assert_eq!(complaint(&["--round", "3"]), options);
        assert_eq!(complaint(&["--only", "W9"]), "unknown workload `W9`, expected some of: W1, W2, W3, W4, W5, W6");
        assert_eq!(complaint(&["--rounds"]), "`--rounds` needs a value");
    }
}
