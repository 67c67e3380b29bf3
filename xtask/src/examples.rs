//! Every example of the workspace is run, and must end well by itself.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::run::{cargo, run, run_within};

/// Far above what an example takes, far below what a person waits for one that hangs.
const LIMIT: Duration = Duration::from_secs(60);

#[derive(Debug, PartialEq, Eq)]
struct Example {
    package: String,
    name: String,
}

pub(crate) fn run_all(root: &Path) -> Result<()> {
    // Built before any of them runs, so that the limit measures the example and not the compiler.
    run(cargo().current_dir(root).args(["build", "--workspace", "--examples", "--all-features"]))?;
    for Example { package, name } in discover(root)? {
        println!("-- {name}");
        let arguments = ["run", "--quiet", "--all-features", "--package", &package, "--example", &name];
        run_within(cargo().current_dir(root).args(arguments), LIMIT)?;
    }
    Ok(())
}

fn discover(root: &Path) -> Result<Vec<Example>> {
    let arguments = ["metadata", "--no-deps", "--format-version", "1"];
    let output = cargo().current_dir(root).args(arguments).output().context("`cargo metadata` did not start")?;
    anyhow::ensure!(output.status.success(), "`cargo metadata` failed: {}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout)?;
    examples_of(&metadata).context("`cargo metadata` has another shape than expected")
}

fn examples_of(metadata: &Value) -> Option<Vec<Example>> {
    let mut examples = Vec::new();
    for package in metadata.get("packages")?.as_array()? {
        for target in package.get("targets")?.as_array()? {
            if target.get("kind")?.as_array()?.iter().any(|kind| kind == "example") {
                let name_of = |value: &Value| Some(value.get("name")?.as_str()?.to_owned());
                examples.push(Example { package: name_of(package)?, name: name_of(target)? });
            }
        }
    }
    Some(examples)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn examples_are_found_in_every_package() {
        let metadata = serde_json::json!({"packages": [
            {"name": "face", "targets": [{"name": "face", "kind": ["lib"]}, {"name": "quickstart", "kind": ["example"]}]},
            {"name": "core", "targets": [{"name": "by_hand", "kind": ["example"]}]},
        ]});
        let found = examples_of(&metadata).expect("the shape is the expected one");
        let expected = [("face", "quickstart"), ("core", "by_hand")];
        assert_eq!(found, expected.map(|(package, name)| Example { package: package.into(), name: name.into() }));
    }

    #[test]
    fn metadata_of_an_unknown_shape_is_not_taken_for_an_empty_list() {
        assert_eq!(examples_of(&serde_json::json!({"crates": []})), None);
    }
}
