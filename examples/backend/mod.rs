//! What the examples have in common: the second process, which is the same program, started once more.

use std::error::Error;
use std::process::Stdio;

use ipc_bridge::Server;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::process::{Child, ChildStdin, Command};

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

/// What the second process does: it says that it listens, and serves until its standard input ends.
#[expect(clippy::print_stdout, reason = "the first process waits for this word")]
pub(crate) async fn serve_until_asked_to_finish(server: Server) -> Result<(), Box<dyn Error>> {
    println!("ready");
    tokio::io::stdin().read_to_end(&mut Vec::new()).await?;
    server.shutdown().await;
    Ok(())
}
