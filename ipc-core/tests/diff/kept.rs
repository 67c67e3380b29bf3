//! Contracts that are kept in files.

use std::path::PathBuf;
use std::process::Command;

use ipc_core::diff::{KeptError, assert_compatible};
use ipc_core::{Description, Router};

mod old {
    channel!("data:fetch" fetch { id: u64 } -> u8);
}
mod added {
    channel!("data:fetch" fetch { id: u64, name: Option<String> } -> u8);
}
mod broken {
    channel!("data:fetch" fetch { id: u64, name: String } -> u8);
}

/// A place of this test's own, which goes with it.
struct Place(PathBuf);

impl Place {
    fn new(name: &str) -> Self {
        Self(std::env::temp_dir().join(format!("ipc-bridge-kept-{}-{name}", std::process::id())))
    }

    fn file(&self) -> PathBuf {
        self.0.join("deep/contract.json")
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).unwrap();
    }
}

fn router_of(contract: &str) -> Router {
    match contract {
        "old" => Router::new().handle::<old::fetch>(),
        "added" => Router::new().handle::<added::fetch>(),
        _ => Router::new().handle::<broken::fetch>(),
    }
}

#[test]
fn a_kept_contract_is_held_to() {
    let place = Place::new("held");
    let file = place.file();
    let old = router_of("old").description().unwrap();
    old.write_to(&file).unwrap();
    assert_eq!(Description::read_from(&file).unwrap(), old);
    assert_compatible(&file, &router_of("old"));
    assert_compatible(&file, &router_of("added"));
    let changes = router_of("added").description().unwrap().check_compatible(&file).unwrap();
    assert_eq!(changes.len(), 1);

    let error = router_of("broken").description().unwrap().check_compatible(&file).unwrap_err();
    assert!(matches!(&error, KeptError::Breaking { changes, .. } if changes.breaking().count() == 1));
    let said = format!(
        "clients that were built with the contract in `{}` may fail:\n\n  data:fetch: request.name: the field is new and \
         required (breaks old clients: they do not send it; breaks new clients at old servers: they send what those do \
         not know)\n\nchange it so that nothing breaks, or run this test with `UPDATE_CONTRACT=1` to accept it",
        file.display()
    );
    assert_eq!(error.to_string(), said);
}

#[test]
fn a_file_that_is_missing_or_none_is_told() {
    let place = Place::new("none");
    let file = place.file();
    let missing = Description::read_from(&file).unwrap_err();
    assert!(missing.to_string().starts_with("there is no kept contract"), "{missing}");
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(&file, "{\"protocol\": 1}").unwrap();
    let none = Description::read_from(&file).unwrap_err();
    assert!(none.to_string().contains("has no description of a contract: missing field"), "{none}");
    let folder = Description::read_from(file.parent().unwrap()).unwrap_err();
    assert!(matches!(folder, KeptError::Read { .. }), "{folder}");
}

const ROLE: &str = "IPC_CORE_TEST_KEPT";

/// Asserts what it is told to, where this process is one that another test started.
#[test]
fn asserting() {
    let Ok(role) = std::env::var(ROLE) else { return };
    let (contract, file) = role.split_once('=').unwrap();
    assert_compatible(file, &router_of(contract));
}

/// Runs this test in another process, which has an environment of its own.
fn assert_elsewhere(contract: &str, file: &std::path::Path, update: bool) -> (bool, String) {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "kept::asserting", "--nocapture"]);
    command.env(ROLE, format!("{contract}={}", file.display())).env_remove("UPDATE_CONTRACT");
    if update {
        command.env("UPDATE_CONTRACT", "1");
    }
    let output = command.output().unwrap();
    (output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned())
}

#[test]
fn the_file_is_written_where_the_environment_says_so() {
    let place = Place::new("written");
    let file = place.file();
    let (passed, said) = assert_elsewhere("old", &file, false);
    assert!(!passed && said.contains("there is no kept contract"), "{said}");
    assert!(assert_elsewhere("old", &file, true).0);
    assert!(assert_elsewhere("added", &file, false).0);
    let (passed, said) = assert_elsewhere("broken", &file, false);
    assert!(!passed && said.contains("request.name: the field is new and required"), "{said}");
    assert!(assert_elsewhere("broken", &file, true).0);
    let (passed, said) = assert_elsewhere("old", &file, false);
    assert!(!passed && said.contains("request.name: the field is gone"), "{said}");
}
