//! First bytes against the vectors, and against peers of other protocols.

use super::*;
use crate::handshake;
use crate::vectors::{self, Random};
use tokio::io::AsyncReadExt as _;

/// The name that the vectors have for an error.
fn reason(error: &HelloError) -> &'static str {
    match error {
        HelloError::NotThisProtocol(_) => "not_this_protocol",
        HelloError::Version(_) => "version",
        HelloError::Body(_) => "body",
        HelloError::Codec(_) => "codec",
    }
}

/// Everything that a peer is sent who began with `error`.
async fn told(error: &HelloError) -> Vec<u8> {
    let (ours, mut theirs) = tokio::io::duplex(64);
    let (_, writer) = tokio::io::split(ours);
    let mut writer = crate::half::WriteHalf::of(writer);
    let mut said = Vec::new();
    let (refused, read) = tokio::join!(
        async move {
            let refused = handshake::refuse(&mut writer, error).await;
            drop(writer);
            refused
        },
        theirs.read_to_end(&mut said)
    );
    refused.unwrap();
    read.unwrap();
    said
}

#[test]
fn every_hello_of_the_vectors_is_decoded() {
    for vector in vectors::hellos().hellos {
        let bytes = vector.bytes.bytes();
        let rest = vector.rest.map(|rest| rest.bytes()).unwrap_or_default();
        let FirstFrame::Hello(hello, taken) = decode(&bytes).unwrap() else { panic!("{}: no hello", vector.name) };
        assert_eq!(serde_json::to_value(hello).unwrap(), vector.hello, "{}", vector.name);
        assert_eq!(bytes[taken..], rest, "{}", vector.name);
    }
}

#[test]
fn every_canonical_hello_of_the_vectors_is_encoded() {
    for vector in vectors::hellos().hellos.into_iter().filter(|vector| vector.canonical) {
        let hello: Hello = serde_json::from_value(vector.hello).unwrap();
        assert_eq!(*hello.encode(), vector.bytes.bytes(), "{}", vector.name);
    }
}

#[test]
fn every_goodbye_in_the_place_of_a_hello_is_decoded_and_encoded() {
    for vector in vectors::hellos().goodbyes {
        let expected: Failure = serde_json::from_value(vector.goodbye).unwrap();
        let bytes = vector.bytes.bytes();
        assert_eq!(handshake::goodbye_frame(&expected), bytes, "{}", vector.name);
        assert_eq!(decode(&bytes), Ok(FirstFrame::Goodbye(Box::new(expected))), "{}", vector.name);
    }
}

#[test]
fn every_cut_of_a_first_frame_waits_for_more() {
    let vectors = vectors::hellos();
    let hellos = vectors.hellos.into_iter().filter(|vector| vector.rest.is_none()).map(|vector| vector.bytes);
    for bytes in hellos.chain(vectors.goodbyes.into_iter().map(|vector| vector.bytes)) {
        let bytes = bytes.bytes();
        for cut in 0..bytes.len() {
            assert_eq!(decode(&bytes[..cut]), Ok(FirstFrame::Partly), "cut at {cut}");
        }
    }
}

#[tokio::test]
async fn every_other_beginning_is_refused_for_its_reason_and_its_peer_is_told_in_one_line() {
    for vector in vectors::refused().first_bytes {
        let error = decode(&vector.bytes.bytes()).expect_err(&vector.name);
        assert_eq!(reason(&error), vector.reason, "{}", vector.name);
        let said = told(&error).await;
        match vector.told.as_deref() {
            Some("text") => {
                let line = String::from_utf8(said).unwrap();
                assert!(line.starts_with("ipc-bridge: ") && line.ends_with('\n'), "{}: {line:?}", vector.name);
                assert_eq!(line.lines().count(), 1, "{}: {line:?}", vector.name);
            }
            Some("goodbye") => {
                let FirstFrame::Goodbye(failure) = decode(&said).unwrap() else { panic!("{}", vector.name) };
                assert_eq!(failure.code(), "PROTOCOL_ERROR", "{}", vector.name);
                assert_eq!(failure.message(), error.to_string(), "{}", vector.name);
                let version = failure.details().map(|details| details["protocol"].as_u64().unwrap());
                let another = matches!(error, HelloError::Version(_));
                assert_eq!(version, another.then_some(u64::from(PROTOCOL_VERSION)), "{}", vector.name);
            }
            other => panic!("{}: nobody can be told {other:?}", vector.name),
        }
    }
}

#[test]
fn another_version_is_known_by_twelve_bytes() {
    let vectors = vectors::refused().first_bytes;
    for vector in vectors.iter().filter(|vector| vector.reason == "version") {
        let bytes = vector.bytes.bytes();
        assert_eq!(decode(&bytes[..HEADER_BYTES - 1]), Ok(FirstFrame::Partly), "{}", vector.name);
        assert!(matches!(decode(&bytes[..HEADER_BYTES]), Err(HelloError::Version(_))), "{}", vector.name);
    }
}

#[test]
fn a_hello_tells_the_version_in_its_header() {
    let hello = Hello::new("0123", None, &Limits::default());
    let Ok(FirstFrame::Hello(read, _)) = decode(&hello.encode()) else { panic!("it is a hello") };
    assert_eq!((hello.protocol, read.protocol), (PROTOCOL_VERSION, PROTOCOL_VERSION));
    let of_the_body: Hello = serde_json::from_slice(&hello.body()).unwrap();
    assert_eq!(of_the_body, hello, "the body does not tell it");
}

#[test]
fn a_goodbye_to_another_version_tells_which_one_its_sender_speaks() {
    let goodbye = |code: &'static str, details: serde_json::Value| {
        let failure = Failure::new(code, "no").with_details(details);
        Spoken::of(&failure).and_then(Spoken::another)
    };
    assert_eq!(goodbye("PROTOCOL_ERROR", serde_json::json!({"protocol": 2})), Some(2));
    assert_eq!(goodbye("PROTOCOL_ERROR", serde_json::json!({"protocol": PROTOCOL_VERSION})), None);
    assert_eq!(goodbye("PROTOCOL_ERROR", serde_json::json!({"protocol": 70_000})), None);
    assert_eq!(goodbye("PROTOCOL_ERROR", serde_json::json!({"other": 2})), None);
    assert_eq!(goodbye("DENIED", serde_json::json!({"protocol": 2})), None);
    assert_eq!(Spoken::of(&Failure::new("PROTOCOL_ERROR", "no")).and_then(Spoken::another), None);
}

#[tokio::test]
async fn what_a_peer_got_wrong_is_quoted_no_longer_than_a_goodbye_may_be() {
    // The reason quotes the text, each of whose letters takes seven bytes there.
    let body = format!(r#"{{"agent":"","codec":"json","instance":"","limits":"{}"}}"#, "\u{7f}".repeat(16_000));
    let mut bytes = Vec::new();
    frame::put_hello(&mut bytes, body.as_bytes());
    let error = decode(&bytes).unwrap_err();
    assert!(error.to_string().len() > MAX_HELLO_BYTES);
    assert!(matches!(decode(&told(&error).await), Ok(FirstFrame::Goodbye(_))));
}

#[test]
fn random_bytes_and_mutated_hellos_never_panic() {
    let hello = Hello::new("0123", Some("f".to_owned()), &Limits::default()).encode();
    let mut random = Random::new(3);
    for round in 0..200_000 {
        let mut bytes = if round % 2 == 0 { hello.to_vec() } else { random.bytes(24) };
        let place = random.below(bytes.len());
        bytes[place] = random.next() as u8;
        bytes.truncate(random.below(bytes.len() + 1));
        if let Ok(FirstFrame::Hello(_, taken)) = decode(&bytes) {
            assert!(taken <= bytes.len());
        }
    }
}

#[test]
fn a_hello_does_not_show_its_token() {
    let text = format!("{}.{}", "1".repeat(16), "2".repeat(64));
    let token: Token = text.parse().unwrap();
    let hello = Hello::new("0123", None, &Limits::default()).showing(Some(&token));
    assert!(!format!("{hello:?}").contains("2222"), "{hello:?}");
    let encoded = hello.encode();
    assert!(encoded.windows(text.len()).any(|part| part == text.as_bytes()), "it travels");
    let Ok(FirstFrame::Hello(read, _)) = decode(&encoded) else { panic!("it is a hello") };
    assert_eq!(*read, hello);
}

#[test]
fn grants_that_no_hello_has_room_for_are_left_out() {
    let hello = |permissions: usize| {
        let mut hello = Hello::new("0123", None, &Limits::default());
        hello.grants = Some((0..permissions).map(|number| format!("data:{number}")).collect());
        hello.bounded()
    };
    assert_eq!(hello(10).grants.map(|grants| grants.len()), Some(10));
    assert_eq!(hello(10_000).grants, None);
    assert!(hello(10_000).body().len() < MAX_HELLO_BYTES);
}

#[test]
fn what_a_server_said_is_kept_once_and_as_long_as_somebody_has_it() {
    let said = || Hello::new("what_a_server_said", None, &Limits::default());
    let first = said().shared();
    assert!(Arc::ptr_eq(&first, &said().shared()));
    let other = Hello::new("what_another_said", None, &Limits::default()).shared();
    assert!(!Arc::ptr_eq(&first, &other));
    let gone = Arc::downgrade(&first);
    drop(first);
    assert_eq!(*said().shared(), said());
    assert_eq!(gone.strong_count(), 0);
}
