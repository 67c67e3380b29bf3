//! What a peer can do wrong with streams, uploads, subscriptions and attachments, and what it is told.

use serde_json::json;

use super::faults::{MESSAGE_BYTES, Scene, lives_on, message};
use super::raw::{
    ATTACHMENTS, CANCEL, CONTINUED, CREDIT, END, EVENT, FRAGMENT, ITEM, MORE, NOTIFICATION, REQUEST, RESPONSE, Raw,
    SUBSCRIBE, UNSUBSCRIBE, UPSTREAM, first_fragment, frame, hello, hello_body, request,
};

/// The bytes of a stream that a peer takes which does not say so.
const WINDOW: usize = 64 * 1024;

/// The bytes of a stream that the server under test takes.
const SERVER_WINDOW: usize = 256 * 1024;

fn credit(id: u32, bytes: u32) -> Vec<u8> {
    frame(CREDIT, 0, id, b"", &bytes.to_le_bytes())
}

fn item(id: u32, body: &[u8]) -> Vec<u8> {
    frame(ITEM, 0, id | UPSTREAM, b"", body)
}

fn end(id: u32) -> Vec<u8> {
    frame(END, 0, id | UPSTREAM, b"", b"")
}

fn subscribe(id: u32) -> Vec<u8> {
    frame(SUBSCRIBE, 0, id, b"lag:drop_oldest", b"")
}

/// A table of attachments of these lengths.
fn table(lengths: &[u32]) -> Vec<u8> {
    let count = u32::try_from(lengths.len()).unwrap();
    std::iter::once(&count).chain(lengths).flat_map(|number| number.to_le_bytes()).collect()
}

impl Raw {
    /// Asks for a call with an upload, and waits until its handler is there.
    async fn uploads(&mut self, scene: &Scene<'_>, channel: &str) {
        self.send(&request(1, channel, &json!({}))).await;
        scene.gate.entered(1).await;
    }

    async fn is_answered(&mut self, id: u32, code: &str) {
        let response = self.response().await;
        assert_eq!((response.id, response.failure_code().as_str()), (id, code));
    }

    /// Takes all items until the response that ends them; answers how many bytes they had.
    async fn items(&mut self) -> usize {
        let mut bytes = 0;
        loop {
            let next = self.frame().await.unwrap();
            match next.kind {
                ITEM => bytes += next.payload.len(),
                RESPONSE => return bytes,
                kind => panic!("a frame of kind {kind}"),
            }
        }
    }
}

pub(crate) async fn credit_for_nothing_is_passed_over(scene: &Scene<'_>) {
    let mut raw = scene.greeted().await;
    raw.send(&request(1, "gate:pass", &json!({"id": 1}))).await;
    scene.gate.entered(1).await;
    // For a call without streams, for calls that nobody made, and for a subscription that nobody has.
    for id in [1, 1 | UPSTREAM, 7, 7 | UPSTREAM, !UPSTREAM, u32::MAX] {
        raw.send(&credit(id, u32::MAX)).await;
    }
    lives_on(&mut raw).await;
    scene.gate.open(1);
    assert_eq!(raw.response().await.json()["data"], 1);
    scene.gate.dropped(1).await;
}

pub(crate) async fn credit_without_end_makes_a_stream_no_longer_than_the_peer_reads(scene: &Scene<'_>) {
    let mut raw = scene.greeted().await;
    raw.send(&request(1, "stream:flood", &json!({"letters": 1000}))).await;
    scene.gate.entered(1).await;
    for _ in 0..10 {
        raw.send(&credit(1, u32::MAX)).await;
    }
    // Nothing is read for a while, and the server makes no more than it may hold.
    for _ in 0..1000 {
        tokio::task::yield_now().await;
    }
    raw.send(&frame(CANCEL, 0, 1, b"", b"")).await;
    raw.items().await;
    scene.gate.dropped(1).await;
    lives_on(&mut raw).await;
}

pub(crate) async fn credit_that_is_no_number_of_four_bytes_ends_the_connection(scene: &Scene<'_>) {
    for bytes in [&b""[..], b"123", b"12345", &[0; 1000]] {
        scene.is_let_go_for(&frame(CREDIT, 0, 1, b"", bytes)).await;
    }
}

pub(crate) async fn a_reader_that_grants_nothing_gets_what_it_announced_and_no_more(scene: &Scene<'_>) {
    let mut raw = scene.greeted().await;
    raw.send(&request(1, "stream:flood", &json!({"letters": 998}))).await;
    scene.gate.entered(1).await;
    let mut bytes = 0;
    while bytes < WINDOW {
        let next = raw.frame().await.unwrap();
        assert_eq!((next.kind, next.id, next.payload.len()), (ITEM, 1, 1000));
        bytes += 1012;
    }
    // Nothing but the answer to something else comes.
    lives_on(&mut raw).await;
    raw.send(&credit(1, 1)).await;
    lives_on(&mut raw).await;
    // As much more as was granted, beyond what the last item was too large.
    raw.send(&credit(1, u32::try_from(bytes - WINDOW).unwrap())).await;
    assert_eq!(raw.frame().await.unwrap().kind, ITEM);
    lives_on(&mut raw).await;
    raw.send(&frame(CANCEL, 0, 1, b"", b"")).await;
    raw.is_answered(1, "CANCELLED").await;
    scene.gate.dropped(1).await;
}

pub(crate) async fn items_beyond_the_credit_end_the_connection(scene: &Scene<'_>) {
    for size in [0, 1000, FRAGMENT] {
        let mut raw = scene.greeted().await;
        raw.uploads(scene, "upload:ignore").await;
        let items = item(1, &vec![b'1'; size]).repeat(SERVER_WINDOW / (size + 12) + 2);
        raw.send_in_vain(&items).await;
        assert_eq!(raw.dismissed().await, "PROTOCOL_ERROR");
        scene.gate.dropped(1).await;
    }
}

pub(crate) async fn items_after_their_end_are_passed_over(scene: &Scene<'_>) {
    let mut raw = scene.greeted().await;
    raw.uploads(scene, "upload:count").await;
    let two = item(1, b"\"a\"").repeat(2);
    // More than there is credit for, but of nothing.
    let late = item(1, &[b'x'; 1000]).repeat(2 * SERVER_WINDOW / 1000);
    raw.send(&[two, end(1), late.clone(), end(1), end(1)].concat()).await;
    let response = raw.response().await;
    assert_eq!((response.id, &response.json()["data"]), (1, &json!(2)));
    scene.gate.dropped(1).await;
    // And when the call has been answered.
    raw.send(&[late, end(1), frame(CANCEL, 0, 1, b"", b"")].concat()).await;
    lives_on(&mut raw).await;
}

pub(crate) async fn items_for_a_call_that_takes_none_are_passed_over(scene: &Scene<'_>) {
    let mut raw = scene.greeted().await;
    raw.send(&request(1, "gate:pass", &json!({"id": 1}))).await;
    scene.gate.entered(1).await;
    raw.send(&item(1, &[b'x'; 1000]).repeat(2 * SERVER_WINDOW / 1000)).await;
    for frame in message_of(ITEM, 1 | UPSTREAM, &vec![b'x'; 300_000]) {
        raw.send(&frame).await;
    }
    raw.send(&end(1)).await;
    lives_on(&mut raw).await;
    scene.gate.open(1);
    assert_eq!(raw.response().await.json()["data"], 1);
    scene.gate.dropped(1).await;
    // An item that belongs to no call, of a stream that this side did not ask for.
    raw.send(&frame(ITEM, 0, 1, b"", b"1")).await;
    raw.send(&frame(END, 0, 1, b"", b"")).await;
    raw.send(&frame(EVENT, 0, 1, b"lag:wait", b"1")).await;
    lives_on(&mut raw).await;
}

pub(crate) async fn an_item_over_the_limit_breaks_its_stream_off(scene: &Scene<'_>) {
    let mut raw = scene.greeted().await;
    raw.uploads(scene, "upload:count").await;
    for frame in message_of(ITEM, 1 | UPSTREAM, &vec![b' '; MESSAGE_BYTES as usize + 1]) {
        raw.send(&frame).await;
    }
    raw.is_answered(1, "CANCELLED").await;
    scene.gate.dropped(1).await;
    lives_on(&mut raw).await;
}

pub(crate) async fn an_item_that_is_not_json_is_told_to_its_handler(scene: &Scene<'_>) {
    for body in [&b""[..], b"{", b"\"\xff\"", b"1", b"\"a\" \"b\""] {
        let mut raw = scene.greeted().await;
        raw.uploads(scene, "upload:count").await;
        raw.send(&item(1, body)).await;
        raw.is_answered(1, "INVALID_INPUT").await;
        scene.gate.dropped(1).await;
        lives_on(&mut raw).await;
    }
}

pub(crate) async fn a_peer_that_goes_away_within_an_item_takes_its_handler_with_it(scene: &Scene<'_>) {
    for fragments in 1..3 {
        let mut raw = scene.greeted().await;
        raw.uploads(scene, "upload:count").await;
        for frame in message_of(ITEM, 1 | UPSTREAM, &vec![b' '; 5 * FRAGMENT]).iter().take(fragments) {
            raw.send(frame).await;
        }
        drop(raw);
        scene.gate.dropped(1).await;
    }
    // And within one that it is sent.
    let mut raw = scene.greeted().await;
    raw.send(&request(1, "stream:flood", &json!({"letters": 10 * FRAGMENT}))).await;
    scene.gate.entered(1).await;
    assert_eq!(raw.frame().await.unwrap().flags & MORE, MORE);
    drop(raw);
    scene.gate.dropped(1).await;
}

pub(crate) async fn a_call_that_is_cancelled_within_an_item_gives_its_id_back(scene: &Scene<'_>) {
    let mut raw = scene.greeted().await;
    for _ in 0..20 {
        raw.uploads(scene, "upload:count").await;
        raw.send(&first_fragment(ITEM, 1 | UPSTREAM, b"", 5 * FRAGMENT, &[b' '; FRAGMENT])).await;
        raw.send(&frame(CANCEL, 0, 1, b"", b"")).await;
        raw.is_answered(1, "CANCELLED").await;
        scene.gate.dropped(1).await;
    }
    raw.uploads(scene, "upload:count").await;
    let large = format!("\"{}\"", "x".repeat(3 * FRAGMENT));
    for frame in message_of(ITEM, 1 | UPSTREAM, large.as_bytes()) {
        raw.send(&frame).await;
    }
    raw.send(&end(1)).await;
    // The handler takes it, and grants as much again.
    let mut next = raw.frame().await.unwrap();
    while next.kind == CREDIT {
        assert_eq!((next.id, next.payload.len()), (1 | UPSTREAM, 4));
        next = raw.frame().await.unwrap();
    }
    assert_eq!((next.kind, &next.json()["data"]), (RESPONSE, &json!(1)));
    scene.gate.dropped(1).await;
}

pub(crate) async fn a_table_of_attachments_that_is_not_whole_is_refused(scene: &Scene<'_>) {
    let whole = [table(&[2]), br#"{"data":"$0"}ab"#.to_vec()].concat();
    for body in [
        Vec::new(),
        b"12".to_vec(),
        table(&[2])[..6].to_vec(),
        u32::MAX.to_le_bytes().to_vec(),
        [table(&[1000]), b"{}".to_vec()].concat(),
        [table(&[u32::MAX; 3]), b"{}".to_vec()].concat(),
        [65_537_u32.to_le_bytes().to_vec(), vec![0; 4 * 65_537], b"{}".to_vec()].concat(),
    ] {
        let frames = if body.len() > FRAGMENT {
            message_with(REQUEST, ATTACHMENTS, 1, b"bytes:len", &body)
        } else {
            vec![frame(REQUEST, ATTACHMENTS, 1, b"bytes:len", &body)]
        };
        scene.is_refused("INVALID_INPUT", &frames).await;
        if body.len() <= FRAGMENT {
            scene.is_let_go_for(&frame(ITEM, ATTACHMENTS, 1 | UPSTREAM, b"", &body)).await;
            scene.is_let_go_for(&frame(EVENT, ATTACHMENTS, 1, b"", &body)).await;
            // Nobody learns of it, but the log.
            let mut raw = scene.greeted().await;
            raw.send(&frame(NOTIFICATION, ATTACHMENTS, 0, b"bytes:len", &body)).await;
            lives_on(&mut raw).await;
        }
    }
    let mut raw = scene.greeted().await;
    raw.send(&frame(REQUEST, ATTACHMENTS, 1, b"bytes:len", &whole)).await;
    assert_eq!(raw.response().await.json()["data"], 2);
}

pub(crate) async fn a_place_without_an_attachment_is_refused(scene: &Scene<'_>) {
    let body = br#"{"data":"$0"}"#;
    scene.is_refused("INVALID_INPUT", &message(1, b"bytes:len", body)).await;
    scene.is_refused("INVALID_INPUT", &[frame(REQUEST, ATTACHMENTS, 1, b"bytes:len", &with_table(&[], body))]).await;
    let body = br#"{"data":"$1"}ab"#;
    scene.is_refused("INVALID_INPUT", &[frame(REQUEST, ATTACHMENTS, 1, b"bytes:len", &with_table(&[2], body))]).await;
}

pub(crate) async fn a_subscription_that_cannot_be_is_refused(scene: &Scene<'_>) {
    for body in [&b"{"[..], b"[]", br#"{"keys":1}"#, br#"{"key":7}"#, b"null", &[b' '; 10]] {
        scene.is_refused("INVALID_INPUT", &[frame(SUBSCRIBE, 0, 1, b"lag:drop_oldest", body)]).await;
    }
    scene.is_refused("INVALID_INPUT", &[frame(SUBSCRIBE, 0, 1, b"la*:x", b"")]).await;
    scene.is_refused("UNKNOWN_CHANNEL", &[frame(SUBSCRIBE, 0, 1, b"gate:echo", b"")]).await;
    scene.is_refused("UNKNOWN_CHANNEL", &[frame(SUBSCRIBE, 0, 1, b"ipc:*", b"")]).await;
    scene.is_refused("DENIED", &[request(1, "lag:drop_oldest", &json!({"number": 1}))]).await;
}

pub(crate) async fn a_subscription_ends_once(scene: &Scene<'_>) {
    let mut raw = scene.greeted().await;
    for _ in 0..20 {
        raw.send(&subscribe(1)).await;
        assert_eq!(raw.response().await.json()["success"], true);
        // The second and the third are for nothing.
        raw.send(&frame(UNSUBSCRIBE, 0, 1, b"", b"").repeat(3)).await;
        let ended = raw.frame().await.unwrap();
        assert_eq!((ended.kind, ended.id, ended.payload.len()), (END, 1, 0));
        lives_on(&mut raw).await;
        // Credit for what has ended.
        raw.send(&credit(1, 1000)).await;
    }
    // One that is left when the peer goes.
    raw.send(&subscribe(1)).await;
    assert_eq!(raw.response().await.json()["success"], true);
}

pub(crate) async fn an_id_that_is_in_use_ends_the_connection(scene: &Scene<'_>) {
    for (first, second) in [
        (subscribe(1), subscribe(1)),
        (subscribe(1), request(1, "gate:echo", &json!({"text": "x"}))),
        (request(1, "gate:pass", &json!({"id": 1})), subscribe(1)),
        (request(1, "stream:pass", &json!({"letters": 1})), request(1, "gate:echo", &json!({"text": "x"}))),
    ] {
        let mut raw = scene.greeted().await;
        let subscribes = first[4] == SUBSCRIBE;
        raw.send(&first).await;
        if subscribes {
            assert_eq!(raw.response().await.json()["success"], true);
        } else {
            scene.gate.entered(1).await;
        }
        raw.send(&second).await;
        assert_eq!(raw.dismissed().await, "PROTOCOL_ERROR");
        if !subscribes {
            scene.gate.dropped(1).await;
        }
    }
    // Nor may an id say that it belongs to what is sent beside a request.
    scene.is_let_go_for(&subscribe(UPSTREAM)).await;
    scene.is_let_go_for(&request(1 | UPSTREAM, "gate:echo", &json!({"text": "x"}))).await;
}

/// A peer that takes much more of every stream than it reads.
async fn insatiable(scene: &Scene<'_>) -> Raw {
    let mut raw = scene.connect().await;
    let mut body = hello_body();
    body["limits"]["stream_bytes"] = json!(u32::MAX);
    raw.send(&hello(1, &body)).await;
    raw.frame().await.unwrap();
    raw
}

pub(crate) async fn a_subscriber_that_never_reads_is_kept_no_more_for_than_a_connection_may_hold(scene: &Scene<'_>) {
    let mut deaf = insatiable(scene).await;
    for id in 0..8 {
        deaf.send(&subscribe(id)).await;
        assert_eq!(deaf.response().await.json()["success"], true);
    }
    let mut other = scene.greeted().await;
    for _ in 0..10 {
        // More than two megabytes for each of the eight.
        other.send(&request(1, "event:burst", &json!({"count": 60, "letters": 40_000}))).await;
        assert_eq!(other.response().await.json()["success"], true);
    }
    lives_on(&mut other).await;
    // What it was sent it can read, and how much it missed.
    let mut missed = 0;
    while missed < 8 {
        let next = deaf.frame().await.unwrap();
        missed += u32::from(next.kind == EVENT && next.channel == "ipc:missed");
    }
}

pub(crate) async fn streams_that_go_on_at_once_hold_no_more_than_a_connection_may(scene: &Scene<'_>) {
    let mut raw = insatiable(scene).await;
    let letters = MESSAGE_BYTES as usize / 4;
    for id in 0..150 {
        raw.send(&request(id, "stream:pass", &json!({ "letters": letters }))).await;
    }
    scene.gate.entered(150).await;
    scene.gate.open(150);
    // All could have their item by now.
    for _ in 0..1000 {
        tokio::task::yield_now().await;
    }
    raw.frame().await.unwrap();
    drop(raw);
    scene.gate.dropped(150).await;
    scene.gate.shut();
}

fn with_table(lengths: &[u32], rest: &[u8]) -> Vec<u8> {
    [&table(lengths), rest].concat()
}

fn message_of(kind: u8, id: u32, body: &[u8]) -> Vec<Vec<u8>> {
    message_with(kind, 0, id, b"", body)
}

/// The frames of a message that is too large for one.
fn message_with(kind: u8, flags: u8, id: u32, channel: &[u8], body: &[u8]) -> Vec<Vec<u8>> {
    let (first, rest) = body.split_at(FRAGMENT);
    let mut frames = vec![first_fragment(kind, id, channel, body.len(), first)];
    frames[0][5] |= flags;
    let parts = rest.len().div_ceil(FRAGMENT);
    frames.extend(rest.chunks(FRAGMENT).enumerate().map(|(index, part)| {
        let more = if index + 1 < parts { MORE } else { 0 };
        frame(kind, CONTINUED | more, id, b"", part)
    }));
    frames
}
