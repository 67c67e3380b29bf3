//! `cargo xtask test`: everything the project checks, in order, up to the first failure.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use crate::run::{cargo, run};
use crate::{audit, bench, examples, house_rules, typescript};

type Check = fn(&Path) -> Result<()>;

/// Cheap ones first: a missing blank should not cost a build.
const STEPS: [(&str, Check); 9] = [
    ("format", |root| run(cargo().current_dir(root).args(["fmt", "--all", "--check"]))),
    ("house rules", house_rules::check),
    ("clippy", |root| {
        let arguments = ["clippy", "--workspace", "--all-targets", "--all-features", "--", "-D", "warnings"];
        run(cargo().current_dir(root).args(arguments))
    }),
    ("dependencies", audit::dependencies),
    // All that fail are told, not the first program's alone.
    ("tests", |root| run(cargo().current_dir(root).args(["test", "--workspace", "--all-features", "--no-fail-fast"]))),
    ("docs", |root| {
        let arguments = ["doc", "--workspace", "--no-deps", "--all-features"];
        run(cargo().current_dir(root).env("RUSTDOCFLAGS", "-D warnings").args(arguments))
    }),
    ("examples", examples::run_all),
    ("typescript", typescript::test),
    ("instructions", |root| bench::instructions(root, &[])),
];

pub(crate) fn test(root: &Path) -> Result<()> {
    let mut taken = Vec::with_capacity(STEPS.len());
    for (name, check) in STEPS {
        println!("\n== {name}");
        let started = Instant::now();
        check(root).with_context(|| format!("the step \"{name}\" failed"))?;
        taken.push((name, started.elapsed()));
    }
    println!("\n{}", summary(&taken));
    Ok(())
}

fn summary(taken: &[(&str, Duration)]) -> String {
    let mut table = String::from("| step         | seconds |\n| ------------ | ------: |\n");
    let mut total = Duration::ZERO;
    for (name, duration) in taken {
        table.push_str(&format!("| {name:<12} | {:>7.1} |\n", duration.as_secs_f64()));
        total += *duration;
    }
    table.push_str(&format!("| all passed   | {:>7.1} |", total.as_secs_f64()));
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_summary_adds_up_what_each_step_took() {
        let table = summary(&[("format", Duration::from_millis(400)), ("tests", Duration::from_millis(2100))]);
        assert!(table.contains("| format       |     0.4 |"), "{table}");
        assert!(table.ends_with("| all passed   |     2.5 |"), "{table}");
    }
}
