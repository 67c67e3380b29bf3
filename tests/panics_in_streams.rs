//! Streams and events whose own code panics, at either side: whoever waits for them is told, and nobody else is harmed.
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context as TaskContext, Poll};

use ipc_bridge::prelude::*;
use ipc_bridge::{Endpoint, Limits};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize, Serializer};

use support::events::Oldest;
use support::gate::{Gate, echo, router};
use support::panics::boom;
use support::streams::{count_items, with_streams};
use support::{everywhere, until_connections};

/// Where a stream panics.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
enum At {
    Poll,
    Serialize,
    Drop,
    /// When it is dropped since an item was too large.
    DropEarly,
    Nowhere,
}

/// An item that may panic when it is written.
#[derive(Debug, Deserialize, JsonSchema)]
struct Item {
    panics: bool,
    text: String,
}

impl Serialize for Item {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct as _;
        let mut item = serializer.serialize_struct("Item", 2)?;
        item.serialize_field("panics", &self.panics)?;
        if self.panics {
            boom();
        }
        item.serialize_field("text", &self.text)?;
        item.end()
    }
}

/// One good item, then what it panics with.
struct Panicking {
    at: At,
    polls: u32,
}

impl Stream for Panicking {
    type Item = Item;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut TaskContext<'_>) -> Poll<Option<Item>> {
        self.polls += 1;
        match (self.polls, self.at) {
            (1, _) => Poll::Ready(Some(Item { panics: false, text: "x".to_owned() })),
            (2, At::Poll) => boom(),
            (2, At::Serialize) => Poll::Ready(Some(Item { panics: true, text: String::new() })),
            (2, At::DropEarly) => Poll::Ready(Some(Item { panics: false, text: "x".repeat(100_000) })),
            _ => Poll::Ready(None),
        }
    }
}

impl Drop for Panicking {
    fn drop(&mut self) {
        if matches!(self.at, At::Drop | At::DropEarly) && !std::thread::panicking() {
            boom();
        }
    }
}

#[handler("panic:stream")]
fn panicking(at: At) -> impl Stream<Item = Item> {
    Panicking { at, polls: 0 }
}

/// Takes items until their end, and has none.
#[handler("panic:mute")]
fn mute(items: Incoming<Item>) -> impl Stream<Item = Result<u64, IncomingError>> {
    Mute(items)
}

struct Mute(Incoming<Item>);

impl Stream for Mute {
    type Item = Result<u64, IncomingError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<Option<Self::Item>> {
        loop {
            match std::task::ready!(Pin::new(&mut self.0).poll_next(cx)) {
                Some(Ok(_)) => {}
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            }
        }
    }
}

/// Takes items until their end.
#[handler("panic:take")]
async fn take(gate: State<Gate>, mut items: Incoming<Item>) -> Result<(), IncomingError> {
    let _told = gate.told_when_dropped();
    while let Some(item) = items.next().await {
        item?;
    }
    Ok(())
}

/// An event that panics when it is written.
#[derive(Debug, Deserialize, JsonSchema, Event)]
#[event("panic:event")]
struct Unspeakable;

impl Serialize for Unspeakable {
    fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
        boom()
    }
}

async fn serve(place: &Endpoint) -> (Server, Client, Gate) {
    let gate = Gate::new();
    let router =
        with_streams(router(&gate)).handle::<panicking>().handle::<mute>().handle::<take>().event::<Unspeakable>();
    let server = Server::bind(place).serve(router).await.unwrap();
    // Few calls may be in flight, so that one that is lost is noticed.
    let limits = Limits::default().in_flight(2).message_bytes(50_000);
    (server, Client::builder().limits(limits).connect(place).await.unwrap(), gate)
}

async fn is_alive(client: &Client) {
    assert_eq!(client.invoke(echo { text: "alive".to_owned() }).await.unwrap(), "alive");
}

async fn a_stream_that_panics_ends_with_internal(place: Endpoint) {
    let (_server, client, _) = serve(&place).await;
    for _ in 0..3 {
        for (at, code) in [
            (At::Poll, Some("INTERNAL")),
            (At::Serialize, Some("INTERNAL")),
            (At::Drop, Some("INTERNAL")),
            (At::DropEarly, Some("TOO_LARGE")),
            (At::Nowhere, None),
        ] {
            let mut items = client.stream(panicking { at }).await.unwrap();
            assert_eq!(items.next().await.unwrap().unwrap().text, "x");
            let end = items.next().await;
            assert_eq!(end.map(|end| end.unwrap_err().code().unwrap().to_owned()).as_deref(), code, "{at:?}");
            assert!(items.next().await.is_none());
        }
    }
    is_alive(&client).await;
}

async fn a_stream_that_panics_when_it_is_cancelled_harms_nobody(place: Endpoint) {
    let (server, client, _) = serve(&place).await;
    for at in [At::Drop, At::Poll] {
        for _ in 0..5 {
            drop(client.stream(panicking { at }).await.unwrap());
            let mut items = client.stream(panicking { at }).await.unwrap();
            assert_eq!(items.next().await.unwrap().unwrap().text, "x");
            drop(items);
        }
    }
    is_alive(&client).await;
    drop(client);
    until_connections(&server, 0).await;
}

async fn a_dialogue_ends_when_what_is_sent_panics(place: Endpoint) {
    let (_server, client, _) = serve(&place).await;
    for at in [At::Poll, At::Serialize] {
        for _ in 0..3 {
            let mut answers = client.stream(mute { items: Incoming::new(Panicking { at, polls: 0 }) }).await.unwrap();
            let ended = answers.next().await.unwrap().unwrap_err();
            assert!(matches!(ended, InvokeError::Unsent(_)), "{ended:?}");
            assert!(answers.next().await.is_none());
        }
    }
    is_alive(&client).await;
}

async fn an_upload_that_panics_does_so_at_its_caller_and_takes_its_handler_with_it(place: Endpoint) {
    let (_server, client, gate) = serve(&place).await;
    for at in [At::Poll, At::Serialize] {
        for _ in 0..3 {
            let other = client.clone();
            let items = Incoming::new(Panicking { at, polls: 0 });
            let call = tokio::spawn(async move { other.invoke(take { items }).await });
            assert!(call.await.unwrap_err().is_panic());
            // Its request may not have been sent.
            is_alive(&client).await;
        }
    }
    let items = (0..3).map(|_| "x".to_owned()).collect();
    assert_eq!(client.invoke(count_items { items }).await, Ok(3));
    drop(gate);
}

async fn an_event_that_panics_when_it_is_written_harms_no_subscriber(place: Endpoint) {
    let (server, client, _) = serve(&place).await;
    let mut events = client.subscribe::<Oldest>().await.unwrap();
    let _others = client.subscribe_any("panic:*").await.unwrap();
    let publisher = server.publisher();
    publisher.publish(&Oldest::sized(1, 1)).unwrap();
    // Nothing that an application writes runs where anything is locked.
    let panicked = catch_unwind(AssertUnwindSafe(|| publisher.publish(&Unspeakable)));
    assert!(panicked.is_err());
    publisher.publish(&Oldest::sized(2, 1)).unwrap();
    assert_eq!(events.next().await.unwrap().unwrap().number, 1);
    assert_eq!(events.next().await.unwrap().unwrap().number, 2);
}

everywhere! {
    a_stream_that_panics_ends_with_internal,
    a_stream_that_panics_when_it_is_cancelled_harms_nobody,
    a_dialogue_ends_when_what_is_sent_panics,
    an_upload_that_panics_does_so_at_its_caller_and_takes_its_handler_with_it,
    an_event_that_panics_when_it_is_written_harms_no_subscriber,
}
