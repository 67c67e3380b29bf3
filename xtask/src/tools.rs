//! Programs that the project runs and does not write: each of one version, made from crates.io where it is not there.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::run::{cargo, run};

/// A program of crates.io. A new version of it is a change to this project, so that it comes with what it then finds.
#[derive(Debug)]
pub(crate) struct Tool {
    name: &'static str,
    version: &'static str,
}

pub(crate) const CARGO_DENY: Tool = Tool { name: "cargo-deny", version: "0.20.2" };
pub(crate) const CARGO_FUZZ: Tool = Tool { name: "cargo-fuzz", version: "0.13.2" };

/// What makes a tool fast to build: what it does takes less than a second however slow its code is.
const QUICKLY_BUILT: [(&str, &str); 5] = [
    ("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0"),
    ("CARGO_PROFILE_RELEASE_LTO", "false"),
    ("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16"),
    ("CARGO_PROFILE_RELEASE_DEBUG", "false"),
    ("CARGO_PROFILE_RELEASE_STRIP", "none"),
];

/// The folder for what is built.
pub(crate) fn target(root: &Path) -> Result<PathBuf> {
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
    std::path::absolute(&target).with_context(|| format!("where is {}?", target.display()))
}

/// The program of this tool: the one on the search path if it is of this version, or the project's own, which is made
/// where it is not there yet.
pub(crate) fn ensure(root: &Path, tool: &Tool) -> Result<PathBuf> {
    let installed = PathBuf::from(tool.name);
    if is_of_version(&installed, tool) {
        return Ok(installed);
    }
    let folder = target(root)?.join("tools");
    let own = folder.join("bin").join(tool.name).with_extension(std::env::consts::EXE_EXTENSION);
    if is_of_version(&own, tool) {
        return Ok(own);
    }
    let Tool { name, version } = tool;
    println!("making {name} {version}, once");
    let build = folder.join("build");
    let mut install = cargo();
    install.args(["install", name, "--version", &format!("={version}"), "--locked", "--force", "--root"]).arg(&folder);
    install.envs(QUICKLY_BUILT).env("CARGO_TARGET_DIR", &build);
    run(&mut install).with_context(|| format!("{name} {version} is needed, and is not to be had from crates.io"))?;
    // Half a gigabyte that nobody needs again.
    fs::remove_dir_all(&build).with_context(|| format!("removing {}", build.display()))?;
    Ok(own)
}

fn is_of_version(program: &Path, tool: &Tool) -> bool {
    // One that is not there, or does not start, is not of this version.
    let said = Command::new(program).arg("--version").output();
    said.is_ok_and(|said| said.status.success() && is_the_version(&String::from_utf8_lossy(&said.stdout), tool))
}

/// Whether this is what the tool says of itself.
fn is_the_version(said: &str, tool: &Tool) -> bool {
    said.trim_end().strip_prefix(tool.name).is_some_and(|version| version.trim_start() == tool.version)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tool_of_another_version_is_not_the_tool() {
        assert!(is_the_version("cargo-deny 0.20.2\n", &CARGO_DENY));
        for other in ["cargo-deny 0.20.20\n", "cargo-deny 0.19.0\n", "cargo 0.20.2\n", ""] {
            assert!(!is_the_version(other, &CARGO_DENY), "{other:?}");
        }
        assert!(!is_of_version(Path::new("no-program-has-this-name"), &CARGO_DENY));
    }
}
