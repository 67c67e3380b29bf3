//! What a peer does wrong is told to it, harms no other connection, and leaves none behind.
#![cfg(unix)]
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use ipc_bridge::Limits;
use ipc_bridge::prelude::*;
use serde_json::json;

use support::faults::{Scene, each_fault, each_flood, limits};
use support::gate::{Gate, echo, router};
use support::raw::{Raw, frame, request};
use support::{Folder, until_connections, watched};

macro_rules! test_beside_another_connection {
    ($($fault:ident),* $(,)?) => {
        $(#[tokio::test]
        async fn $fault() {
            let folder = Folder::new();
            watched(async {
                let (socket, gate) = (folder.socket(), Gate::new());
                let router = support::faults::router(&gate);
                let server = Server::bind(socket.as_path()).limits(limits()).serve(router).await.unwrap();
                let other = Client::connect(socket.as_path()).await.unwrap();
                support::faults::$fault(&Scene { socket: &socket, gate: &gate }).await;
                assert_eq!(other.invoke(echo { text: "alive".to_owned() }).await.unwrap(), "alive");
                until_connections(&server, 1).await;
                let late = Client::connect(socket.as_path()).await.unwrap();
                assert_eq!(late.invoke(echo { text: "alive".to_owned() }).await.unwrap(), "alive");
            })
            .await;
        })*
    };
}

each_fault!(test_beside_another_connection);
each_flood!(test_beside_another_connection);

#[tokio::test]
async fn half_a_frame_and_then_silence_holds_up_nobody_else() {
    let folder = Folder::new();
    watched(async {
        let server = Server::bind(folder.socket()).serve(router(&Gate::new())).await.unwrap();
        let whole = request(1, "gate:echo", &json!({"text": "slow"}));
        let mut halves = Vec::new();
        for sent in [1, 11, 12, 20, whole.len() - 1] {
            let mut raw = Raw::greeted(&folder.socket()).await;
            raw.send(&whole[..sent]).await;
            halves.push((raw, sent));
        }
        let client = Client::connect(folder.socket()).await.unwrap();
        for _ in 0..100 {
            assert_eq!(client.invoke(echo { text: "fast".to_owned() }).await.unwrap(), "fast");
        }
        assert_eq!(server.connections(), 6);
        // Whenever the rest comes, it is answered.
        for (raw, sent) in &mut halves {
            raw.send(&whole[*sent..]).await;
            assert_eq!(raw.response().await.json()["data"], "slow");
        }
        drop(halves);
        until_connections(&server, 1).await;
    })
    .await;
}

#[tokio::test]
async fn a_call_beyond_the_limit_of_those_in_flight_is_answered_overloaded() {
    let folder = Folder::new();
    watched(async {
        let gate = Gate::new();
        let limits = Limits::default().in_flight(2);
        let _server = Server::bind(folder.socket()).limits(limits).serve(router(&gate)).await.unwrap();
        let mut raw = Raw::greeted(&folder.socket()).await;
        for id in 1..=2 {
            raw.send(&request(id, "gate:pass", &json!({"id": id}))).await;
        }
        gate.entered(2).await;
        raw.send(&request(3, "gate:pass", &json!({"id": 3}))).await;
        let refused = raw.response().await;
        assert_eq!((refused.id, refused.failure_code().as_str()), (3, "OVERLOADED"));
        gate.open(3);
        for _ in 0..2 {
            assert_eq!(raw.response().await.json()["success"], true);
        }
        raw.send(&request(3, "gate:pass", &json!({"id": 3}))).await;
        assert_eq!(raw.response().await.json()["data"], 3);
    })
    .await;
}

#[tokio::test]
async fn what_was_answered_before_a_fault_arrives_before_the_goodbye() {
    let folder = Folder::new();
    watched(async {
        let _server = Server::bind(folder.socket()).serve(router(&Gate::new())).await.unwrap();
        let mut raw = Raw::greeted(&folder.socket()).await;
        let asked = request(1, "gate:echo", &json!({"text": "before"}));
        raw.send(&[asked, frame(200, 0, 0, b"", b"")].concat()).await;
        assert_eq!(raw.response().await.json()["data"], "before");
        assert_eq!(raw.dismissed().await, "PROTOCOL_ERROR");
    })
    .await;
}
