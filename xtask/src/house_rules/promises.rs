//! What `SECURITY.md` promises is held by tests that exist.

use std::collections::BTreeSet;
use std::path::Path;

/// The document, and the heading over its table.
pub(super) const DOCUMENT: &str = "SECURITY.md";
const HEADING: &str = "## The promises and their tests";

/// The names of the tests of one file: the functions that are marked as such and, as a macro may mark them elsewhere, all
/// that stand in a place of tests.
pub(super) fn tests_in(path: &Path, text: &str) -> Vec<String> {
    let mut in_tests = path.components().any(|part| matches!(part.as_os_str().to_str(), Some("tests" | "tests.rs")));
    let (mut marked, mut before) = (false, "");
    let mut names = Vec::new();
    for line in text.lines().map(str::trim) {
        // In a file of the library, the tests stand at the end.
        in_tests |= before == "#[cfg(test)]" && line.starts_with("mod ") && line.ends_with('{');
        before = line;
        marked |= line.starts_with("#[test]") || line.starts_with("#[tokio::test");
        if let Some(name) = function_of(line) {
            if in_tests || marked {
                names.push(name.to_owned());
            }
            marked = false;
        }
    }
    names
}

/// The name of the function that a line begins: `pub(crate) async fn name(`.
fn function_of(line: &str) -> Option<&str> {
    let code = line.split("//").next().unwrap_or(line);
    let (before, name) = code.split_once("fn ")?;
    let name = name.split(['(', '<']).next()?;
    (before.is_empty() || before.ends_with(' ')).then_some(name)
}

/// What is wrong with the table, each as `path:line: what`.
pub(super) fn breaches_in(document: &str, tests: &BTreeSet<String>) -> Vec<String> {
    let mut rows = 0;
    let mut breaches = Vec::new();
    let mut in_table = false;
    for (index, line) in document.lines().enumerate() {
        if line.starts_with('#') {
            in_table = line == HEADING;
        }
        let row = line.strip_prefix("| ").and_then(|row| row.strip_suffix(" |")).and_then(|row| row.rsplit_once(" | "));
        let Some((promise, named)) = row.filter(|(promise, _)| in_table && !matches!(*promise, "promise" | "---"))
        else {
            continue;
        };
        rows += 1;
        let mut named = named.split('`').skip(1).step_by(2).peekable();
        if named.peek().is_none() {
            breaches.push(format!("{DOCUMENT}:{}: a promise that no test holds: {promise}", index + 1));
        }
        for name in named.filter(|name| !tests.contains(*name)) {
            breaches.push(format!("{DOCUMENT}:{}: there is no test `{name}`", index + 1));
        }
    }
    if rows == 0 {
        breaches.push(format!("{DOCUMENT}: there is no table under \"{HEADING}\""));
    }
    breaches
}

#[cfg(test)]
mod tests {
    use super::*;

    fn breaches(rows: &str, tests: &[&str]) -> Vec<String> {
        let document =
            format!("| a | `b` |\n{HEADING}\n\n| promise | tests |\n| --- | --- |\n{rows}\n\n## Else\n| c | `d` |\n");
        breaches_in(&document, &tests.iter().map(|name| (*name).to_owned()).collect())
    }

    #[test]
    fn a_promise_is_held_by_tests_that_exist() {
        assert_eq!(breaches("| Nothing leaks. | `it_holds`, `it_is_dry` |", &["it_holds", "it_is_dry"]), [""; 0]);
        let expected = "SECURITY.md:6: there is no test `it_is_dry`";
        assert_eq!(breaches("| Nothing leaks. | `it_holds`, `it_is_dry` |", &["it_holds"]), [expected]);
    }

    #[test]
    fn a_promise_without_a_test_is_none() {
        let expected = "SECURITY.md:6: a promise that no test holds: Nothing leaks.";
        assert_eq!(breaches("| Nothing leaks. | we looked |", &[]), [expected]);
    }

    #[test]
    fn a_table_that_is_not_there_is_missed() {
        let expected = "SECURITY.md: there is no table under \"## The promises and their tests\"";
        assert_eq!(breaches("", &[]), [expected]);
    }

    #[test]
    fn a_test_is_a_function_in_a_place_of_tests() {
        let text = "fn plain() {}\n    async fn it_holds(place: Endpoint) {\npub(crate) async fn generic<T>() {\n// fn talk() {";
        for path in ["tests/a.rs", "tests/support/faults.rs", "core/src/a/tests.rs", "core/src/a/tests/b.rs"] {
            assert_eq!(tests_in(Path::new(path), text), ["plain", "it_holds", "generic"], "{path}");
        }
        assert_eq!(tests_in(Path::new("core/src/a.rs"), text), [""; 0]);
        let library = format!("fn plain() {{}}\n#[cfg(test)]\nmod tests {{\n    {text}");
        assert_eq!(tests_in(Path::new("core/src/a.rs"), &library), ["plain", "it_holds", "generic"]);
        let elsewhere = "#[cfg(test)]\nmod tests;\nfn plain() {}";
        assert_eq!(tests_in(Path::new("core/src/a.rs"), elsewhere), [""; 0]);
        let marked = "#[tokio::test(start_paused = true)]\n#[cfg(unix)]\nasync fn it_holds() {\nfn plain() {}";
        assert_eq!(tests_in(Path::new("core/src/a.rs"), marked), ["it_holds"]);
    }
}
