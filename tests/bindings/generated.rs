//! The golden files. They are compiled, and run, by the tests of the npm package.
//!
//! `UPDATE_BINDINGS=1 cargo test --all-features --test bindings` writes them anew.

use std::path::Path;

use ipc_bridge::export::TypeScript;
use ipc_bridge::{Description, Router};

use crate::contract;

/// Where the npm package has them.
fn generated(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("clients/typescript/test/generated").join(name)
}

fn bindings() -> TypeScript {
    // The tests of the package have its sources.
    TypeScript::new().runtime("../../src/bindings.js")
}

fn description() -> Description {
    contract::router().description().unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn the_bindings_of_every_type_are_as_they_were() {
    bindings().assert_current(generated("bindings.ts"), &description());
}

#[test]
fn the_bindings_with_bigints_are_as_they_were() {
    bindings().bigint(true).brands(false).assert_current(generated("exact.ts"), &description());
}

#[test]
fn the_bindings_of_an_empty_contract_are_as_they_were() {
    bindings().assert_current(generated("empty.ts"), &Router::new().description().unwrap());
}

#[test]
fn a_description_that_was_read_from_json_has_the_same_bindings() {
    let described = description();
    let json = serde_json::to_string_pretty(&described).unwrap();
    let read: Description = serde_json::from_str(&json).unwrap();
    assert_eq!(TypeScript::new().write(&read), TypeScript::new().write(&described));
}

#[test]
fn what_is_written_imports_the_runtime_and_nothing_else() {
    let written = TypeScript::new().write(&description()).unwrap();
    let imports: Vec<_> = written.lines().filter(|line| line.contains("import ")).collect();
    assert_eq!(imports, [r#"import * as ipc from "ipc-bridge/bindings";"#]);
    assert!(written.contains(&format!("CONTRACT_FINGERPRINT = \"{}\"", description().fingerprint())));
}

#[test]
fn a_contract_without_binary_data_and_large_integers_pays_for_neither() {
    #[ipc_bridge::handler("math:add")]
    fn add(left: u32, right: u32) -> u32 {
        left + right
    }
    let description = Router::new().handle::<add>().description().unwrap();
    let written = TypeScript::new().write(&description).unwrap();
    assert!(!written.contains("shapes"), "{written}");
    assert!(TypeScript::new().bigint(true).write(&description).unwrap() == written);
}

#[test]
fn the_contract_of_the_validators_is_as_it_was() {
    let (path, json) = (generated("contract.json"), serde_json::to_string_pretty(&description()).unwrap() + "\n");
    if std::env::var_os("UPDATE_BINDINGS").is_some_and(|value| value == "1") {
        std::fs::write(&path, &json).unwrap();
    }
    let known = std::fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
    assert!(known == json, "{} is not the contract: run this test with `UPDATE_BINDINGS=1`", path.display());
}

#[test]
fn validators_are_imported_where_they_are_asked_for() {
    let written = TypeScript::new().validators("./validators.js").write(&description()).unwrap();
    assert!(written.contains("import { validators } from \"./validators.js\";\n"), "{written}");
    assert!(written.contains("METHODS, ipc.validated(validators, channels));"), "{written}");
}
