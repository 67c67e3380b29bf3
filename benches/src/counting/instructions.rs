//! Instructions: what the processor does for one call, event or item, of both ends together, and the budget for it.
//!
//! Server and client share one thread of one process, over a real socket, and valgrind's callgrind counts. It counts what
//! is done in user mode; what the kernel does is in no count.

mod budget;

use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail, ensure};

use self::budget::Budget;
use super::{require_release, scratch, skipped, taken, version_of};
use crate::child::{Role, Task};
use crate::counted::Work;
use crate::side::{self, Side};

/// The side that has a budget.
const OURS: &str = "framework";

/// What is printed beside it when it is asked for.
const BESIDE: &str = "floor";

/// Counts, and says how the counts stand to the budget.
///
/// # Errors
/// When a count is beyond what the budget allows, an option is unknown, or the work cannot be done.
pub fn run(arguments: &[String], sides: &[Side]) -> Result<String> {
    let (mut update, mut beside) = (false, false);
    for argument in arguments {
        match argument.as_str() {
            "--update" => update = true,
            "--floor" => beside = true,
            unknown => bail!("unknown option `{unknown}`, expected one of: --update, --floor"),
        }
    }
    require_release()?;
    let Some(valgrind) = version_of("valgrind") else {
        return Ok(skipped("INSTRUCTIONS WERE NOT COUNTED, as there is no valgrind here"));
    };
    let basis = basis(&valgrind)?;
    let ours = side::named(OURS, sides)?;
    let other = if beside { side::named(BESIDE, sides)? } else { Vec::new() };
    let counts = ours.iter().map(counts_of).next().context("the side was named")??;
    let other = other.iter().map(counts_of).next().transpose()?;
    if update {
        Budget::of(&basis, &counts).write()?;
    }
    let budget = Budget::read()?;
    let table = table(&counts, &budget, other.as_deref());
    if budget.basis != basis {
        let reason = format!(
            "THE BUDGET WAS NOT CHECKED, as its counts are of another build\n  here:   {basis}\n  budget: {}",
            budget.basis
        );
        return Ok(format!("{table}\n{}", skipped(&reason)));
    }
    let beyond = budget.beyond(&counts);
    ensure!(
        beyond.is_empty(),
        "{table}\nmore instructions than the budget allows: {}\n  what cannot be helped is written to the budget by `cargo \
         xtask instructions --update`, in a commit that says why",
        beyond.join("; ")
    );
    let below = budget.below(&counts);
    if below.is_empty() {
        return Ok(table);
    }
    Ok(format!("{table}\nwhat was won is kept by `cargo xtask instructions --update`: {}", below.join("; ")))
}

/// What the counts depend on beside this project and its `Cargo.lock`. Counts of another basis cannot be compared.
fn basis(valgrind: &str) -> Result<String> {
    let said = Command::new("rustc").arg("-vV").output().context("`rustc -vV` did not start")?;
    let said = String::from_utf8_lossy(&said.stdout);
    let line = |name: &str| {
        let value = said.lines().find_map(|line| line.strip_prefix(name));
        value.map(str::trim).with_context(|| format!("rustc does not tell its {name}"))
    };
    let (release, host) = (line("release:")?, line("host:")?);
    let library = version_of("ldd").map(|line| line.rsplit(' ').next().unwrap_or_default().to_owned());
    let library = library.unwrap_or_else(|| "none".to_owned());
    Ok(format!("rustc {release}, {host}, {}, libc {library}, {valgrind}", processor()))
}

/// Of what a processor has, that which chooses how bytes are copied and searched; valgrind knows nothing beyond AVX2.
#[cfg(target_arch = "x86_64")]
fn processor() -> &'static str {
    if std::arch::is_x86_feature_detected!("avx2") { "AVX2" } else { "no AVX2" }
}

#[cfg(not(target_arch = "x86_64"))]
fn processor() -> &'static str {
    std::env::consts::ARCH
}

/// What is counted, under the name that the budget gives it, and how often it is done: often enough that what buffers
/// and tables do while they grow is no part of it.
const COUNTED: [(&str, Work, u64); 7] = [
    ("call", Work::Calls { in_flight: 1 }, 2_000),
    ("call_64_in_flight", Work::Calls { in_flight: 64 }, 64 * 50),
    ("call_4_kib_text", Work::Text { kib: 4 }, 1_000),
    ("event_1_subscriber", Work::Events { subscribers: 1 }, 4_000),
    ("event_16_subscribers", Work::Events { subscribers: 16 }, 1_000),
    ("stream_item", Work::Items, 4_000),
    ("json_of_a_call", Work::Json, 4_000),
];

/// One count: its name, and instructions.
type Count = (&'static str, u64);

fn counts_of(side: &Side) -> Result<Vec<Count>> {
    let able = COUNTED.iter().filter(|(_, work, _)| side.name == OURS || !work.is_of_streams());
    able.map(|&(name, work, times)| Ok((name, instructions_of_one(side, work, times)?))).collect()
}

fn instructions_of_one(side: &Side, work: Work, times: u64) -> Result<u64> {
    let (once, twice) = (instructions(side, work, times)?, instructions(side, work, 2 * times)?);
    let more = twice.checked_sub(once).context("twice the work took fewer instructions")?;
    Ok(more / times)
}

/// The variables that a counted process has: those that tell where programs and sockets are.
const KEPT: [&str; 3] = ["PATH", "TMPDIR", "XDG_RUNTIME_DIR"];

/// The instructions of a whole process that does so much.
fn instructions(side: &Side, work: Work, times: u64) -> Result<u64> {
    let role = Role::Alone { work, times };
    let endpoint = format!("ipc-benches-{}", std::process::id());
    let task = Task { side: side.name.clone(), endpoint, core: None, role };
    let file = scratch("callgrind");
    let mut command = Command::new("valgrind");
    // Where its variables lie decides how the stack is aligned, and what is copied: a cargo between adds a dozen of them.
    command.env_clear().envs(std::env::vars_os().filter(|(name, _)| KEPT.iter().any(|kept| name == kept)));
    command.arg("--tool=callgrind").arg(format!("--callgrind-out-file={}", file.display()));
    command.arg(&side.program).arg(serde_json::to_string(&task)?).stdin(Stdio::null());
    let output = command.output().context("valgrind did not start")?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{} of the {} under valgrind: {}\n{said}", work.label(), side.name, output.status);
    total(&taken(&file)?)
}

/// The total of a file of callgrind's.
fn total(profile: &str) -> Result<u64> {
    let total = profile.lines().find_map(|line| line.strip_prefix("totals:").or(line.strip_prefix("summary:")));
    let total = total.context("callgrind wrote no total")?;
    total.trim().parse().with_context(|| format!("`{total}` is no count"))
}

fn table(counts: &[Count], budget: &Budget, other: Option<&[Count]>) -> String {
    let mut table = String::from("| instructions of one   |      now |   budget |  change |");
    let mut rule = String::from("\n| --------------------- | -------: | -------: | ------: |");
    if other.is_some() {
        table.push_str(&format!(" {BESIDE:>8} | beyond it |"));
        rule.push_str(" -------: | --------: |");
    }
    table.push_str(&rule);
    for (name, now) in counts {
        let allowed = budget.of_one(name);
        let change = allowed.map_or_else(|| "–".to_owned(), |budget| budget::change(*now, budget));
        let allowed = allowed.map_or_else(|| "–".to_owned(), |budget| budget.to_string());
        table.push_str(&format!("\n| {name:<21} | {now:>8} | {allowed:>8} | {change:>7} |"));
        if let Some(other) = other {
            let theirs = other.iter().find(|(of, _)| of == name).map(|(_, count)| *count);
            let [count, beyond] = match theirs {
                Some(theirs) => [theirs.to_string(), format!("{:.2}×", *now as f64 / theirs as f64)],
                None => ["–".to_owned(), "–".to_owned()],
            };
            table.push_str(&format!(" {count:>8} | {beyond:>9} |"));
        }
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_total_is_read_from_a_profile() {
        let profile = "# callgrind format\nevents: Ir\nsummary: 196603025\n\nfn=(1) a\n1 2\n\ntotals: 196603025\n";
        assert_eq!(total(profile).expect("it has a total"), 196_603_025);
        assert!(total("events: Ir\n").is_err());
    }

    #[test]
    fn the_table_shows_counts_beside_their_budget_and_the_floor() {
        let budget = Budget::of("basis", &[("call", 1000)]);
        let shown = table(&[("call", 1100), ("stream_item", 7)], &budget, Some(&[("call", 550)]));
        let call = "| call                  |     1100 |     1000 |  +10.0% |      550 |     2.00× |";
        let item = "| stream_item           |        7 |        – |       – |        – |         – |";
        assert!(shown.contains(call) && shown.ends_with(item), "{shown}");
    }

    #[test]
    fn what_is_counted_is_known_by_one_name_each() {
        let names: std::collections::BTreeSet<&str> = COUNTED.iter().map(|(name, ..)| *name).collect();
        assert_eq!(names.len(), COUNTED.len());
    }
}
