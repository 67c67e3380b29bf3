//! What the macros say of each mistake, and what they accept.
//!
//! `TRYBUILD=overwrite cargo test --test ui` writes the messages anew.

use std::process::Command;

/// Set for the process that compiles the cases.
const COMPILES: &str = "IPC_BRIDGE_COMPILES_UI_CASES";

/// The cases are compiled by a process of their own: there are so many that what one of them said is far up when the last
/// is done, so what went wrong is told once more at the end.
#[test]
fn every_mistake_is_told_in_our_words_and_every_good_form_compiles() {
    if std::env::var_os(COMPILES).is_some() {
        let cases = trybuild::TestCases::new();
        cases.compile_fail("tests/ui/*/fail/*.rs");
        cases.pass("tests/ui/*/pass/*.rs");
        return;
    }
    let program = std::env::current_exe().expect("the path of this test");
    let compiled = Command::new(program)
        .args(std::env::args().skip(1).filter(|argument| argument != "--nocapture"))
        .arg("--nocapture")
        .env(COMPILES, "")
        .output()
        .expect("a process for the cases");
    let said = String::from_utf8_lossy(&compiled.stderr);
    eprintln!("{said}{}", String::from_utf8_lossy(&compiled.stdout));
    if !compiled.status.success() {
        let cases = said.split("test \u{1b}[0m\u{1b}[1m").filter(|case| !case.contains("[32mok"));
        let wrong: Vec<_> = cases.skip(1).map(str::trim_end).collect();
        panic!("of the cases in tests/ui, {} went wrong:\n\n{}", wrong.len(), wrong.join("\n\n"));
    }
}
