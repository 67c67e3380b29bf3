//! What commands print, compared with what they should.

use std::path::Path;

use super::backend::Backend;
use super::program::Ended;

/// The commands that were run, and what they said.
pub(crate) struct Transcript<'a> {
    backend: &'a Backend,
    text: String,
}

impl<'a> Transcript<'a> {
    pub(crate) fn new(backend: &'a Backend) -> Self {
        Self { backend, text: String::new() }
    }

    /// Runs a command.
    pub(crate) fn ipc(&mut self, arguments: &[&str]) {
        self.add(&self.backend.ipc(arguments).run());
    }

    /// Runs a command that reads this.
    pub(crate) fn ipc_with(&mut self, arguments: &[&str], input: &[u8]) {
        self.add(&self.backend.ipc(arguments).input(input).run());
    }

    /// A command that was run.
    pub(crate) fn add(&mut self, ended: &Ended) {
        self.text.push_str(&self.masked(&ended.transcript()));
        self.text.push('\n');
    }

    /// What a command that goes on has written so far.
    pub(crate) fn ongoing(&mut self, arguments: &[&str], lines: &[String]) {
        let text = format!("$ ipc {} …\n{}\n\n", arguments.join(" "), lines.join("\n"));
        self.text.push_str(&self.masked(&text));
    }

    /// The same with what only its test knows to mask.
    pub(crate) fn map(mut self, mask: impl FnOnce(String) -> String) -> Self {
        self.text = mask(self.text);
        self
    }

    /// What differs from run to run is not compared.
    fn masked(&self, text: &str) -> String {
        let folder = self.backend.folder.path();
        let pid = std::process::id().to_string();
        let text = text.replace(&folder.display().to_string(), "FOLDER");
        text.replace(&format!("process {pid}"), "process PID").replace(".exe", "")
    }

    /// Compares with the golden file of this name. `UPDATE_GOLDEN=1 cargo test -p ipc-cli` writes it anew.
    pub(crate) fn compare(self, name: &str) {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(format!("{name}.txt"));
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            std::fs::write(&path, &self.text).unwrap();
        }
        let expected = std::fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
        assert!(self.text == expected, "{} is not what is printed now:\n{}", path.display(), self.text);
    }
}

/// What the doctor says, without what is this machine's alone.
pub(crate) fn examined(text: &str) -> String {
    // Not every system tells it.
    let own = std::fs::read_to_string("/proc/self/comm").unwrap_or_default();
    let text = text.replace(&format!("process PID, `{}`", own.trim_end()), "process PID");
    let lines = text.lines().map(|line| match line.split_once("it tells what it has within ") {
        Some((before, _)) => format!("{before}it tells what it has within TIME\n"),
        None => format!("{line}\n"),
    });
    lines.collect()
}
