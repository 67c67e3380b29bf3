//! Every command against the backend of `examples/notes`, compared with golden files.
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use ipc_bridge::Grants;
use notes::Store;
use support::backend::Backend;
use support::golden::Transcript;

/// The backend, whose peers may do everything.
fn backend() -> Backend {
    backend_granting(Grants::all())
}

fn backend_granting(grants: Grants) -> Backend {
    let router = notes::router(Store::in_memory().unwrap()).unwrap();
    Backend::start_with(router, |server| server.grants(grants))
}

/// Writes a note; answers its id.
fn added(backend: &Backend, title: &str) -> String {
    let ended = backend.ipc(&["call", "notes:add", &format!("title={title}"), "tags=test"]).run();
    let id = ended.text().trim_end().to_owned();
    assert!(id.parse::<u64>().unwrap() > 1 << 53, "{ended:?}");
    id
}

/// The same with the ids of notes, which are of the time when they were written, as `NOTE-1` and so on.
fn without_ids(text: String) -> String {
    let mut ids = Vec::new();
    for digits in text.split(|character: char| !character.is_ascii_digit()) {
        if digits.len() == 19 && !ids.contains(&digits) {
            ids.push(digits);
        }
    }
    let mask = |masked: String, (id, at): (&&str, usize)| masked.replace(*id, &format!("NOTE-{at}"));
    ids.iter().zip(1..).fold(text.clone(), mask)
}

/// The same with `N` for each number, which is measured.
fn without_numbers(text: String) -> String {
    let mut masked = String::new();
    let mut is_number = false;
    for character in without_ids(text).chars() {
        let goes_on = is_number && character == '.';
        let is_digit = character.is_ascii_digit() || goes_on;
        if !is_digit {
            masked.push(character);
        } else if !is_number {
            masked.push('N');
        }
        is_number = is_digit;
    }
    masked
}

#[test]
fn what_there_is_is_listed_and_described() {
    let backend = backend_granting(Grants::same_user());
    let mut transcript = Transcript::new(&backend);
    transcript.ipc(&["list"]);
    transcript.ipc(&["list", "notes:a*", "--color", "always"]);
    for channel in ["notes:show", "notes:search", "notes:import", "notes:changed"] {
        transcript.ipc(&["describe", channel, "--color", "always"]);
    }
    transcript.ipc(&["describe", "notes:edit"]);
    transcript.ipc(&["call", "notes:remove", "id=7"]);
    transcript.compare("notes_described");
}

#[test]
fn notes_are_called_streamed_and_told_of() {
    let backend = backend();
    let (bread, nails) = (added(&backend, "bread"), added(&backend, "nails"));
    let [by_bread, by_nails] = [&bread, &nails].map(|id| format!("id={id}"));
    backend.folder.file("bytes.bin", &[0, 255, 7]);
    let mut transcript = Transcript::new(&backend);
    transcript.ipc(&["call", "notes:show", &by_bread]);
    transcript.ipc(&["call", "notes:show", "id=18446744073709551615"]);
    transcript.ipc(&["call", "notes:edit", &by_bread, "revision=1", "text=two loaves"]);
    transcript.ipc(&["call", "notes:edit", &by_bread, "revision=1", "text=three", "--json"]);
    transcript.ipc(&["call", "notes:add", "title="]);
    transcript.ipc(&["call", "notes:attach", &by_nails, "name=bytes.bin", "content=@bytes.bin"]);
    transcript.ipc(&["call", "notes:attachment", &by_nails, "name=bytes.bin"]);
    transcript.ipc(&["call", "notes:newer", &by_bread, "revision=2", "--timeout", "50ms"]);
    transcript.ipc_with(&["call", "notes:import", "--upload", "-"], b"{\"title\":\"one\"}\n{\"title\":\"two\"}\n");
    transcript.ipc(&["stream", "notes:search", "text=n"]);
    transcript.ipc(&["stream", "notes:search", "text=e", "--limit", "1", "--color", "always"]);
    transcript.ipc(&["subscribe", "notes:status", "--limit", "1"]);
    transcript.ipc(&["publish", "notes:opened", &by_bread, "by=me"]);
    transcript.ipc(&["publish", "notes:status", "notes=1", "attachments=1", "bytes=1"]);
    transcript.ipc(&["call", "notes:remove", &by_nails]);
    transcript.ipc(&["subscribe", "notes:status", "--limit", "1"]);
    transcript.ipc(&["call", "notes:list"]);
    transcript.map(without_ids).compare("notes_called");
}

#[test]
fn the_contract_is_exported_and_compared() {
    let backend = backend();
    let bindings = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/notes/frontend/src/bindings.ts");
    let bindings = std::fs::read_to_string(bindings).unwrap().replace("\r\n", "\n");
    assert_eq!(backend.ipc(&["export", "ts"]).run().text(), bindings, "the frontend has what is exported");
    let mut transcript = Transcript::new(&backend);
    transcript.ipc(&["export", "schema"]);
    transcript.ipc(&["export", "asyncapi", "--title", "Notes", "--api-version", "1.0.0"]);
    transcript.ipc(&["export", "html", "--title", "Notes"]);
    transcript.compare("notes_exported");

    let now = backend.ipc(&["describe"]).run().text();
    let mut before: serde_json::Value = serde_json::from_str(&now).unwrap();
    before["channels"].as_object_mut().unwrap().remove("notes:edit");
    backend.folder.file("now.json", now.as_bytes());
    backend.folder.file("before.json", before.to_string().as_bytes());
    let mut transcript = Transcript::new(&backend);
    transcript.ipc(&["diff", "now.json"]);
    transcript.ipc(&["diff", "before.json", "--color", "always"]);
    transcript.ipc(&["diff", "now.json", "before.json", "--color", "always"]);
    transcript.compare("notes_compared");
}

#[test]
fn calls_are_measured_and_watched() {
    let backend = backend();
    let by_id = format!("id={}", added(&backend, "bread"));
    let watch = ["tap", "notes:*"];
    let mut watching = backend.ipc(&watch).start();
    // It watches when it has seen something.
    let seen = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !seen.load(Ordering::Relaxed) {
                assert_eq!(backend.ipc(&["call", "notes:activity"]).run().code, Some(0));
            }
        });
        watching.line();
        seen.store(true, Ordering::Relaxed);
    });
    assert_eq!(backend.ipc(&["call", "notes:show", &by_id]).run().code, Some(0));
    let lines = std::iter::repeat_with(|| watching.line());
    let lines: Vec<String> = lines.filter(|line| line.contains("notes:show")).take(2).collect();
    let mut transcript = Transcript::new(&backend);
    transcript.ongoing(&watch, &lines);
    transcript.ipc(&["bench", "notes:show", &by_id, "--seconds", "100ms"]);
    transcript.map(without_numbers).compare("notes_measured");
}

#[test]
fn a_shell_is_given_its_completions() {
    let backend = backend();
    let mut transcript = Transcript::new(&backend);
    transcript.ipc(&["completions", "fish"]);
    transcript.compare("notes_completions");
}

#[cfg(unix)]
#[test]
fn the_doctor_finds_nothing_wrong() {
    let backend = backend();
    let mut transcript = Transcript::new(&backend);
    transcript.ipc(&["doctor", "--color", "always"]);
    transcript.map(|text| support::golden::examined(&text)).compare("notes_examined");
}

#[cfg(not(unix))]
#[test]
fn what_the_doctor_finds_is_looked_at_elsewhere() {
    println!("skipped: the doctor's words are compared where endpoints are sockets with owners and modes");
}
