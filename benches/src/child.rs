//! What one of the two processes of a measurement does.

use std::io::{Read, Write};

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

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
}

/// What a server prints when it can be connected to.
pub const LISTENING: &str = "listening";

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
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let mut output = std::io::stdout();
    match task.role {
        Role::Server => {
            let _server = runtime.block_on(E::serve(&task.endpoint)).context("serving")?;
            writeln!(output, "{LISTENING}")?;
            // Ends with whoever started us, however that comes to its end.
            std::io::stdin().read_to_end(&mut Vec::new())?;
        }
        Role::Client { workload, seconds, server } => {
            let window = workload::Window::new(seconds, server);
            let figures = workload::measure::<E>(workload, &runtime, &task.endpoint, window)?;
            writeln!(output, "{}", serde_json::to_string(&figures)?)?;
        }
    }
    Ok(())
}
