//! What one of the two processes of a measurement does.

use std::io::{Read, Write};
use std::time::Duration;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use tokio::runtime::Builder;
use tokio::time::timeout;

use crate::counted::Work;
use crate::{Echo, Workload, machine, workload};

/// One process's part in a measurement, handed over as JSON in its only argument.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Task {
    /// Which implementation.
    pub side: String,
    /// The name at which the server listens.
    pub endpoint: String,
    /// The one core to run on, where it is to be one.
    pub core: Option<usize>,
    /// Which end.
    pub role: Role,
}

/// Which end of the connections a process is, and what belongs to it.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub enum Role {
    /// Serves until its standard input ends; prints [`LISTENING`] when it can be connected to.
    Server,
    /// Measures, prints its figures as one line of JSON, and ends.
    Client {
        /// What to measure.
        workload: Workload,
        /// For how long.
        seconds: f64,
        /// The server's process, whose processor time and memory belong to the figures.
        server: u32,
    },
    /// Does something so many times, and ends.
    Counted {
        /// What to do.
        work: Work,
        /// How often.
        times: u64,
    },
    /// Is the server, and does something so many times, all in one thread: nothing is left to how threads take turns.
    Alone {
        /// What to do.
        work: Work,
        /// How often.
        times: u64,
    },
}

/// What a server prints when it can be connected to.
pub const LISTENING: &str = "listening";

/// How long work of a fixed size may take, counted by a tool that makes it slow: what hangs must fail.
const PATIENCE: Duration = Duration::from_secs(300);

/// Does a task with an implementation.
///
/// # Errors
/// When the implementation fails, or an answer is not what was sent.
pub fn run<E: Echo>(task: &Task) -> Result<()> {
    if let Some(core) = task.core {
        // Before there are other threads, as they inherit it; the runtime then starts one worker, for one core.
        machine::bind_to_core(core)?;
    }
    machine::raise_open_files_limit()?;
    let threads = || Builder::new_multi_thread().enable_all().build();
    let endpoint = task.endpoint.clone();
    let mut output = std::io::stdout();
    match task.role {
        Role::Server => {
            let runtime = threads()?;
            let _server = runtime.block_on(E::serve(&endpoint)).context("serving")?;
            writeln!(output, "{LISTENING}")?;
            // Ends with whoever started us, however that comes to its end.
            std::io::stdin().read_to_end(&mut Vec::new())?;
        }
        Role::Client { workload, seconds, server } => {
            let window = workload::Window::new(seconds, server);
            let figures = workload::measure::<E>(workload, &threads()?, &endpoint, window)?;
            writeln!(output, "{}", serde_json::to_string(&figures)?)?;
        }
        Role::Counted { work, times } => {
            let runtime = threads()?;
            // In a task, as an application's calls are: the thread that blocks on the runtime is none of its workers.
            runtime.block_on(runtime.spawn(async move { done_in_time::<E>(work, &endpoint, times).await }))??;
        }
        Role::Alone { work, times } => Builder::new_current_thread().enable_all().build()?.block_on(async {
            let _server = E::serve(&endpoint).await.context("serving")?;
            done_in_time::<E>(work, &endpoint, times).await
        })?,
    }
    Ok(())
}

async fn done_in_time<E: Echo>(work: Work, endpoint: &str, times: u64) -> Result<()> {
    timeout(PATIENCE, work.perform::<E>(endpoint, times)).await.context("not all of the work was done in time")?
}
