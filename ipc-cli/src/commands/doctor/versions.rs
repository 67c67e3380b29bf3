//! The versions of the packages in the project that this is called in.

use std::fs;
use std::path::Path;

use ipc_bridge::PROTOCOL_VERSION;
use serde_json::Value;

use super::Finding;

const OWN: &str = env!("CARGO_PKG_VERSION");

pub(super) fn look() -> Vec<Finding> {
    let mut findings =
        vec![Finding::good("version", format!("ipc {OWN}, which speaks version {PROTOCOL_VERSION} of the protocol"))];
    let Ok(here) = std::env::current_dir() else { return findings };
    findings.extend(
        first_above(&here, "node_modules/ipc-bridge/package.json", of_package).map(|version| compared("npm", &version)),
    );
    findings.extend(first_above(&here, "Cargo.lock", of_lock).map(|version| compared("cargo", &version)));
    findings
}

fn compared(subject: &'static str, version: &str) -> Finding {
    if version == OWN {
        return Finding::good(subject, format!("this project has ipc-bridge {version}"));
    }
    let said = format!("this project has ipc-bridge {version}, and this program is {OWN}");
    Finding::warning(subject, said, "one version for all: update the older one")
}

/// What the nearest file of this name has, here or in a folder above.
fn first_above(here: &Path, name: &str, read: fn(&str) -> Option<String>) -> Option<String> {
    // A file that is not there, or is not to be read, says nothing.
    here.ancestors().find_map(|folder| read(&fs::read_to_string(folder.join(name)).ok()?))
}

fn of_package(text: &str) -> Option<String> {
    let package: Value = serde_json::from_str(text).ok()?;
    Some(package.get("version")?.as_str()?.to_owned())
}

fn of_lock(text: &str) -> Option<String> {
    let mut lines = text.lines();
    lines.find(|line| *line == "name = \"ipc-bridge\"")?;
    Some(lines.next()?.strip_prefix("version = \"")?.strip_suffix('"')?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_where_they_stand() {
        assert_eq!(of_package(r#"{"name": "ipc-bridge", "version": "1.2.3"}"#).as_deref(), Some("1.2.3"));
        let lock = "[[package]]\nname = \"ipc-bridge\"\nversion = \"1.2.3\"\ndependencies = [\n";
        assert_eq!(of_lock(lock).as_deref(), Some("1.2.3"));
        assert_eq!((of_package("{"), of_lock("name = \"other\"")), (None, None));
    }
}
