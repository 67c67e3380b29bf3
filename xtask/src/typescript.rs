//! The npm package in `clients/typescript`: its own tests, which run against servers that are built here; and the app in
//! `examples/notes`, whose frontend uses the package.

mod browser;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use crate::run::{cargo, run_within};

/// Far above what installing and the tests take together, far below what a person waits for one that hangs.
const LIMIT: Duration = Duration::from_secs(300);

/// The oldest Node that the package is for.
const OLDEST_NODE: u32 = 20;

/// The tests of the npm package, and those of the notes.
pub(crate) fn test(root: &Path) -> Result<()> {
    if let Some(why) = why_not()? {
        println!("skipped: {why}, so the TypeScript client and the notes are NOT tested");
        return Ok(());
    }
    let [server, bindings] = build_servers(root)?;
    let package = package(root);
    install(&package)?;
    let mut tests = npm();
    tests.current_dir(&package).arg("test");
    tests.envs([("IPC_BRIDGE_TEST_SERVER", server), ("IPC_BRIDGE_TEST_BINDINGS_SERVER", bindings)]);
    match browser::ensure() {
        Ok(path) => {
            tests.env(browser::VARIABLE, path);
        }
        Err(why) => println!("skipped: {why}, so the TypeScript client is NOT tested in a browser"),
    }
    run_within(&mut tests, LIMIT)?;
    test_notes(root)
}

/// The tests of the notes alone, from a fresh clone.
pub(crate) fn notes(root: &Path) -> Result<()> {
    if let Some(why) = why_not()? {
        bail!("{why}");
    }
    install(&package(root))?;
    test_notes(root)
}

/// With the npm package's dependencies installed.
fn test_notes(root: &Path) -> Result<()> {
    let backend = build(root, &["--package", "notes"], ["notes-backend"])?;
    let frontend = root.join("examples").join("notes").join("frontend");
    // The frontend uses the package as it is published: built.
    run_within(npm().current_dir(package(root)).args(["run", "build"]), LIMIT)?;
    install(&frontend)?;
    let [backend] = backend;
    run_within(npm().current_dir(&frontend).arg("test").env("NOTES_BACKEND", backend), LIMIT)
}

fn package(root: &Path) -> PathBuf {
    root.join("clients").join("typescript")
}

/// Installs what a package needs, exactly as locked.
fn install(package: &Path) -> Result<()> {
    run_within(npm().current_dir(package).args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]), LIMIT)
}

/// Why nothing in TypeScript can be tested here, where that is so.
fn why_not() -> Result<Option<String>> {
    let Some(version) = node_version() else {
        return Ok(Some(format!("node is not here (Node {OLDEST_NODE} or later is needed)")));
    };
    let major = major_of(&version).with_context(|| format!("`node --version` says {version:?}"))?;
    Ok((major < OLDEST_NODE).then(|| format!("node is {version} (Node {OLDEST_NODE} or later is needed)")))
}

/// npm, which is a script on Windows.
fn npm() -> Command {
    Command::new(if cfg!(windows) { "npm.cmd" } else { "npm" })
}

fn node_version() -> Option<String> {
    // No node is what is asked here, and no failure.
    let output = Command::new("node").arg("--version").stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

fn major_of(version: &str) -> Option<u32> {
    // What does not begin with a number is told of by the caller.
    version.strip_prefix('v')?.split('.').next()?.parse().ok()
}

/// The examples that the package's tests talk to.
const SERVERS: [&str; 2] = ["typescript_server", "bindings_server"];

/// Builds them; answers where they are.
fn build_servers(root: &Path) -> Result<[PathBuf; 2]> {
    let examples = SERVERS.map(|name| ["--example", name]);
    build(root, &[&["--all-features"], examples.as_flattened()].concat(), SERVERS)
}

/// Builds programs; answers where they are.
fn build<const N: usize>(root: &Path, what: &[&str], names: [&str; N]) -> Result<[PathBuf; N]> {
    let mut command = cargo();
    command.current_dir(root).args(["build", "--message-format", "json"]).args(what);
    let output = command.stderr(Stdio::inherit()).output()?;
    ensure!(output.status.success(), "the programs {names:?} could not be built");
    let messages = String::from_utf8_lossy(&output.stdout);
    let mut paths = Vec::with_capacity(N);
    for name in names {
        let path = executable_of(&messages, name);
        paths.push(path.with_context(|| format!("cargo did not say where the program `{name}` is"))?);
    }
    Ok(paths.try_into().expect("there is a path for each name"))
}

fn executable_of(messages: &str, name: &str) -> Option<PathBuf> {
    messages.lines().find_map(|line| {
        // Lines that are no JSON are the compiler's own, and no answer.
        let message: Value = serde_json::from_str(line).ok()?;
        let is_ours = message.get("target")?.get("name")? == name;
        message.get("executable")?.as_str().filter(|_| is_ours).map(PathBuf::from)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_of_node_is_understood() {
        assert_eq!(major_of("v20.20.2"), Some(20));
        assert_eq!(major_of("node"), None);
    }

    #[test]
    fn the_executable_is_found_among_what_cargo_says() {
        let messages = r#"{"reason":"compiler-artifact","target":{"name":"ipc_bridge"},"executable":null}
warning: something else
{"reason":"compiler-artifact","target":{"name":"typescript_server"},"executable":"/target/debug/examples/typescript_server"}
{"reason":"build-finished","success":true}"#;
        let path = PathBuf::from("/target/debug/examples/typescript_server");
        assert_eq!(executable_of(messages, "typescript_server"), Some(path));
        assert_eq!(executable_of(messages, "bindings_server"), None);
    }
}
