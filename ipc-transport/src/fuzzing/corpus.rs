//! What is kept in `fuzz/corpus`: the seeds, which come from `tests/vectors`, and what fuzzers found beside them.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::panic;
use std::path::{Path, PathBuf};
use std::sync::{Once, mpsc};
use std::time::Duration;
use std::{fs, iter, thread};

use serde_json::Value;

use super::connection::script::{QUIET, send};
use super::{TARGETS, Target};
use crate::vectors::exchanges::{End, Step, exchanges};
use crate::vectors::{frame, frames, hellos, refused, root};

/// What the repository keeps of all corpora together.
const MOST_BYTES: u64 = 500_000;

/// A frame that is larger is made by a script in another way.
const MOST_BYTES_OF_A_STEP: usize = 2000;

/// Files of capabilities, which no vectors are about: they do not travel.
const CAPABILITIES: [(&str, &str); 3] = [
    (
        "toml",
        "[capabilities.main]\nallow = [\"*\"]\n\n[capabilities.window]\ndescription = \"one\"\nallow = [\"data:fetch\", \
         \"sum:*\"]\ndeny = [\"sum:all\"]\nsame_user = true\n",
    ),
    ("json", r#"{"capabilities": {"main": {"allow": ["*"]}, "window": {"allow": ["data:fetch"], "deny": ["ipc:*"]}}}"#),
    ("mistakes", "[capabilities.main]\nallow = [\"data:fetsch\", 7]\ndenny = []\n[capabilites]\n"),
];

/// A seed: where it lies, and what it holds.
type Seeds = BTreeMap<(&'static str, String), Vec<u8>>;

fn corpus(target: &str) -> PathBuf {
    root().join("fuzz/corpus").join(target)
}

/// The bodies of `responses.json`, good and bad.
fn responses() -> Vec<(String, Vec<u8>)> {
    let text = fs::read(root().join("tests/vectors/responses.json")).unwrap();
    let file: BTreeMap<String, Value> = serde_json::from_slice(&text).unwrap();
    let vectors = file.into_values().filter_map(|value| value.as_array().cloned()).flatten();
    let text = |vector: &Value, key: &str| vector[key].as_str().unwrap().to_owned();
    vectors.map(|vector| (text(&vector, "name"), text(&vector, "body").into_bytes())).collect()
}

/// The seeds that the vectors make.
fn seeds() -> Seeds {
    let mut seeds = Seeds::new();
    let mut put = |target, name: &str, bytes| {
        assert!(seeds.insert((target, format!("seed-{name}")), bytes).is_none(), "two seeds are called `{name}`");
    };
    let (hellos, refused) = (hellos(), refused());
    for vector in frames() {
        put("frame", &vector.name, vector.bytes());
        if vector.payload().len() <= MOST_BYTES_OF_A_STEP {
            put("envelope", &vector.name, vector.bytes());
        }
    }
    for vector in &refused.frames {
        put("frame", &vector.name, vector.bytes.bytes());
    }
    for vector in &refused.sequences {
        let bytes: Vec<u8> = vector.frames.iter().flat_map(|name| frame(name).bytes()).collect();
        // Those that are large are so by a frame that is a seed itself.
        if bytes.len() <= MOST_BYTES_OF_A_STEP {
            put("frame", &vector.name, bytes);
        }
    }
    for (name, text) in CAPABILITIES {
        put("capabilities", name, text.into());
    }
    let first = hellos.hellos.iter().map(|vector| (&vector.name, &vector.bytes));
    let first = first.chain(hellos.goodbyes.iter().map(|vector| (&vector.name, &vector.bytes)));
    let first = first.chain(refused.first_bytes.iter().map(|vector| (&vector.name, &vector.bytes)));
    for (name, bytes) in first {
        put("hello", name, bytes.bytes());
        let script = |role: u8| iter::once(role | 2).chain(send(&bytes.bytes())).chain(QUIET.iter().copied());
        put("connection", &format!("server-{name}"), script(0).collect());
        put("connection", &format!("client-{name}"), script(1).collect());
    }
    for (name, body) in responses() {
        put("response", &name, body);
    }
    let channels = ["status:changed", "status:*", "*", "", "ipc:list", "a:b", "A:b", "a::b", "*:a", "a:\u{e9}"];
    for (number, channel) in channels.into_iter().enumerate() {
        put("channel", &number.to_string(), channel.into());
    }
    put("channel", "longest", format!("a:{}", "b".repeat(126)).into_bytes());
    for (role, end) in [(0, End::Server), (1, End::Client)] {
        for exchange in exchanges(end) {
            let mut script = vec![role];
            for step in &exchange.steps {
                match step {
                    Step::Client { client: name } if end == End::Server => script.extend(sent(name)),
                    Step::Server { server: name } if end == End::Client => script.extend(sent(name)),
                    _ => {}
                }
            }
            put("connection", &format!("{end:?}-of-{}", exchange.name).to_lowercase(), script);
        }
    }
    seeds
}

fn sent(name: &str) -> Vec<u8> {
    let bytes = frame(name).bytes();
    if bytes.len() > MOST_BYTES_OF_A_STEP { Vec::new() } else { [send(&bytes), QUIET.to_vec()].concat() }
}

thread_local! {
    static PANICKED: Cell<bool> = const { Cell::new(false) };
}

/// Remembers every panic of this thread, those of tasks among them, which tokio keeps to itself.
fn watch_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let usual = panic::take_hook();
        panic::set_hook(Box::new(move |panicked| {
            PANICKED.set(true);
            usual(panicked);
        }));
    });
}

/// No input takes a hundredth of this; one that does hangs.
const WATCHDOG: Duration = Duration::from_secs(60);

fn run(target: Target, input: &Path) {
    watch_panics();
    let bytes = fs::read(input).unwrap_or_else(|error| panic!("{}: {error}", input.display()));
    let (tell, told) = mpsc::channel();
    // One that hangs without waiting cannot be ended: its thread ends with the tests.
    thread::spawn(move || {
        let ended = panic::catch_unwind(|| target(&bytes));
        tell.send(ended.is_ok() && !PANICKED.get())
    });
    let good = told.recv_timeout(WATCHDOG).unwrap_or_else(|_| panic!("{} hangs", input.display()));
    assert!(good, "{} is a bad input: see above", input.display());
}

#[test]
fn every_seed_of_the_vectors_is_kept() {
    let update = std::env::var_os("UPDATE_CORPUS").is_some();
    for ((target, name), bytes) in seeds() {
        let path = corpus(target).join(name);
        if update {
            fs::create_dir_all(corpus(target)).unwrap();
            fs::write(&path, &bytes).unwrap();
        }
        let kept =
            fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}; UPDATE_CORPUS=1 writes it", path.display()));
        assert!(kept == bytes, "{} is not what the vectors make; UPDATE_CORPUS=1 writes it", path.display());
    }
}

#[test]
fn every_input_of_the_corpora_is_good() {
    for (name, target) in TARGETS {
        let mut inputs = 0;
        for input in fs::read_dir(corpus(name)).unwrap() {
            let path = input.unwrap().path();
            run(*target, &path);
            inputs += 1;
        }
        assert!(inputs > 0, "the target `{name}` has no corpus");
    }
}

/// One input that a fuzzer found bad: `FUZZ_INPUT=connection:crash-1234 FUZZ_TRACE=1 cargo test -p ipc-transport -- bad_input`.
#[test]
fn the_bad_input_that_was_named_is_good() {
    let Some(named) = std::env::var_os("FUZZ_INPUT") else { return println!("skipped: FUZZ_INPUT names no input") };
    let named = named.into_string().unwrap();
    let (target, path) = named.split_once(':').expect("FUZZ_INPUT is the target's name, `:`, and a path");
    let (_, target) = TARGETS.iter().find(|(name, _)| *name == target).expect("FUZZ_INPUT names a target");
    run(*target, Path::new(path));
}

#[test]
fn every_target_has_its_program_and_its_corpus() {
    let manifest = fs::read_to_string(root().join("fuzz/Cargo.toml")).unwrap();
    let listed: Vec<String> = TARGETS.iter().map(|(name, _)| (*name).to_owned()).collect();
    let names = |folder: &str| {
        let entries = fs::read_dir(root().join("fuzz").join(folder)).unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    };
    assert_eq!(names("fuzz_targets"), listed);
    assert_eq!(names("corpus"), listed);
    for name in &listed {
        assert!(manifest.contains(&format!("path = \"fuzz_targets/{name}.rs\"")), "fuzz/Cargo.toml lacks `{name}`");
        let program = fs::read_to_string(root().join(format!("fuzz/fuzz_targets/{name}.rs"))).unwrap();
        assert!(program.contains(&format!("fuzzing::{name}")), "the program of `{name}` runs another target");
    }
}

#[test]
fn the_corpora_are_small() {
    let sizes = TARGETS.iter().flat_map(|(name, _)| fs::read_dir(corpus(name)).unwrap());
    let bytes: u64 = sizes.map(|input| input.unwrap().metadata().unwrap().len()).sum();
    assert!(bytes < MOST_BYTES, "the corpora have {bytes} bytes: see CONTRIBUTING.md on how they are minimised");
}
