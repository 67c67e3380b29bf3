//! Tests of one platform: where this is another, they say so.
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::fs;
use std::path::Path;

use support::skipped;

/// What begins so is of one platform: a file, or a part of one that has a name.
const OF_A_FILE: &str = "#![cfg(";
const OF_A_PART: &str = "#[cfg(";

#[test]
fn tests_that_are_not_for_this_platform_say_so() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let (mut files, mut parts) = (0, 0);
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "rs") {
            continue;
        }
        let file = path.file_name().unwrap().to_string_lossy();
        let text = fs::read_to_string(&path).unwrap();
        let mut lines = text.lines();
        while let Some(line) = lines.next() {
            if let Some(platform) = line.strip_prefix(OF_A_FILE).and_then(|rest| rest.strip_suffix(")]")) {
                files += 1;
                say_unless_here(platform, &file);
            } else if let Some(platform) = line.strip_prefix(OF_A_PART).and_then(|rest| rest.strip_suffix(")]")) {
                let part = lines.next().unwrap_or_default().trim_end_matches(" {");
                if part.starts_with("mod ") {
                    parts += 1;
                    say_unless_here(platform, &format!("{file}, {part}"));
                }
            }
        }
    }
    assert!(files > 0 && parts > 0, "{files} files and {parts} parts of one platform were found");
}

fn say_unless_here(platform: &str, what: &str) {
    let is_here = match platform {
        "unix" => cfg!(unix),
        "windows" => cfg!(windows),
        r#"all(unix, target_pointer_width = "64")"# => cfg!(all(unix, target_pointer_width = "64")),
        other => panic!("{what}: no platform `{other}`"),
    };
    if !is_here {
        skipped(what, &format!("all of it is for {platform}"));
    }
}
