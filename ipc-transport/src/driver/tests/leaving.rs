//! How a connection ends.

use super::*;

#[tokio::test(start_paused = true)]
async fn a_goodbye_is_answered_by_one_and_the_connection_closes() {
    let mut peer = Peer::connect(Limits::default());
    peer.send(&vector("goodbye")).await;
    assert_eq!(peer.receive().await.0, Kind::Goodbye);
    peer.is_at_end().await;
    assert_eq!(*watched(peer.link.ended()).await, *"the server shut down");
}

#[tokio::test(start_paused = true)]
async fn calls_in_flight_are_answered_after_the_goodbyes() {
    let mut peer = Peer::connect(Limits::default());
    peer.send(&[peer::request(7, "test:wait", b"{}"), vector("goodbye")].concat()).await;
    assert_eq!(peer.receive().await.0, Kind::Goodbye);
    peer.send(&bytes(Kind::Cancel, 7, b"")).await;
    assert_eq!(peer.refusal().await, (7, "CANCELLED".to_owned()));
    peer.is_at_end().await;
}

#[tokio::test(start_paused = true)]
async fn a_request_that_has_begun_is_answered_after_the_goodbyes() {
    let mut peer = Peer::connect(Limits::default());
    peer.send(&[vector("first_fragment"), vector("goodbye")].concat()).await;
    assert_eq!(peer.receive().await.0, Kind::Goodbye);
    peer.send(&[vector("middle_fragment"), vector("last_fragment")].concat()).await;
    assert_eq!(peer.refusal().await, (21, "UNAVAILABLE".to_owned()));
    peer.is_at_end().await;
}

#[tokio::test(start_paused = true)]
async fn a_side_that_leaves_refuses_requests_and_waits_for_the_peers_goodbye() {
    let mut peer = Peer::connect(Limits::default());
    peer.link.leave("the server shut down");
    let (kind, _, body) = peer.receive().await;
    assert_eq!(kind, Kind::Goodbye);
    let body: Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(body, json!({"code": "UNAVAILABLE", "message": "the server shut down"}));
    peer.send(&vector("request")).await;
    assert_eq!(peer.refusal().await, (1, "UNAVAILABLE".to_owned()));
    peer.send(&vector("ping")).await;
    assert_eq!(peer.receive().await.0, Kind::Pong);
    peer.send(&vector("goodbye")).await;
    peer.is_at_end().await;
}

#[tokio::test(start_paused = true)]
async fn a_goodbye_that_says_nothing_is_a_breach() {
    for body in [&b""[..], b"bye", b"{}", br#"{"code":"UNAVAILABLE"}"#] {
        let mut peer = Peer::connect(Limits::default());
        peer.send(&bytes(Kind::Goodbye, 0, body)).await;
        peer.is_let_go().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_goodbye_quotes_no_more_of_a_breach_than_fits() {
    let mut peer = Peer::connect(Limits::default());
    let quoted = format!("\"{}\"", "\u{7f}".repeat(60_000));
    peer.send(&bytes(Kind::Goodbye, 0, quoted.as_bytes())).await;
    assert_eq!(peer.is_let_go().await.chars().count(), 512);
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_is_closed_here_ends_though_the_peer_keeps_it_open() {
    let mut peer = Peer::connect(Limits::default());
    peer.link.close("enough");
    peer.is_at_end().await;
    peer.task_ends().await;
}

#[tokio::test(start_paused = true)]
async fn a_call_ends_when_the_peer_reads_no_more_though_it_keeps_the_connection_open() {
    let mut peer = Peer::connect(Limits::default());
    peer.stop_reading();
    let gone = watched(Peer::call(&peer.link, b"")).await;
    assert!(matches!(gone, Err(ipc_core::CallError::Gone(_))), "{gone:?}");
    peer.task_ends().await;
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_closes_in_the_midst_of_a_frame_ends_the_connection() {
    let mut peer = Peer::connect(Limits::default());
    let request = vector("request");
    peer.send(&request[..request.len() - 1]).await;
    peer.stop_writing().await;
    assert_eq!(*watched(peer.link.ended()).await, *"the peer closed it");
}
