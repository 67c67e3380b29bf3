//! Rounds of measurements, each in two fresh processes.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};

use crate::Workload;
use crate::child::{LISTENING, Role, Task};
use crate::figures::Figures;
use crate::machine;
use crate::report::{Cell, Report};
use crate::side::Side;

/// What to run.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The first is what the others are measured against.
    pub sides: Vec<Side>,
    /// In this order.
    pub workloads: Vec<Workload>,
    /// How often each is measured.
    pub rounds: usize,
    /// How long each measurement lasts.
    pub seconds: f64,
}

/// How much longer than its measurement a client may take before it is taken for one that hangs.
const PATIENCE: Duration = Duration::from_secs(120);

/// Runs a plan, with a line on standard error for every measurement, and gives the table of results.
///
/// # Errors
/// When a process fails: a table with holes would be compared all the same.
pub fn run(plan: &Plan) -> Result<String> {
    let core = machine::core_to_share()?;
    let mut report = Report::new(plan);
    for round in 0..plan.rounds {
        for &workload in &plan.workloads {
            if workload.shares_a_core() && core.is_none() {
                report.skip(workload, "this system does not bind a process to a core");
                continue;
            }
            let mut sides: Vec<usize> = (0..plan.sides.len()).collect();
            // Whoever always came second would always find the machine warm, and somebody else's work done.
            if round % 2 == 1 {
                sides.reverse();
            }
            for index in sides {
                let side = plan.sides.get(index).context("a side of the plan")?;
                if side.lacks(workload).is_some() {
                    continue;
                }
                let core = core.filter(|_| workload.shares_a_core());
                let figures = measure(side, workload, core, plan.seconds)
                    .with_context(|| format!("{} ({}) by the {}", workload.code(), workload.label(), side.name))?;
                eprintln!("round {}/{} {} {:<14} {figures:?}", round + 1, plan.rounds, workload.code(), side.name);
                report.add(Cell { round, side: index, workload, figures });
            }
        }
    }
    Ok(report.to_string())
}

fn measure(side: &Side, workload: Workload, core: Option<usize>, seconds: f64) -> Result<Figures> {
    let endpoint = format!("ipc-benches-{}", std::process::id());
    let task = |role| Task { side: side.name.clone(), endpoint: endpoint.clone(), core, role };
    let mut server = Server::start(side.plain(), &task(Role::Server))?;
    let role = Role::Client { workload, seconds, server: server.process.id() };
    let client = start(side.plain(), &task(role))?;
    let figures = figures_of(client, Duration::from_secs_f64(seconds) + PATIENCE)?;
    server.stop()?;
    Ok(figures)
}

/// Starts a side's program, or what runs it, to do a task.
fn start(mut program: Command, task: &Task) -> Result<Child> {
    program.arg(serde_json::to_string(task)?).stdin(Stdio::piped()).stdout(Stdio::piped());
    program.spawn().with_context(|| format!("starting {}", program.get_program().display()))
}

/// The server's process. It ends when its standard input does, so also when we are killed.
pub(crate) struct Server {
    process: Child,
    input: Option<ChildStdin>,
}

impl Server {
    /// Starts it, and waits until it can be connected to.
    pub(crate) fn start(program: Command, task: &Task) -> Result<Self> {
        let mut process = start(program, task)?;
        let input = process.stdin.take();
        let output = process.stdout.take().context("the server's output was asked for")?;
        let server = Self { process, input };
        let mut line = String::new();
        BufReader::new(output).read_line(&mut line)?;
        ensure!(line.trim_end() == LISTENING, "the server did not listen");
        Ok(server)
    }

    /// Has it end, and waits for that.
    pub(crate) fn stop(&mut self) -> Result<()> {
        drop(self.input.take());
        let status = self.process.wait()?;
        ensure!(status.success(), "the server ended with {status}");
        Ok(())
    }
}

/// Waits for the client to end, and reads the one line that it prints.
fn figures_of(mut client: Child, limit: Duration) -> Result<Figures> {
    let mut output = client.stdout.take().context("the client's output was asked for")?;
    let (sender, printed) = mpsc::channel();
    thread::spawn(move || {
        let mut text = String::new();
        let read = output.read_to_string(&mut text).map(|_| text);
        // Nobody listens any more once the client was given up.
        drop(sender.send(read));
    });
    let Ok(text) = printed.recv_timeout(limit) else {
        client.kill()?;
        client.wait()?;
        bail!("the client had not ended after {} s", limit.as_secs());
    };
    let status = client.wait()?;
    ensure!(status.success(), "the client ended with {status}");
    serde_json::from_str(&text?).context("the client printed something else than its figures")
}
