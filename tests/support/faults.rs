//! What a peer can do wrong at a socket, and what it is told. Each fault ends with its connection.

use std::path::Path;

use ipc_bridge::{Limits, Router};
use serde_json::{Value, json};

use super::gate::{self, Gate};
use super::panics;
use super::raw::{
    CANCEL, CONTINUED, FRAGMENT, GOODBYE, HELLO, MORE, PING, PONG, REQUEST, RESPONSE, Raw, SUBSCRIBE, first_fragment,
    frame, hello, hello_body, request,
};
pub(crate) use super::stream_faults::*;
use super::streams::with_streams;

/// The limit of a message at the server under test.
pub(crate) const MESSAGE_BYTES: u32 = 1 << 20;

/// The bytes that the server under test holds of messages that have arrived in part.
pub(crate) const BUFFERED_BYTES: usize = 16 << 20;

/// The limits of the server under test.
pub(crate) fn limits() -> Limits {
    Limits::default().message_bytes(MESSAGE_BYTES).buffered_bytes(BUFFERED_BYTES)
}

/// The router of the server under test.
pub(crate) fn router(gate: &Gate) -> Router {
    with_streams(panics::with_panics(gate::router(gate)))
}

/// Where a fault takes place.
#[derive(Debug)]
pub(crate) struct Scene<'a> {
    pub(crate) socket: &'a Path,
    pub(crate) gate: &'a Gate,
}

impl Scene<'_> {
    pub(super) async fn connect(&self) -> Raw {
        Raw::connect(self.socket).await
    }

    pub(super) async fn greeted(&self) -> Raw {
        Raw::greeted(self.socket).await
    }

    /// Sends bytes that break the protocol, and is let go.
    pub(super) async fn is_let_go_for(&self, bytes: &[u8]) {
        let mut raw = self.greeted().await;
        raw.send_in_vain(bytes).await;
        assert_eq!(raw.dismissed().await, "PROTOCOL_ERROR");
    }

    /// Sends the request 1, and gets this failure; the connection lives on.
    pub(super) async fn is_refused(&self, code: &str, frames: &[Vec<u8>]) -> Value {
        let mut raw = self.greeted().await;
        raw.send(&frames.concat()).await;
        let response = raw.response().await;
        assert_eq!((response.id, response.failure_code().as_str()), (1, code));
        lives_on(&mut raw).await;
        response.json()["error"].clone()
    }

    /// Sends a body to a handler that takes another.
    async fn body_is_refused(&self, body: &[u8]) {
        let error = self.is_refused("INVALID_INPUT", &message(1, b"gate:echo", body)).await;
        assert!(error["details"]["issues"][0]["message"].is_string(), "{error}");
    }
}

/// The frames of a request of any size.
pub(super) fn message(id: u32, channel: &[u8], body: &[u8]) -> Vec<Vec<u8>> {
    if body.len() <= FRAGMENT {
        return vec![frame(REQUEST, 0, id, channel, body)];
    }
    let (first, rest) = body.split_at(FRAGMENT);
    let mut frames = vec![first_fragment(REQUEST, id, channel, body.len(), first)];
    let parts = rest.len().div_ceil(FRAGMENT);
    frames.extend(rest.chunks(FRAGMENT).enumerate().map(|(index, part)| {
        let more = if index + 1 < parts { MORE } else { 0 };
        frame(REQUEST, CONTINUED | more, id, b"", part)
    }));
    frames
}

pub(super) async fn lives_on(raw: &mut Raw) {
    raw.send(&request(77, "gate:echo", &json!({"text": "alive"}))).await;
    let response = raw.response().await;
    assert_eq!((response.id, &response.json()["data"]), (77, &json!("alive")));
}

/// A megabyte of bytes that look random and are the same each time.
fn noise(seed: u64) -> Vec<u8> {
    let mut state = seed | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()
    };
    (0..1 << 17).flat_map(|_| next()).collect()
}

const SEEDS: [u64; 4] = [0x9e37_79b9_7f4a_7c15, 0xdead_beef, 7, 0x0123_4567_89ab_cdef];

pub(crate) async fn an_http_request_gets_one_line_of_text(scene: &Scene<'_>) {
    let mut raw = scene.connect().await;
    raw.send(b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n").await;
    let said = String::from_utf8(raw.rest().await).unwrap();
    assert!(said.starts_with("ipc-bridge: ") && said.contains("GET /"), "{said}");
    assert_eq!(said.lines().count(), 1, "{said}");
}

pub(crate) async fn noise_instead_of_a_hello_gets_one_line_of_text(scene: &Scene<'_>) {
    for seed in SEEDS {
        let mut raw = scene.connect().await;
        raw.send_in_vain(&noise(seed)).await;
        let said = String::from_utf8(raw.rest().await).unwrap();
        assert!(said.starts_with("ipc-bridge: ") && said.lines().count() == 1, "{said}");
    }
}

pub(crate) async fn a_hello_of_another_version_gets_a_goodbye(scene: &Scene<'_>) {
    for version in [0, 2, u16::MAX] {
        let mut raw = scene.connect().await;
        raw.send(&hello(version, &json!({"whatever": [1, 2]}))).await;
        let goodbye = raw.frame().await.unwrap();
        assert_eq!(goodbye.goodbye_code(), "PROTOCOL_ERROR");
        assert!(goodbye.json()["message"].as_str().unwrap().contains(&format!("version {version} ")));
    }
}

pub(crate) async fn a_hello_that_says_nothing_gets_a_goodbye(scene: &Scene<'_>) {
    let mut other_codec = hello_body();
    other_codec["codec"] = json!("cbor");
    for body in [json!({}), json!(7), other_codec] {
        let mut raw = scene.connect().await;
        raw.send(&hello(1, &body)).await;
        assert_eq!(raw.dismissed().await, "PROTOCOL_ERROR");
    }
}

pub(crate) async fn a_hello_that_is_too_long_is_none(scene: &Scene<'_>) {
    let mut raw = scene.connect().await;
    let mut body = hello_body();
    body["agent"] = json!("x".repeat(20_000));
    raw.send_in_vain(&hello(1, &body)).await;
    assert!(raw.rest().await.starts_with(b"ipc-bridge: "));
}

pub(crate) async fn a_peer_that_leaves_before_its_hello_is_whole_is_forgotten(scene: &Scene<'_>) {
    let whole = hello(1, &hello_body());
    for sent in [0, 3, 12, whole.len() - 1] {
        let mut raw = scene.connect().await;
        raw.send(&whole[..sent]).await;
        raw.end().await;
        assert_eq!(raw.rest().await, b"");
    }
    let mut raw = scene.connect().await;
    raw.send(&frame(GOODBYE, 0, 0, b"", br#"{"code":"X","message":"never mind"}"#)).await;
    assert_eq!(raw.rest().await, b"");
}

pub(crate) async fn a_peer_that_leaves_in_the_middle_of_a_frame_is_forgotten(scene: &Scene<'_>) {
    let whole = request(1, "gate:echo", &json!({"text": "x".repeat(1000)}));
    for sent in [1, 11, 12, 20, whole.len() - 1] {
        let mut raw = scene.greeted().await;
        raw.send(&whole[..sent]).await;
        raw.end().await;
        assert_eq!(raw.rest().await, b"");
    }
    let mut raw = scene.greeted().await;
    raw.send(&first_fragment(REQUEST, 1, b"gate:echo", 300_000, &[b' '; FRAGMENT])).await;
    raw.end().await;
    assert_eq!(raw.rest().await, b"");
}

pub(crate) async fn a_frame_over_the_limit_is_refused_at_its_header(scene: &Scene<'_>) {
    for length in [70_000, 1 << 24, u32::MAX] {
        let mut bytes = frame(REQUEST, 0, 1, b"gate:echo", b"");
        bytes[..4].copy_from_slice(&length.to_le_bytes());
        scene.is_let_go_for(&bytes).await;
    }
}

pub(crate) async fn noise_after_the_hello_ends_the_connection(scene: &Scene<'_>) {
    for seed in SEEDS {
        scene.is_let_go_for(&noise(seed)).await;
    }
}

pub(crate) async fn a_body_that_is_not_json_is_refused(scene: &Scene<'_>) {
    for body in [&b""[..], b"nonsense", b"{", b"{\"text\":\"\xff\"}", b"{\"text\":\"a\"}{}", b"\0\0\0\0"] {
        scene.body_is_refused(body).await;
    }
    // Large, in fragments of garbage.
    scene.body_is_refused(&noise(3)[..300_000]).await;
}

pub(crate) async fn json_that_is_nested_deep_is_refused(scene: &Scene<'_>) {
    for (before, nested) in [("", "["), (r#"{"text":"#, "["), (r#"{"text":"#, r#"{"a":"#), (r#"{"other":"#, "[")] {
        let body = format!("{before}{}", nested.repeat(100_000));
        scene.body_is_refused(body.as_bytes()).await;
    }
}

pub(crate) async fn a_channel_that_nobody_has_is_refused(scene: &Scene<'_>) {
    for channel in [&b"no:body"[..], b"\xff\xfe\xfd", b"\0", b"gate:echo ", &[b'x'; 128]] {
        scene.is_refused("UNKNOWN_CHANNEL", &message(1, channel, b"{}")).await;
        scene.is_refused("UNKNOWN_CHANNEL", &[frame(SUBSCRIBE, 0, 1, channel, b"")]).await;
    }
}

pub(crate) async fn a_channel_longer_than_a_name_may_be_ends_the_connection(scene: &Scene<'_>) {
    for length in [129, 65_535] {
        scene.is_let_go_for(&frame(REQUEST, 0, 1, &vec![b'x'; length], b"{}")).await;
        scene.is_let_go_for(&first_fragment(REQUEST, 1, &vec![b'x'; length], 100, b"")).await;
    }
}

pub(crate) async fn a_header_that_means_nothing_ends_the_connection(scene: &Scene<'_>) {
    for kind in [0, 15, 100, 255] {
        scene.is_let_go_for(&frame(kind, 0, 1, b"", b"")).await;
    }
    for flags in [16, 64, 128, 255] {
        scene.is_let_go_for(&frame(REQUEST, flags, 1, b"gate:echo", b"{}")).await;
    }
    scene.is_let_go_for(&frame(REQUEST, 0, 1, b"", b"{}")).await;
    scene.is_let_go_for(&frame(RESPONSE, 0, 1, b"gate:echo", b"{}")).await;
    scene.is_let_go_for(&hello(1, &hello_body())).await;
    scene.is_let_go_for(&frame(GOODBYE, 0, 0, b"", b"bye")).await;
}

pub(crate) async fn a_request_made_again_in_flight_ends_the_connection(scene: &Scene<'_>) {
    let mut raw = scene.greeted().await;
    let asked = request(1, "gate:pass", &json!({"id": 1}));
    raw.send(&asked).await;
    scene.gate.entered(1).await;
    raw.send(&asked).await;
    assert_eq!(raw.dismissed().await, "PROTOCOL_ERROR");
    scene.gate.dropped(1).await;
}

pub(crate) async fn what_belongs_to_nothing_is_passed_over(scene: &Scene<'_>) {
    let mut raw = scene.greeted().await;
    // Response, cancel, pong, item, end, credit, unsubscribe, event.
    for kind in [RESPONSE, CANCEL, PONG, 8, 9, 10, 12, 13] {
        for id in [7, 4_000_000_000] {
            raw.send(&frame(kind, 0, id, b"", b"1234")).await;
        }
    }
    raw.send(&frame(14, 0, 0, b"no:body", b"{}")).await;
    lives_on(&mut raw).await;
    raw.send(&frame(PING, 0, 5, b"", b"ping")).await;
    let pong = raw.frame().await.unwrap();
    assert_eq!((pong.kind, pong.id, pong.payload.as_slice()), (PONG, 5, &b"ping"[..]));
}

pub(crate) async fn fragments_that_do_not_fit_together_end_the_connection(scene: &Scene<'_>) {
    let first = first_fragment(REQUEST, 1, b"gate:echo", 100, b"12345");
    for next in [
        first.clone(),
        frame(REQUEST, CONTINUED, 2, b"", b"another one's"),
        frame(REQUEST, CONTINUED, 1, b"", b"too little"),
        frame(REQUEST, CONTINUED, 1, b"", &[b'x'; 96]),
        frame(REQUEST, CONTINUED | MORE, 1, b"", &[b'x'; 96]),
    ] {
        scene.is_let_go_for(&[first.clone(), next].concat()).await;
    }
    scene.is_let_go_for(&frame(REQUEST, CONTINUED, 1, b"", b"x")).await;
}

pub(crate) async fn a_message_over_the_limit_is_passed_over_and_refused(scene: &Scene<'_>) {
    let body = vec![b' '; MESSAGE_BYTES as usize + 1];
    scene.is_refused("TOO_LARGE", &message(1, b"gate:echo", &body)).await;
}

pub(crate) async fn messages_that_are_announced_and_do_not_come_are_forgotten(scene: &Scene<'_>) {
    let mut raw = scene.greeted().await;
    for total in [MESSAGE_BYTES as usize, u32::MAX as usize] {
        for id in 0..50 {
            raw.send(&first_fragment(REQUEST, id, b"gate:echo", total, b"x")).await;
        }
        for id in 0..50 {
            raw.send(&frame(CANCEL, 0, id, b"", b"")).await;
            let response = raw.response().await;
            assert_eq!((response.id, response.failure_code().as_str()), (id, "CANCELLED"));
        }
    }
    lives_on(&mut raw).await;
}

pub(crate) async fn a_peer_that_vanishes_takes_its_calls_with_it(scene: &Scene<'_>) {
    let mut raw = scene.greeted().await;
    for id in 0..20 {
        raw.send(&request(id, "gate:pass", &json!({"id": id}))).await;
    }
    scene.gate.entered(20).await;
    drop(raw);
    scene.gate.dropped(20).await;
}

pub(crate) async fn a_peer_that_does_not_take_its_answers_is_no_burden_when_it_goes(scene: &Scene<'_>) {
    let mut raw = scene.greeted().await;
    for id in 0..4 {
        raw.send(&request(id, "gate:letters", &json!({"count": 1 << 20}))).await;
    }
    assert_eq!(raw.frame().await.unwrap().kind, RESPONSE);
}

pub(crate) async fn a_peer_that_asks_before_it_is_greeted_and_leaves_is_forgotten(scene: &Scene<'_>) {
    let mut raw = scene.connect().await;
    raw.send(&[hello(1, &hello_body()), request(1, "gate:echo", &json!({"text": "early"}))].concat()).await;
    raw.end().await;
    assert_eq!(raw.frame().await.unwrap().kind, HELLO);
    // It may be answered before its end is noticed.
    let rest = raw.rest().await;
    assert!(rest.is_empty() || rest.ends_with(br#"{"success":true,"data":"early"}"#));
}

pub(crate) async fn a_handler_that_panics_answers_internal(scene: &Scene<'_>) {
    let mut raw = scene.greeted().await;
    for (channel, body) in panics::CALLS {
        raw.send(&frame(REQUEST, 0, 1, channel.as_bytes(), body.as_bytes())).await;
        let response = raw.response().await;
        assert_eq!((response.id, response.failure_code().as_str()), (1, "INTERNAL"), "{channel}");
        let said = String::from_utf8(response.payload).unwrap();
        assert!(!said.contains("boom") && !said.contains("xxx"), "{channel}: {said}");
    }
    lives_on(&mut raw).await;
}

pub(crate) async fn a_handler_that_panics_when_it_is_dropped_harms_nobody(scene: &Scene<'_>) {
    let mut raw = scene.greeted().await;
    raw.send(&request(1, "panic:when_dropped", &json!({}))).await;
    scene.gate.entered(1).await;
    raw.send(&frame(CANCEL, 0, 1, b"", b"")).await;
    assert_eq!(raw.response().await.failure_code(), "CANCELLED");
    lives_on(&mut raw).await;
    // And when its connection ends.
    raw.send(&request(1, "panic:when_dropped", &json!({}))).await;
    scene.gate.entered(1).await;
}

/// Does with each fault, by its name, what `$then` makes of it.
macro_rules! each_fault {
    ($then:ident) => {
        $then! {
            an_http_request_gets_one_line_of_text,
            noise_instead_of_a_hello_gets_one_line_of_text,
            a_hello_of_another_version_gets_a_goodbye,
            a_hello_that_says_nothing_gets_a_goodbye,
            a_hello_that_is_too_long_is_none,
            a_peer_that_leaves_before_its_hello_is_whole_is_forgotten,
            a_peer_that_leaves_in_the_middle_of_a_frame_is_forgotten,
            a_frame_over_the_limit_is_refused_at_its_header,
            noise_after_the_hello_ends_the_connection,
            a_body_that_is_not_json_is_refused,
            json_that_is_nested_deep_is_refused,
            a_channel_that_nobody_has_is_refused,
            a_channel_longer_than_a_name_may_be_ends_the_connection,
            a_header_that_means_nothing_ends_the_connection,
            a_request_made_again_in_flight_ends_the_connection,
            what_belongs_to_nothing_is_passed_over,
            fragments_that_do_not_fit_together_end_the_connection,
            a_message_over_the_limit_is_passed_over_and_refused,
            messages_that_are_announced_and_do_not_come_are_forgotten,
            a_peer_that_vanishes_takes_its_calls_with_it,
            a_peer_that_does_not_take_its_answers_is_no_burden_when_it_goes,
            a_peer_that_asks_before_it_is_greeted_and_leaves_is_forgotten,
            a_handler_that_panics_answers_internal,
            a_handler_that_panics_when_it_is_dropped_harms_nobody,
            credit_for_nothing_is_passed_over,
            credit_that_is_no_number_of_four_bytes_ends_the_connection,
            a_reader_that_grants_nothing_gets_what_it_announced_and_no_more,
            items_beyond_the_credit_end_the_connection,
            items_after_their_end_are_passed_over,
            items_for_a_call_that_takes_none_are_passed_over,
            an_item_over_the_limit_breaks_its_stream_off,
            an_item_that_is_not_json_is_told_to_its_handler,
            a_peer_that_goes_away_within_an_item_takes_its_handler_with_it,
            a_call_that_is_cancelled_within_an_item_gives_its_id_back,
            a_table_of_attachments_that_is_not_whole_is_refused,
            a_place_without_an_attachment_is_refused,
            a_subscription_that_cannot_be_is_refused,
            a_subscription_ends_once,
            an_id_that_is_in_use_ends_the_connection,
        }
    };
}
pub(crate) use each_fault;

/// The same with each peer that has the server make much and takes little of it.
macro_rules! each_flood {
    ($then:ident) => {
        $then! {
            credit_without_end_makes_a_stream_no_longer_than_the_peer_reads,
            a_subscriber_that_never_reads_is_kept_no_more_for_than_a_connection_may_hold,
            streams_that_go_on_at_once_hold_no_more_than_a_connection_may,
        }
    };
}
pub(crate) use each_flood;
