//! What the compiler does not check: long files, tests or code that are there in name only, and promises without a test.

mod promises;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

/// A file of more lines has more than one job.
const MOST_LINES: usize = 500;

pub(crate) fn check(root: &Path) -> Result<()> {
    let mut found = Found::default();
    visit(root, root, &mut found)?;
    let document = root.join(promises::DOCUMENT);
    let document = fs::read_to_string(&document).with_context(|| format!("reading {}", document.display()))?;
    found.breaches.extend(promises::breaches_in(&document, &found.tests));
    if found.breaches.is_empty() {
        return Ok(());
    }
    bail!("the house rules are broken:\n  {}", found.breaches.join("\n  "))
}

/// What a walk through the workspace comes to.
#[derive(Default)]
struct Found {
    breaches: Vec<String>,
    /// The names of the tests.
    tests: BTreeSet<String>,
}

fn visit(root: &Path, folder: &Path, found: &mut Found) -> Result<()> {
    let mut entries = fs::read_dir(folder)
        .and_then(Iterator::collect::<std::io::Result<Vec<_>>>)
        .with_context(|| format!("reading {}", folder.display()))?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let path = entry.path();
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if entry.file_type()?.is_dir() {
            let not_ours = name.starts_with('.') || name.starts_with("target") || name == "node_modules";
            if !not_ours {
                visit(root, &path, found)?;
            }
        } else if name == "Cargo.toml" {
            let text = fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
            let shown = path.strip_prefix(root).unwrap_or(&path);
            found.breaches.extend(breach_in_manifest(&text).map(|what| format!("{}: {what}", shown.display())));
        } else if name.ends_with(".rs") || name.ends_with(".md") {
            let text = fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
            let shown = path.strip_prefix(root).unwrap_or(&path);
            found.breaches.extend(breaches_in(shown, &text));
            if name.ends_with(".rs") {
                found.tests.extend(promises::tests_in(shown, &text));
            }
        }
    }
    Ok(())
}

/// What breaks the rules in one file, each as `path:line: what`.
fn breaches_in(path: &Path, text: &str) -> Vec<String> {
    let shown = path.display();
    let mut breaches = Vec::new();
    let is_rust = path.extension().is_some_and(|extension| extension == "rs");
    let is_in = |folder: &str| path.components().any(|part| part.as_os_str() == folder);
    // What a macro writes is as long as what it is of.
    let is_library = is_rust && is_in("src") && !is_in("golden");
    let lines = text.lines().count();
    if is_library && lines > MOST_LINES {
        breaches.push(format!("{shown}: {lines} lines, at most {MOST_LINES} are allowed"));
    }
    for (index, line) in text.lines().enumerate() {
        let what = if is_rust { breach_in_rust(line) } else { breach_in_prose(line) };
        if let Some(what) = what {
            breaches.push(format!("{shown}:{}: {what}", index + 1));
        }
    }
    breaches
}

/// A package that does not take the workspace's lints may hold `unsafe`.
fn breach_in_manifest(text: &str) -> Option<&'static str> {
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let takes_them = lines.windows(2).any(|pair| pair == ["[lints]", "workspace = true"]);
    let is_apart = lines.contains(&"[workspace]") && !lines.contains(&"unsafe_code = \"forbid\"");
    (!takes_them && !is_apart).then_some("a package without the lints of the workspace, which forbid `unsafe`")
}

fn breach_in_rust(line: &str) -> Option<&'static str> {
    let line = line.trim_start();
    if let Some(prose) = line.strip_prefix("///").or_else(|| line.strip_prefix("//!")) {
        return breach_in_prose(prose);
    }
    let code = line.split("//").next().unwrap_or(line);
    let is_ignored = code.starts_with("#[ignore")
        || (code.starts_with("#[cfg_attr") && words(code).any(|word| word.eq_ignore_ascii_case("ignore")));
    if is_ignored {
        return Some("an ignored test: a test that is not run is not one");
    }
    // In two pieces, lest this line break the rule that it states.
    code.contains(concat!("todo", "!")).then_some("unfinished code")
}

fn breach_in_prose(line: &str) -> Option<&'static str> {
    let line = line.trim_start();
    let fence = line.strip_prefix("```").or_else(|| line.strip_prefix("~~~"))?;
    words(fence).any(|word| word == "ignore").then_some("an example that is not compiled")
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|letter: char| !letter.is_alphanumeric() && letter != '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn breaches(path: &str, text: &str) -> Vec<String> {
        breaches_in(Path::new(path), text)
    }

    #[test]
    fn a_library_file_may_be_of_500_lines_and_no_more() {
        assert_eq!(breaches("core/src/lib.rs", &"\n".repeat(500)), Vec::<String>::new());
        let expected = "core/src/lib.rs: 501 lines, at most 500 are allowed";
        assert_eq!(breaches("core/src/lib.rs", &"\n".repeat(501)), [expected]);
        for path in ["core/tests/golden.rs", "macros/src/golden/service.rs"] {
            assert_eq!(breaches(path, &"\n".repeat(501)), Vec::<String>::new());
        }
    }

    #[test]
    fn every_package_takes_the_lints_that_forbid_unsafe() {
        let package = "[package]\nname = \"a\"\n";
        let breach = Some("a package without the lints of the workspace, which forbid `unsafe`");
        assert_eq!(breach_in_manifest(package), breach);
        assert_eq!(breach_in_manifest(&format!("{package}[lints]\nworkspace = true\n")), None);
        let root = "[workspace]\n[workspace.lints.rust]\nunsafe_code = \"forbid\"\n";
        assert_eq!(breach_in_manifest(&format!("{root}{package}")), breach);
        assert_eq!(breach_in_manifest(&format!("[workspace]\n{package}")), None);
    }

    #[test]
    fn a_fence_that_is_not_compiled_is_found_in_docs_and_in_prose() {
        for fence in ["```ignore", "```rust,ignore", "```ignore-windows", "~~~ rust, ignore"] {
            assert_eq!(breaches("a.md", fence), ["a.md:1: an example that is not compiled"], "{fence}");
            let doc = format!("\n    /// {fence}");
            assert_eq!(breaches("a.rs", &doc), ["a.rs:2: an example that is not compiled"], "{fence}");
        }
        for fence in ["```", "```rust", "```no_run", "what we ignore ```"] {
            assert_eq!(breaches("a.md", fence), Vec::<String>::new(), "{fence}");
        }
    }

    #[test]
    fn an_ignored_test_is_found_however_it_is_ignored() {
        for line in ["#[ignore]", "    #[ignore = \"slow\"]", "#[cfg_attr(windows, ignore)]"] {
            let expected = "a.rs:1: an ignored test: a test that is not run is not one";
            assert_eq!(breaches("a.rs", line), [expected], "{line}");
        }
        assert_eq!(breaches("a.rs", "// #[ignore] is forbidden"), Vec::<String>::new());
    }

    #[test]
    fn unfinished_code_is_found_and_talk_of_it_is_not() {
        let unfinished = format!("    {}!()", "todo");
        assert_eq!(breaches("a.rs", &unfinished), ["a.rs:1: unfinished code"]);
        assert_eq!(breaches("a.rs", &format!("// {unfinished}")), Vec::<String>::new());
    }
}
