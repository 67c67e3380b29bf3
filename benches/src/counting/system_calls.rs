//! System calls: what each of the two processes asks of the kernel, by 100 calls.
//!
//! One process is counted at a time, while the other runs as it always does. `strace` makes every system call of the
//! counted process slower, so that more may be done with each; `perf stat` (Linux, with the rights to trace) hardly does.
//! Where the processes have a core each, a runtime has one worker, and the counts hardly vary; where the system puts them
//! anywhere, the workers of a runtime also wake each other.

mod options;
mod summary;
mod tracer;

use std::process::Stdio;

use anyhow::{Context, Result, ensure};

use self::options::Options;
use self::summary::Summary;
use super::{require_release, skipped};
use crate::child::{Role, Task};
use crate::counted::Work;
use crate::machine;
use crate::runner::Server;
use crate::side::Side;

/// As many system calls are named as make up most of them.
const NAMED: usize = 4;

/// Counts, and gives the table.
///
/// # Errors
/// When an option is unknown, or a process fails.
pub fn run(arguments: &[String], sides: Vec<Side>) -> Result<String> {
    let options = options::parse(arguments, sides)?;
    require_release()?;
    if let Err(why) = options.tracer.usable() {
        return Ok(skipped(&format!("SYSTEM CALLS WERE NOT COUNTED: {why}")));
    }
    let mut placements = vec![Placement { label: "anywhere", cores: None }];
    if let Some([server, client]) = machine::two_cores()? {
        placements.push(Placement { label: "a core each", cores: Some([server, client]) });
    }
    let mut lines = Vec::new();
    for placement in &placements {
        for side in &options.sides {
            let mut found = [Vec::new(), Vec::new()];
            for round in 0..options.rounds {
                for (end, found) in [End::Client, End::Server].into_iter().zip(&mut found) {
                    let counted = count(&options, placement, side, end)?;
                    let per_hundred = options.per_hundred(counted.total());
                    let (round, rounds) = (round + 1, options.rounds);
                    eprintln!("round {round}/{rounds} {:<14} {} {end:?} {per_hundred:.1}", side.name, placement.label);
                    found.push(counted);
                }
            }
            lines.push(line(&options, placement, side, found)?);
        }
    }
    Ok(format!("{}\n{}", head(&options), lines.join("\n")))
}

/// Where the two processes run.
#[derive(Debug)]
struct Placement {
    label: &'static str,
    /// The server's core and the client's, where they are to have one each.
    cores: Option<[usize; 2]>,
}

/// Which of the two processes is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Client,
    Server,
}

/// What one end asks of the kernel for the calls, without what it asks for to start and to end.
fn count(options: &Options, placement: &Placement, side: &Side, end: End) -> Result<Summary> {
    let in_flight = u64::from(options.in_flight);
    let few = once(options, placement, side, end, in_flight)?;
    let many = once(options, placement, side, end, in_flight + options.calls)?;
    Ok(many.less(&few))
}

fn once(options: &Options, placement: &Placement, side: &Side, end: End, times: u64) -> Result<Summary> {
    let endpoint = format!("ipc-benches-{}", std::process::id());
    let work = Work::Calls { in_flight: options.in_flight };
    let command = |of: End| if of == end { options.tracer.around(&side.program) } else { (side.plain(), None) };
    let task = |of: End, role| {
        let core = placement.cores.map(|[server, client]| if of == End::Server { server } else { client });
        Task { side: side.name.clone(), endpoint: endpoint.clone(), core, role }
    };
    let (server, of_server) = command(End::Server);
    let mut server = Server::start(server, &task(End::Server, Role::Server))?;
    let (mut client, of_client) = command(End::Client);
    let role = task(End::Client, Role::Counted { work, times });
    let status = client.arg(serde_json::to_string(&role)?).stdin(Stdio::null()).status();
    let status = status.with_context(|| format!("the client of the {} did not start", side.name))?;
    ensure!(status.success(), "{} by the {}: the client ended with {status}", work.label(), side.name);
    server.stop()?;
    let file = of_client.or(of_server).context("one of the two is counted")?;
    options.tracer.read(&super::taken(&file)?)
}

fn head(options: &Options) -> String {
    format!(
        "System calls per 100 calls, {} in flight on one connection, counted by {}: median of {} (least to most)\n\n\
         | side           | processes   | client               | server               | client, mostly | server, mostly |\n\
         | -------------- | ----------- | -------------------- | -------------------- | -------------- | -------------- |",
        options.in_flight, options.tracer, options.rounds
    )
}

fn line(options: &Options, placement: &Placement, side: &Side, found: [Vec<Summary>; 2]) -> Result<String> {
    let mut counts = Vec::new();
    let mut named = Vec::new();
    for mut rounds in found {
        rounds.sort_by_key(Summary::total);
        let [least, median, most] = [0, rounds.len() / 2, rounds.len() - 1].map(|index| rounds.get(index));
        let total = |one: Option<&Summary>| one.map_or(f64::NAN, |one| options.per_hundred(one.total()));
        counts.push(format!("{:.1} ({:.1} to {:.1})", total(median), total(least), total(most)));
        let most = median.context("there is a round")?.most(NAMED).into_iter();
        let most = most.map(|(name, count)| (name, options.per_hundred(count))).filter(|(_, count)| *count >= 0.05);
        named.push(most.map(|(name, count)| format!("{name} {count:.1}")).collect::<Vec<_>>().join(", "));
    }
    let counts: String = counts.iter().map(|count| format!(" {count:<20} |")).collect();
    Ok(format!("| {:<14} | {:<11} |{counts} {} |", side.name, placement.label, named.join(" | ")))
}
