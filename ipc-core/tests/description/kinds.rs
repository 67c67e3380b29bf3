//! What a channel says of how it is called.

use std::pin::Pin;
use std::task::{Context as TaskContext, Poll};
use std::time::Duration;

use ipc_core::{ChannelKind, Description, Incoming, Router, Stream, handler};
use serde_json::{Value, json};

use crate::published::keeps_its_schema;

/// A stream of nothing.
struct Nothing;

impl Stream for Nothing {
    type Item = u8;

    fn poll_next(self: Pin<&mut Self>, _: &mut TaskContext<'_>) -> Poll<Option<u8>> {
        Poll::Ready(None)
    }
}

#[handler("kind:call", timeout = "1500ms", crate = ipc_core)]
async fn call() {}

#[handler("kind:stream", timeout = "2h", crate = ipc_core)]
fn stream() -> impl Stream<Item = u8> {
    Nothing
}

#[handler("kind:upload", detached, crate = ipc_core)]
async fn upload(items: Incoming<u8>) {
    drop(items);
}

#[handler("kind:duplex", crate = ipc_core)]
fn duplex(items: Incoming<u8>) -> impl Stream<Item = u8> {
    drop(items);
    Nothing
}

fn description() -> Description {
    let router = Router::new().handle::<call>().handle::<stream>().handle::<upload>().handle::<duplex>();
    router.description().expect("a description")
}

#[test]
fn a_channel_says_how_it_is_called() {
    let description = description();
    keeps_its_schema(&description);
    let document = serde_json::to_value(&description).expect("JSON");
    for (name, kind, written) in [
        ("kind:call", ChannelKind::Call, "call"),
        ("kind:stream", ChannelKind::ServerStream, "stream"),
        ("kind:upload", ChannelKind::Upload, "upload"),
        ("kind:duplex", ChannelKind::Duplex, "duplex"),
    ] {
        let channel = description.channel(name).expect("the channel");
        assert_eq!((channel.kind(), channel.kind().name()), (kind, written));
        assert_eq!(document["channels"][name]["kind"], written);
    }
}

#[test]
fn a_channel_says_what_its_handler_declares() {
    let description = description();
    let of = |name| description.channel(name).map(|channel| (channel.timeout(), channel.detached()));
    assert_eq!(of("kind:call"), Some((Some(Duration::from_millis(1500)), false)));
    assert_eq!(of("kind:stream"), Some((Some(Duration::from_secs(7200)), false)));
    assert_eq!(of("kind:upload"), Some((None, true)));
    assert_eq!(of("kind:duplex"), Some((None, false)));
    let document = serde_json::to_value(&description).expect("JSON");
    assert_eq!(document["channels"]["kind:call"]["timeout_ms"], 1500);
    assert_eq!(document["channels"]["kind:upload"]["detached"], true);
    assert_eq!(document["channels"]["kind:duplex"].get("timeout_ms"), None);
    assert_eq!(document["channels"]["kind:duplex"].get("detached"), None);
}

#[test]
fn the_kind_of_a_channel_is_known_where_the_document_does_not_tell_one_that_is_known() {
    let mut document = serde_json::to_value(description()).expect("JSON");
    let channels = document["channels"].as_object_mut().expect("channels");
    channels["kind:stream"]["kind"] = json!("of a later version");
    channels["kind:upload"].as_object_mut().expect("a channel").remove("kind");
    channels["kind:duplex"]["kind"] = Value::Null;
    let read: Description = serde_json::from_value(document).expect("a description");
    let kind = |name| read.channel(name).map(|channel| channel.kind());
    assert_eq!(kind("kind:stream"), Some(ChannelKind::ServerStream));
    assert_eq!(kind("kind:upload"), Some(ChannelKind::Upload));
    assert_eq!(kind("kind:duplex"), Some(ChannelKind::Duplex));
}

mod bounded {
    use ipc_core::handler;

    #[handler("kind:call", timeout = "1ms", detached, crate = ipc_core)]
    pub(super) async fn call() {}
}

#[test]
fn how_long_a_handler_may_take_is_no_part_of_the_contract() {
    let of = |router: Router| router.fingerprint().expect("a fingerprint").to_owned();
    assert_eq!(of(Router::new().handle::<bounded::call>()), of(Router::new().handle::<call>()));
}
