//! The program `ipc`, as a process.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

/// No test takes a tenth of this; one that does hangs, and its program is killed.
const WATCHDOG: Duration = Duration::from_secs(60);

/// The program, before it is started.
pub(crate) struct Program {
    command: Command,
    input: Vec<u8>,
    shown: String,
}

/// What a program that has ended has said.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) out: Vec<u8>,
    pub(crate) err: String,
    shown: String,
}

impl Program {
    pub(crate) fn new(folder: &Path, endpoint: &str, arguments: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ipc"));
        command.args(arguments).current_dir(folder).env("XDG_RUNTIME_DIR", folder);
        for variable in ["IPC_TOKEN", "IPC_ENDPOINT", "NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "COLUMNS"] {
            command.env_remove(variable);
        }
        if !endpoint.is_empty() {
            command.env("IPC_ENDPOINT", endpoint);
        }
        let shown = arguments.iter().map(|argument| quoted(argument)).collect::<Vec<_>>().join(" ");
        Self { command, input: Vec::new(), shown: format!("ipc {shown}") }
    }

    /// The same with this in its environment.
    pub(crate) fn env(mut self, variable: &str, value: &str) -> Self {
        self.command.env(variable, value);
        self
    }

    /// The same with this as its standard input.
    pub(crate) fn input(mut self, input: impl AsRef<[u8]>) -> Self {
        self.input = input.as_ref().to_vec();
        self
    }

    /// Runs it to its end.
    pub(crate) fn run(self) -> Ended {
        let shown = self.shown.clone();
        self.start().end(shown)
    }

    /// Starts it.
    pub(crate) fn start(mut self) -> Running {
        let command = self.command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let input = self.input;
        // One that does not read its input lets the write fail.
        std::thread::spawn(move || drop(stdin.write_all(&input)));
        let out = BufReader::new(child.stdout.take().unwrap());
        Running { child, out: Some(out) }
    }
}

/// The program, while it runs. It is killed when it is dropped.
pub(crate) struct Running {
    pub(crate) child: Child,
    out: Option<BufReader<ChildStdout>>,
}

impl Running {
    /// The next line that it writes.
    pub(crate) fn line(&mut self) -> String {
        let _watchdog = Watchdog::of(&self.child);
        let mut line = String::new();
        self.out.as_mut().unwrap().read_line(&mut line).unwrap();
        assert!(line.ends_with('\n'), "it ended: {line:?}");
        line.trim_end().to_owned()
    }

    /// Reads its output no more.
    pub(crate) fn close_output(&mut self) {
        self.out = None;
    }

    /// Asks it to end, as Ctrl-C does.
    #[cfg(unix)]
    pub(crate) fn interrupt(&self) {
        let pid = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(pid, rustix::process::Signal::INT).unwrap();
    }

    /// Waits for its end; what it said since.
    pub(crate) fn end(mut self, shown: String) -> Ended {
        let _watchdog = Watchdog::of(&self.child);
        let mut err = self.child.stderr.take().unwrap();
        let errors = std::thread::spawn(move || {
            let mut said = String::new();
            err.read_to_string(&mut said).unwrap();
            said
        });
        let mut out = Vec::new();
        if let Some(rest) = &mut self.out {
            rest.read_to_end(&mut out).unwrap();
        }
        let code = self.child.wait().unwrap().code();
        Ended { code, out, err: errors.join().unwrap(), shown }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended.
        drop(self.child.kill());
        self.child.wait().unwrap();
    }
}

/// Kills a program that hangs.
struct Watchdog {
    ended: std::sync::mpsc::Sender<()>,
}

impl Watchdog {
    fn of(child: &Child) -> Self {
        let (ended, end) = std::sync::mpsc::channel();
        let pid = child.id();
        std::thread::spawn(move || {
            if end.recv_timeout(WATCHDOG) == Err(std::sync::mpsc::RecvTimeoutError::Timeout) {
                eprintln!("the program hangs");
                kill(pid);
            }
        });
        Self { ended }
    }
}

impl Drop for Watchdog {
    fn drop(&mut self) {
        // Where it was too late, the program was killed.
        if self.ended.send(()).is_err() {
            eprintln!("it was killed");
        }
    }
}

#[cfg(unix)]
fn kill(pid: u32) {
    let pid = rustix::process::Pid::from_raw(pid.cast_signed()).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
}

#[cfg(windows)]
fn kill(pid: u32) {
    drop(Command::new("taskkill").args(["/F", "/PID", &pid.to_string()]).status());
}

impl Ended {
    /// What it has written, as text.
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.out.clone()).unwrap()
    }

    /// The one value that it has written.
    pub(crate) fn json(&self) -> serde_json::Value {
        assert_eq!(self.code, Some(0), "{self:?}");
        serde_json::from_slice(&self.out).unwrap()
    }

    /// The command, what it wrote, what it said is wrong, and how it ended.
    pub(crate) fn transcript(&self) -> String {
        let mut transcript = format!("$ {}\n", self.shown);
        match std::str::from_utf8(&self.out) {
            Ok(text) => transcript.push_str(&text.replace('\x1b', "␛")),
            Err(_) => transcript.push_str(&format!("{:?}", self.out)),
        }
        if !transcript.ends_with('\n') {
            transcript.push_str("⏎\n");
        }
        for line in self.err.lines() {
            transcript.push_str(&format!("! {}\n", line.replace('\x1b', "␛")));
        }
        match self.code {
            Some(0) => {}
            Some(code) => transcript.push_str(&format!("[exit {code}]\n")),
            None => transcript.push_str("[killed]\n"),
        }
        transcript
    }
}

/// An argument as a shell takes it.
fn quoted(argument: &str) -> String {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "-_=:.,/@".contains(letter);
    if argument.chars().all(plain) && !argument.is_empty() { argument.to_owned() } else { format!("'{argument}'") }
}
