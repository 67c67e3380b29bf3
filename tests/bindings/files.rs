//! Bindings in files: current, stale, and written.

use std::fs;
use std::panic::catch_unwind;

use ipc_bridge::Router;
use ipc_bridge::export::{BindingsError, TypeScript, assert_bindings_current};
use ipc_bridge::prelude::*;

/// Adds two numbers.
#[handler("math:add")]
fn add(left: u32, right: u32) -> u32 {
    left + right
}

/// Adds two texts.
#[handler("text:add")]
fn add_texts(left: String, right: String) -> String {
    left + &right
}

fn first() -> Router {
    Router::new().handle::<add>()
}

fn second() -> Router {
    first().handle::<add_texts>()
}

/// A folder that goes when the test does.
struct Folder(std::path::PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("ipc-bridge-bindings-{name}-{}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What the system keeps of it, it cleans up itself.
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn what_was_written_is_current_and_is_not_written_again() {
    let folder = Folder::new("current");
    let (path, description) = (folder.0.join("deep/er/bindings.ts"), first().description().unwrap());
    TypeScript::new().write_to(&path, &description).unwrap();
    TypeScript::new().check(&path, &description).unwrap();
    let mut permissions = fs::metadata(&path).unwrap().permissions();
    permissions.set_readonly(true);
    fs::set_permissions(&path, permissions).unwrap();
    TypeScript::new().write_to(&path, &description).unwrap();
    // A checkout on Windows has other line feeds.
    let other = folder.0.join("windows.ts");
    fs::write(&other, fs::read_to_string(&path).unwrap().replace('\n', "\r\n")).unwrap();
    TypeScript::new().check(&other, &description).unwrap();
}

#[test]
fn a_stale_file_is_an_error_that_shows_what_differs() {
    let folder = Folder::new("stale");
    let path = folder.0.join("bindings.ts");
    TypeScript::new().write_to(&path, &first().description().unwrap()).unwrap();
    let error = TypeScript::new().check(&path, &second().description().unwrap()).unwrap_err();
    assert!(matches!(&error, BindingsError::Stale { .. }), "{error}");
    let said = error.to_string();
    for expected in [
        "is not what the contract says: run this test with `UPDATE_BINDINGS=1`",
        "+++ the contract",
        "\n+    \"text:add\": {\n",
        "\n+    readonly add: ipc.Call<IpcContract, \"text:add\">;\n",
    ] {
        assert!(said.contains(expected), "{said}");
    }
    // What did not change is not shown.
    assert!(!said.contains("export async function connect"), "{said}");
}

#[test]
fn a_file_that_is_not_there_is_stale() {
    let folder = Folder::new("missing");
    let path = folder.0.join("bindings.ts");
    let error = TypeScript::new().check(&path, &first().description().unwrap()).unwrap_err();
    assert!(matches!(&error, BindingsError::Stale { .. }), "{error}");
}

#[test]
fn the_assertion_fails_with_the_diff() {
    let folder = Folder::new("asserted");
    let path = folder.0.join("bindings.ts");
    TypeScript::new().write_to(&path, &first().description().unwrap()).unwrap();
    if std::env::var_os("UPDATE_BINDINGS").is_some() {
        println!("skipped: whether the assertion fails, as UPDATE_BINDINGS is set");
        return;
    }
    assert_bindings_current(&path, &first());
    let panicked = catch_unwind(|| assert_bindings_current(&path, &second())).unwrap_err();
    let said = panicked.downcast_ref::<String>().unwrap();
    assert!(said.contains("+    \"text:add\": {"), "{said}");
}

#[test]
fn a_long_diff_is_cut() {
    let folder = Folder::new("long");
    let path = folder.0.join("bindings.ts");
    let error = TypeScript::new().check(&path, &crate::contract::router().description().unwrap()).unwrap_err();
    let said = error.to_string();
    assert!(said.lines().count() < 130 && said.ends_with("lines more\n"), "{said}");
}
