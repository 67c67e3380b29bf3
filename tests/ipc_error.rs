//! What `derive(IpcError)` makes of an error, and what comes back on the other side.
#![deny(warnings)]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may panic")]

use std::io;

use ipc_bridge::prelude::*;
use ipc_bridge::{Failure, InvokeError};
use schemars::SchemaGenerator;
use serde_json::json;

#[derive(Debug, PartialEq, thiserror::Error, IpcError)]
#[error("the disk is {percent} % full")]
struct DiskFull {
    /// How full it is.
    percent: u8,
}

#[derive(Debug, thiserror::Error, IpcError)]
enum FetchError {
    /// There is no such item.
    #[error("no item {id}")]
    NotFound { id: u64 },
    #[error("{0} is no name")]
    BadName(String),
    #[error("{0} is not {1}")]
    Mismatch(u8, String),
    #[error("nothing works")]
    Nothing,
    #[error("called another way")]
    #[ipc(code = "ANOTHER_WAY")]
    Named {
        r#type: String,
        #[ipc(skip)]
        local: Option<io::ErrorKind>,
    },
    #[error("the store is unavailable")]
    #[ipc(internal)]
    Store(#[from] io::Error),
    #[error(transparent)]
    #[ipc(transparent)]
    Disk(#[from] DiskFull),
}

#[handler("data:fail")]
fn fail(which: u8) -> Result<(), FetchError> {
    Err(match which {
        0 => FetchError::NotFound { id: 7 },
        1 => FetchError::BadName("x".to_owned()),
        2 => FetchError::Mismatch(1, "2".to_owned()),
        3 => FetchError::Nothing,
        4 => FetchError::Named { r#type: "t".to_owned(), local: Some(io::ErrorKind::NotFound) },
        5 => FetchError::Store(io::Error::other("the cable is out")),
        _ => FetchError::Disk(DiskFull { percent: 99 }),
    })
}

async fn failed(which: u8) -> InvokeError<FetchError> {
    Router::new().handle::<fail>().invoke(fail { which }).await.unwrap_err()
}

#[tokio::test]
async fn the_client_gets_the_same_error_back() {
    assert!(matches!(failed(0).await, InvokeError::Handler(FetchError::NotFound { id: 7 })));
    assert!(matches!(failed(1).await, InvokeError::Handler(FetchError::BadName(name)) if name == "x"));
    assert!(matches!(failed(2).await, InvokeError::Handler(FetchError::Mismatch(1, two)) if two == "2"));
    assert!(matches!(failed(3).await, InvokeError::Handler(FetchError::Nothing)));
    assert!(matches!(failed(6).await, InvokeError::Handler(FetchError::Disk(DiskFull { percent: 99 }))));
}

#[tokio::test]
async fn a_skipped_field_does_not_travel_and_is_rebuilt_by_its_default() {
    let InvokeError::Handler(FetchError::Named { r#type, local }) = failed(4).await else { panic!("another error") };
    assert_eq!((r#type.as_str(), local), ("t", None));
}

#[tokio::test]
async fn an_internal_error_says_nothing_to_the_client() {
    let InvokeError::Refused(failure) = failed(5).await else { panic!("another error") };
    assert_eq!(failure.code(), "INTERNAL");
    assert!(
        !failure.to_string().contains("cable")
            && failure.details() == Some(&json!({"id": failure.correlation().unwrap()}))
    );
}

#[test]
fn the_cause_of_an_internal_error_names_its_sources() {
    let failure = FetchError::Store(io::Error::other("the cable is out")).to_failure();
    assert_eq!(failure.cause(), Some("the store is unavailable: the cable is out"));
}

#[test]
fn code_message_and_details_come_from_the_variant() {
    let told = |error: FetchError| {
        let failure = error.to_failure();
        (failure.code().to_owned(), failure.message().to_owned(), failure.details().cloned())
    };
    assert_eq!(
        told(FetchError::NotFound { id: 7 }),
        ("NOT_FOUND".to_owned(), "no item 7".to_owned(), Some(json!({"id": 7})))
    );
    assert_eq!(told(FetchError::BadName("x".to_owned())).2, Some(json!("x")));
    assert_eq!(told(FetchError::Mismatch(1, "2".to_owned())).2, Some(json!([1, "2"])));
    assert_eq!(told(FetchError::Nothing).2, None);
    let named = told(FetchError::Named { r#type: "t".to_owned(), local: None });
    assert_eq!((named.0.as_str(), named.2), ("ANOTHER_WAY", Some(json!({"type": "t"}))));
    assert_eq!(told(FetchError::Disk(DiskFull { percent: 99 })).0, "DISK_FULL");
}

#[test]
fn a_code_or_details_of_a_newer_server_are_not_mistaken_for_an_own_error() {
    assert!(FetchError::from_failure(&Failure::new("NEWER", "?")).is_none());
    assert!(FetchError::from_failure(&Failure::new("NOT_FOUND", "?")).is_none());
    assert!(FetchError::from_failure(&Failure::new("NOT_FOUND", "?").with_details(json!({"id": "x"}))).is_none());
    let more = Failure::new("NOT_FOUND", "?").with_details(json!({"id": 3, "since": 2030}));
    assert!(matches!(FetchError::from_failure(&more), Some(FetchError::NotFound { id: 3 })));
}

#[test]
fn every_code_is_described_with_its_documentation_and_its_details() {
    let descriptions = FetchError::describe(&mut SchemaGenerator::default());
    let codes: Vec<_> = descriptions.iter().map(|description| description.code).collect();
    assert_eq!(codes, ["NOT_FOUND", "BAD_NAME", "MISMATCH", "NOTHING", "ANOTHER_WAY", "DISK_FULL"]);
    assert_eq!(descriptions[0].doc, "There is no such item.");
    let details = descriptions[0].details.as_ref().unwrap();
    assert_eq!(details.pointer("/properties/id/type"), Some(&json!("integer")));
    assert_eq!(descriptions[3].details, None);
    let disk = descriptions[5].details.as_ref().unwrap();
    assert_eq!(disk.pointer("/properties/percent/description"), Some(&json!("How full it is.")));
}
