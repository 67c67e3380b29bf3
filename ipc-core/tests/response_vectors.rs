//! The response shape against `tests/vectors/responses.json`.

use std::fs;
use std::path::Path;

use ipc_core::{Failure, response};
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
struct Vectors {
    canonical: Vec<Vector>,
    read: Vec<Vector>,
    refused: Vec<Refused>,
}

#[derive(Deserialize)]
struct Vector {
    name: String,
    body: String,
    /// The data; with `error` missing, a missing value is `null`.
    #[serde(default)]
    data: Value,
    error: Option<Failure>,
}

#[derive(Deserialize)]
struct Refused {
    name: String,
    body: String,
}

impl Vector {
    fn outcome(&self) -> Result<Value, Failure> {
        self.error.clone().map_or_else(|| Ok(self.data.clone()), Err)
    }
}

fn vectors() -> Vectors {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/vectors/responses.json");
    serde_json::from_slice(&fs::read(path).expect("the vectors are there")).expect("the vectors are whole")
}

#[test]
fn every_response_of_the_vectors_is_read() {
    let Vectors { canonical, read, .. } = vectors();
    for vector in canonical.iter().chain(&read) {
        let outcome = response::read::<Value>(vector.body.as_bytes()).expect(&vector.name);
        assert_eq!(outcome, vector.outcome(), "{}", vector.name);
    }
}

#[test]
fn every_canonical_response_of_the_vectors_is_written() {
    for vector in vectors().canonical {
        let mut out = Vec::new();
        match vector.outcome() {
            Ok(data) => response::write_success(&mut out, &data).expect(&vector.name),
            Err(failure) => response::write_failure(&mut out, &failure),
        }
        assert_eq!(String::from_utf8_lossy(&out), vector.body, "{}", vector.name);
    }
}

#[test]
fn every_other_body_of_the_vectors_is_refused() {
    for vector in vectors().refused {
        assert!(response::read::<Value>(vector.body.as_bytes()).is_err(), "{}", vector.name);
    }
}

#[test]
fn every_cut_of_a_response_is_refused() {
    for vector in vectors().canonical {
        for cut in 0..vector.body.len() {
            let body = &vector.body.as_bytes()[..cut];
            assert!(response::read::<Value>(body).is_err(), "{} cut at {cut}", vector.name);
        }
    }
}
