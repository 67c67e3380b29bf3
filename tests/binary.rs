//! Binary data: whole payloads, fields, items, in one frame and in many, always as it was and never as text.
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::collections::BTreeMap;

use ipc_bridge::Endpoint;
use ipc_bridge::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use support::everywhere;
use support::raw::{REQUEST, Raw, frame};

#[handler("binary:whole")]
async fn whole(#[payload] bytes: Bytes) -> Bytes {
    bytes
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
struct Picture {
    name: String,
    thumbnail: Option<Bytes>,
    layers: Vec<Bytes>,
    by_name: BTreeMap<String, (u8, Bytes)>,
}

#[handler("binary:fields")]
fn fields(picture: Picture, original: Bytes) -> (Bytes, Picture) {
    (original, picture)
}

#[derive(Debug, PartialEq, thiserror::Error, IpcError)]
enum Broken {
    #[error(transparent)]
    #[ipc(transparent)]
    Incoming(#[from] IncomingError),
}

#[handler("binary:chunks")]
async fn chunks(mut parts: Incoming<Bytes>) -> Result<Bytes, Broken> {
    let mut all = Vec::new();
    while let Some(part) = parts.next().await {
        all.extend_from_slice(&part?);
    }
    Ok(all.into())
}

/// Bytes that are not the same anywhere.
fn bytes(count: usize) -> Bytes {
    (0..count).map(|place| (place % 251) as u8).collect()
}

fn router() -> Router {
    Router::new().handle::<whole>().handle::<fields>().handle::<chunks>()
}

async fn serve(place: &Endpoint) -> (Server, Client) {
    (Server::bind(place).serve(router()).await.unwrap(), Client::connect(place).await.unwrap())
}

/// What fits one frame, what just does not, and what takes many.
const SIZES: [usize; 8] = [0, 1, 1000, 65_500, 65_536, 65_537, 200_000, 5_000_000];

async fn whole_payloads_come_back_as_they_were(place: Endpoint) {
    let (_server, client) = serve(&place).await;
    for size in SIZES {
        assert_eq!(client.invoke(whole { bytes: bytes(size) }).await, Ok(bytes(size)), "{size}");
    }
}

async fn fields_come_back_in_their_places(place: Endpoint) {
    let (_server, client) = serve(&place).await;
    for size in SIZES {
        let picture = Picture {
            name: "sunrise".to_owned(),
            thumbnail: (size % 2 == 0).then(|| bytes(size / 10)),
            layers: vec![bytes(size), Bytes::new(), bytes(3)],
            by_name: [("a".to_owned(), (1, bytes(7))), ("b".to_owned(), (2, bytes(size)))].into(),
        };
        let call = fields { picture: picture.clone(), original: bytes(size + 1) };
        assert_eq!(client.invoke(call).await, Ok((bytes(size + 1), picture)), "{size}");
    }
}

async fn chunks_arrive_in_order_whatever_their_sizes(place: Endpoint) {
    let (_server, client) = serve(&place).await;
    // Small ones must not pass large ones.
    let sizes = [1, 300_000, 2, 3, 65_537, 0, 4, 1_000_000, 5];
    let expected: Vec<u8> = sizes.iter().flat_map(|size| bytes(*size).to_vec()).collect();
    let parts = sizes.iter().map(|size| bytes(*size)).collect();
    assert_eq!(client.invoke(chunks { parts }).await, Ok(expected.into()));
}

everywhere! {
    whole_payloads_come_back_as_they_were,
    fields_come_back_in_their_places,
    chunks_arrive_in_order_whatever_their_sizes,
}

#[tokio::test]
async fn on_the_wire_the_json_names_the_places_of_its_attachments() {
    support::watched(async {
        let server = Server::bind(support::At::Memory.place()).serve(router()).await.unwrap();
        let mut raw = Raw::greeted_by(&server).await;
        raw.send(&frame(REQUEST, 8, 1, b"binary:whole", b"\x01\0\0\0\x03\0\0\0\"$0\"\x01\x02\xff")).await;
        let answer = raw.frame().await.unwrap();
        assert_eq!(answer.flags, 8);
        assert_eq!(answer.payload, b"\x01\0\0\0\x03\0\0\0{\"success\":true,\"data\":\"$0\"}\x01\x02\xff");
        // Base64 is taken too: a peer that has nothing but JSON can send it.
        raw.send(&frame(REQUEST, 0, 2, b"binary:whole", b"\"AQL/\"")).await;
        assert_eq!(raw.frame().await.unwrap().payload, answer.payload);
        // A place that holds nothing is a mistake of the caller's.
        for body in [b"\"$0\"".as_slice(), b"\"!\"", b"[1,2]"] {
            raw.send(&frame(REQUEST, 0, 3, b"binary:whole", body)).await;
            assert_eq!(raw.response().await.failure_code(), "INVALID_INPUT");
        }
        raw.send(&frame(REQUEST, 8, 4, b"binary:whole", b"\x01\0\0\0\0\0\0\0\"$1\"")).await;
        let refused = raw.response().await;
        assert_eq!(refused.failure_code(), "INVALID_INPUT");
        let message = refused.json()["error"]["message"].as_str().unwrap().to_owned();
        assert!(message.contains("the message has no attachment `$1`"), "{message}");
    })
    .await;
}

#[test]
fn the_schema_tells_binary_data_by_a_keyword() {
    let description = router().description().unwrap();
    let channel = description.channel("binary:whole").unwrap();
    let expected = json!({"type": "string", "x-ipc-binary": true});
    assert_eq!(channel.request().as_value(), &expected);
    assert_eq!(channel.response().unwrap().as_value(), &expected);
    let incoming = description.channel("binary:chunks").unwrap().incoming().unwrap();
    assert_eq!(incoming.as_value(), &expected);
}
