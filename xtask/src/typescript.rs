//! The npm package in `clients/typescript`: its own tests, which run against a server that is built here.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::run::{cargo, run_within};

/// Far above what installing and the tests take together, far below what a person waits for one that hangs.
const LIMIT: Duration = Duration::from_secs(300);

/// The oldest Node that the package is for.
const OLDEST_NODE: u32 = 20;

pub(crate) fn test(root: &Path) -> Result<()> {
    let Some(version) = node_version() else {
        println!(
            "skipped: node is not here, so the TypeScript client is NOT tested (it needs Node {OLDEST_NODE} or later)"
        );
        return Ok(());
    };
    let major = major_of(&version).with_context(|| format!("`node --version` says {version:?}"))?;
    if major < OLDEST_NODE {
        println!(
            "skipped: node is {version}, so the TypeScript client is NOT tested (it needs Node {OLDEST_NODE} or later)"
        );
        return Ok(());
    }
    let [server, bindings] = build_servers(root)?;
    let package = root.join("clients").join("typescript");
    run_within(npm().current_dir(&package).args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]), LIMIT)?;
    run_within(
        npm()
            .current_dir(&package)
            .arg("test")
            .envs([("IPC_BRIDGE_TEST_SERVER", server), ("IPC_BRIDGE_TEST_BINDINGS_SERVER", bindings)]),
        LIMIT,
    )
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

/// The examples that the tests talk to.
const SERVERS: [&str; 2] = ["typescript_server", "bindings_server"];

/// Builds the examples that the tests talk to; answers where they are.
fn build_servers(root: &Path) -> Result<[PathBuf; 2]> {
    let mut command = cargo();
    command.current_dir(root).args(["build", "--all-features", "--message-format", "json"]);
    SERVERS.iter().for_each(|name| {
        command.args(["--example", name]);
    });
    let output = command.stderr(Stdio::inherit()).output()?;
    ensure!(output.status.success(), "the examples {SERVERS:?} could not be built");
    let messages = String::from_utf8_lossy(&output.stdout);
    let [first, second] = SERVERS.map(|name| {
        executable_of(&messages, name).with_context(|| format!("cargo did not say where the example `{name}` is"))
    });
    Ok([first?, second?])
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
