//! `PROTOCOL.md` shows bytes of the vectors, and no others.

use std::collections::BTreeMap;
use std::fs;

use ipc_core::envelope::Kind;

use super::{frames, hellos, hex, kind, refused, root};

/// Every named vector of which the bytes are given.
fn vectors() -> BTreeMap<String, Vec<u8>> {
    let frames = frames().into_iter().map(|vector| (vector.name.clone(), vector.bytes()));
    let hellos_file = hellos();
    let hellos = hellos_file.hellos.into_iter().map(|vector| (vector.name, vector.bytes.bytes()));
    let goodbyes = hellos_file.goodbyes.into_iter().map(|vector| (vector.name, vector.bytes.bytes()));
    let refused_file = refused();
    let refused = refused_file.first_bytes.into_iter().chain(refused_file.frames);
    let refused = refused.map(|vector| (vector.name, vector.bytes.bytes()));
    let mut vectors = BTreeMap::new();
    for (name, bytes) in frames.chain(hellos).chain(goodbyes).chain(refused) {
        assert!(vectors.insert(name.clone(), bytes).is_none(), "two vectors have the name `{name}`");
    }
    vectors
}

/// The blocks of the document that are fenced as `hex <name>`: the name and the bytes.
fn examples(document: &str) -> Vec<(String, Vec<u8>)> {
    let mut examples = Vec::new();
    let mut lines = document.lines();
    while let Some(line) = lines.next() {
        let Some(name) = line.strip_prefix("```hex ") else { continue };
        let block = lines.by_ref().take_while(|line| *line != "```");
        // What stands behind the bar explains the bytes.
        let digits: String = block.map(|line| line.split('|').next().unwrap_or_default()).collect();
        examples.push((name.trim().to_owned(), hex(&digits)));
    }
    examples
}

fn document() -> String {
    fs::read_to_string(root().join("PROTOCOL.md")).expect("the workspace has a PROTOCOL.md")
}

#[test]
fn the_document_shows_the_bytes_of_the_vectors() {
    let vectors = vectors();
    for (name, bytes) in examples(&document()) {
        let vector = vectors.get(&name).unwrap_or_else(|| panic!("PROTOCOL.md shows `{name}`, which is no vector"));
        assert_eq!(&bytes, vector, "{name}");
    }
}

#[test]
fn the_document_shows_a_frame_of_every_kind() {
    let shown: Vec<Kind> = examples(&document())
        .into_iter()
        .filter_map(|(_, bytes)| bytes.get(4).copied())
        .filter_map(|number| Kind::ALL.get(usize::from(number).checked_sub(1)?).copied())
        .collect();
    for kind in Kind::ALL {
        assert!(shown.contains(&kind), "PROTOCOL.md shows no {kind:?}");
    }
}

#[test]
fn the_vectors_hold_a_frame_of_every_kind() {
    let names = ["goodbye", "ping", "pong", "request", "response", "cancel", "item", "end", "credit"];
    let vectors = vectors();
    for name in names.into_iter().chain(["subscribe", "unsubscribe", "event", "notification", "hello"]) {
        let bytes = vectors.get(name).unwrap_or_else(|| panic!("no vector is called `{name}`"));
        assert_eq!(bytes.get(4), Some(&(kind(name) as u8)), "{name}");
    }
}
