//! Second processes, which are this test binary in another role.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};

const ROLE: &str = "IPC_BRIDGE_TEST_ROLE";
const ARGUMENT: &str = "IPC_BRIDGE_TEST_ARGUMENT";

/// What marks a line that a child says to its test, among those of the test harness.
const MARK: &str = "child: ";

/// A process that plays a role. It is killed when it is dropped.
#[derive(Debug)]
pub(crate) struct Played {
    child: Child,
    said: BufReader<ChildStdout>,
}

impl Played {
    /// Starts this binary again, to run its test `child_role` in a role.
    pub(crate) fn start(role: &str, argument: &str, prepare: impl FnOnce(&mut Command)) -> Self {
        Self::start_copy(&std::env::current_exe().unwrap(), role, argument, prepare)
    }

    /// Starts a copy of this binary, as [`start`](Self::start) does: one that another user can read, say.
    pub(crate) fn start_copy(copy: &Path, role: &str, argument: &str, prepare: impl FnOnce(&mut Command)) -> Self {
        let mut command = Command::new(copy);
        prepare_role(&mut command, role, argument);
        prepare(&mut command);
        Self::spawn(command)
    }

    /// Starts this binary by way of a shell, which runs `script` with the binary and its arguments as `"$@"`.
    pub(crate) fn start_by_shell(script: &str, role: &str, argument: &str, prepare: impl FnOnce(&mut Command)) -> Self {
        let mut command = Command::new("sh");
        command.args(["-c", script, "sh"]).arg(std::env::current_exe().unwrap());
        prepare_role(&mut command, role, argument);
        prepare(&mut command);
        Self::spawn(command)
    }

    fn spawn(mut command: Command) -> Self {
        let mut child = command.spawn().unwrap();
        let said = BufReader::new(child.stdout.take().unwrap());
        Self { child, said }
    }

    /// The process id of the child.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Waits until the child has ended, and tells how.
    pub(crate) fn ended(&mut self) -> ExitStatus {
        self.child.wait().unwrap()
    }

    /// The next line that the child says; blocks until there is one.
    pub(crate) fn says(&mut self) -> String {
        loop {
            let mut line = String::new();
            assert_ne!(self.said.read_line(&mut line).unwrap(), 0, "the child ended before it said anything");
            // The harness does not end its line before what the test says.
            if let Some((_, said)) = line.split_once(MARK) {
                return said.trim_end().to_owned();
            }
        }
    }

    /// Kills the child; on Unix with SIGKILL, of which it learns nothing.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Played {
    fn drop(&mut self) {
        self.kill();
    }
}

fn prepare_role(command: &mut Command, role: &str, argument: &str) {
    command.args(["--exact", "child_role", "--nocapture", "--test-threads=1"]);
    command.env(ROLE, role).env(ARGUMENT, argument).stdout(Stdio::piped());
}

/// The role and the argument of this process, where it is a child.
pub(crate) fn role() -> Option<(String, String)> {
    Some((std::env::var(ROLE).ok()?, std::env::var(ARGUMENT).ok()?))
}

/// Says a line to the test that started this process.
#[expect(clippy::print_stdout, reason = "the test reads it there")]
pub(crate) fn say(line: &str) {
    println!("{MARK}{line}");
}
