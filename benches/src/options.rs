//! What is typed behind `cargo xtask bench`.

use std::path::Path;

use anyhow::{Context, Result, bail};
use ipc_benches::Workload;
use ipc_benches::runner::Plan;
use ipc_benches::side::{self, Side};

/// The sides that are measured when nothing else is asked for.
const USUAL_SIDES: [&str; 2] = ["floor", "framework"];

const OPTIONS: &str = "--rounds, --seconds, --only, --all, --sides, --peers";

/// What the options ask for, of these sides and of those that a program named by an option brings.
pub(crate) fn plan(arguments: &[String], mut sides: Vec<Side>) -> Result<Plan> {
    let (mut rounds, mut seconds) = (5, 1.0);
    let (mut all, mut peers) = (false, false);
    let (mut only, mut chosen) = (None, None);
    let mut arguments = arguments.iter();
    while let Some(option) = arguments.next() {
        let mut value = || arguments.next().with_context(|| format!("`{option}` needs a value"));
        match option.as_str() {
            "--rounds" => rounds = value()?.parse().context("`--rounds` needs a whole number")?,
            "--seconds" => seconds = value()?.parse().context("`--seconds` needs a number")?,
            "--only" => only = Some(workloads_of(value()?)?),
            "--all" => all = true,
            "--sides" => chosen = Some(value()?.clone()),
            "--peers" => {
                sides.extend(side::of_program(Path::new(value()?))?);
                peers = true;
            }
            unknown => bail!("unknown option `{unknown}`, expected one of: {OPTIONS}"),
        }
    }
    if rounds == 0 || !(0.01..=3600.0).contains(&seconds) {
        bail!("at least one round, and from 0.01 to 3600 seconds");
    }
    let workloads = only.unwrap_or_else(|| {
        let wanted =
            |workload: &Workload| all || Workload::USUAL.contains(workload) || (peers && workload.is_of_bytes());
        Workload::ALL.into_iter().filter(wanted).collect()
    });
    let sides = match chosen {
        Some(names) => side::named(&names, &sides)?,
        None if all || peers => sides,
        None => sides.into_iter().filter(|side| USUAL_SIDES.contains(&side.name.as_str())).collect(),
    };
    Ok(Plan { sides, workloads, rounds, seconds })
}

fn workloads_of(codes: &str) -> Result<Vec<Workload>> {
    let codes: Vec<&str> = codes.split(',').collect();
    for code in &codes {
        if !Workload::ALL.iter().any(|workload| workload.code() == *code) {
            let mut known: Vec<&str> = Workload::ALL.iter().map(|workload| workload.code()).collect();
            known.dedup();
            bail!("unknown workload `{code}`, expected some of: {}", known.join(", "));
        }
    }
    Ok(Workload::ALL.into_iter().filter(|workload| codes.contains(&workload.code())).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn side(name: &str) -> Side {
        Side { name: name.to_owned(), version: None, remark: None, lacks: Vec::new(), program: "none".into() }
    }

    fn plan_of(arguments: &[&str]) -> Result<Plan> {
        let arguments: Vec<String> = arguments.iter().map(|argument| (*argument).to_owned()).collect();
        plan(&arguments, ["floor", "framework", "floor-split", "framework-crowded"].map(side).into())
    }

    fn names(plan: &Plan) -> Vec<&str> {
        plan.sides.iter().map(|side| side.name.as_str()).collect()
    }

    #[test]
    fn options_shape_the_plan() {
        let plan = plan_of(&["--rounds", "3", "--seconds", "0.5", "--only", "W5,W1"]).expect("all are known");
        assert_eq!((plan.rounds, plan.seconds), (3, 0.5));
        let [one, many] = [Workload::OneSubscriber, Workload::ManySubscribers];
        assert_eq!(plan.workloads, [Workload::OneCall, Workload::OneCallOneCore, one, many]);
    }

    #[test]
    fn what_takes_long_is_measured_only_when_it_is_asked_for() {
        let usual = plan_of(&[]).expect("nothing is asked for");
        assert_eq!((usual.workloads.as_slice(), names(&usual)), (&Workload::USUAL[..], vec!["floor", "framework"]));
        let all = plan_of(&["--all"]).expect("an option");
        assert_eq!(all.workloads, Workload::ALL);
        assert_eq!(names(&all), ["floor", "framework", "floor-split", "framework-crowded"]);
        let bodies = plan_of(&["--only", "W7"]).expect("a workload");
        assert_eq!(bodies.workloads, [4, 16, 64, 256].map(|kib| Workload::MiddleBody { kib }));
    }

    #[test]
    fn sides_are_chosen_by_name_and_the_first_is_the_measure() {
        let plan = plan_of(&["--sides", "floor-split,framework"]).expect("both are known");
        assert_eq!(names(&plan), ["floor-split", "framework"]);
    }

    #[test]
    fn what_is_not_known_is_answered_with_what_is() {
        let complaint = |arguments: &[&str]| plan_of(arguments).expect_err("refused").to_string();
        assert_eq!(complaint(&["--round", "3"]), format!("unknown option `--round`, expected one of: {OPTIONS}"));
        let workloads = "W1, W2, W3, W4, W5, W6, W7, W8, W9, W10, W11";
        assert_eq!(complaint(&["--only", "W99"]), format!("unknown workload `W99`, expected some of: {workloads}"));
        assert_eq!(complaint(&["--rounds"]), "`--rounds` needs a value");
        let sides = "expected some of: floor, framework, floor-split, framework-crowded (more with --peers)";
        assert_eq!(complaint(&["--sides", "florr"]), format!("unknown side `florr`, {sides}"));
        assert_eq!(complaint(&["--sides", "floor,floor"]), "the side `floor` is named twice");
        assert_eq!(complaint(&["--peers", "/no/such/program"]), "starting /no/such/program");
    }
}
