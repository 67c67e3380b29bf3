//! What the examples have in common: the second process, which is the same program, started once more.

use std::error::Error;
use std::io;
use std::process::Stdio;

use ipc_bridge::{Server, shutdown_signal};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::process::{Child, ChildStdin, Command};
use tokio::sync::oneshot;

/// The second process, as the first has it. It ends with the first, whatever becomes of that.
pub(crate) struct Backend {
    child: Child,
    input: ChildStdin,
}

impl Backend {
    /// Starts this program with these arguments, and waits until it listens.
    pub(crate) async fn start(arguments: &[&str]) -> Result<Self, Box<dyn Error>> {
        let mut child = Command::new(std::env::current_exe()?)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let input = child.stdin.take().ok_or("the backend has no input")?;
        let output = child.stdout.take().ok_or("the backend has no output")?;
        match BufReader::new(output).lines().next_line().await?.as_deref() {
            Some("ready") => Ok(Self { child, input }),
            _ => Err("the backend did not start".into()),
        }
    }

    /// Asks it to finish, and waits until it has.
    pub(crate) async fn stop(mut self) -> Result<(), Box<dyn Error>> {
        self.input.shutdown().await?;
        // The end of its input is what it waits for.
        drop(self.input);
        let ended = self.child.wait().await?;
        if ended.success() { Ok(()) } else { Err(format!("the backend did not end well: {ended}").into()) }
    }
}

/// What the second process does: it says that it listens, and serves until its standard input ends, or a signal asks it
/// to finish.
#[expect(clippy::print_stdout, reason = "the first process waits for this word")]
pub(crate) async fn serve_until_asked_to_finish(server: Server) -> Result<(), Box<dyn Error>> {
    let signal = shutdown_signal()?;
    println!("ready");
    tokio::select! {
        read = end_of_input() => read?,
        name = signal => eprintln!("{name}"),
    }
    server.shutdown().await;
    Ok(())
}

/// Waits until nothing more can come from the standard input. A thread of its own reads it: one of the runtime's would
/// keep this process until the input has ended, when a signal asked it to finish.
async fn end_of_input() -> Result<(), Box<dyn Error>> {
    let (tell, told) = oneshot::channel();
    std::thread::spawn(move || {
        let read = io::copy(&mut io::stdin().lock(), &mut io::sink());
        if tell.send(read).is_err() {
            // A signal came first, and the process is finishing.
        }
    });
    told.await??;
    Ok(())
}
