//! Handlers that panic wherever they can.

use std::convert::Infallible;
use std::future::{Future, pending};
use std::pin::Pin;
use std::task::{Context as TaskContext, Poll};

use ipc_bridge::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use tokio::task::yield_now;

use super::gate::Gate;

/// What every panic here says.
pub(crate) const BOOM: &str = "boom: this panic is a test's own";

pub(crate) fn boom() -> ! {
    panic!("{BOOM}")
}

/// Panics when it is dropped.
struct Grenade;

impl Drop for Grenade {
    fn drop(&mut self) {
        boom();
    }
}

#[handler("panic:plain")]
fn plain() {
    boom();
}

#[handler("panic:first_poll")]
async fn first_poll() {
    boom();
}

#[handler("panic:after_an_await")]
async fn after_an_await() {
    yield_now().await;
    boom();
}

#[handler("panic:blocking", blocking)]
fn blocking() {
    boom();
}

/// A future of its own that panics when it is polled.
#[handler("panic:inner_future")]
async fn inner_future() {
    struct Inner;
    impl Future for Inner {
        type Output = ();
        fn poll(self: Pin<&mut Self>, _: &mut TaskContext<'_>) -> Poll<()> {
            boom()
        }
    }
    yield_now().await;
    Inner.await;
}

#[handler("panic:when_done")]
async fn when_done() {
    let _grenade = Grenade;
    yield_now().await;
}

/// A response that is half-written when it panics.
#[derive(Debug, JsonSchema, Deserialize)]
pub(crate) struct Unwritable {
    size: usize,
}

impl Serialize for Unwritable {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeSeq as _;
        let mut list = serializer.serialize_seq(None)?;
        list.serialize_element(&"x".repeat(self.size))?;
        boom()
    }
}

#[handler("panic:serialize")]
async fn serialize(size: usize) -> Unwritable {
    Unwritable { size }
}

#[handler("panic:serialize_later")]
async fn serialize_later(size: usize) -> Unwritable {
    yield_now().await;
    Unwritable { size }
}

#[derive(Debug, JsonSchema, Serialize)]
struct Unreadable;

impl<'de> Deserialize<'de> for Unreadable {
    fn deserialize<D: Deserializer<'de>>(_: D) -> Result<Self, D::Error> {
        boom()
    }
}

#[handler("panic:deserialize")]
fn deserialize(value: Unreadable) {
    let Unreadable = value;
}

fn never_valid(_: &u8, _: &()) -> garde::Result {
    boom()
}

#[handler("panic:validate")]
fn validate(#[garde(custom(never_valid))] value: u8) {
    let _ = value;
}

#[derive(Debug, IpcError)]
enum Unspeakable {
    Never,
}

impl std::fmt::Display for Unspeakable {
    fn fmt(&self, _: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        boom()
    }
}

impl std::error::Error for Unspeakable {}

#[handler("panic:display")]
fn display() -> Result<(), Unspeakable> {
    Err(Unspeakable::Never)
}

/// Each that panics by itself, with a payload that brings it so far.
pub(crate) const CALLS: [(&str, &str); 14] = [
    ("panic:plain", "{}"),
    ("panic:first_poll", "{}"),
    ("panic:after_an_await", "{}"),
    ("panic:blocking", "{}"),
    ("panic:inner_future", "{}"),
    ("panic:when_done", "{}"),
    ("panic:serialize", r#"{"size":3}"#),
    ("panic:serialize", r#"{"size":300000}"#),
    ("panic:serialize_later", r#"{"size":3}"#),
    ("panic:serialize_later", r#"{"size":300000}"#),
    ("panic:deserialize", r#"{"value":1}"#),
    ("panic:validate", r#"{"value":1}"#),
    ("panic:display", "{}"),
    // What follows a panic in the same connection is answered.
    ("panic:plain", "{}"),
];

/// Waits for ever, and panics when it is dropped.
#[handler("panic:when_dropped")]
pub(crate) async fn when_dropped(gate: State<Gate>) -> Result<(), Infallible> {
    let _grenade = Grenade;
    gate.enter();
    pending().await
}

/// The router with these handlers too.
pub(crate) fn with_panics(router: Router) -> Router {
    router
        .handle::<plain>()
        .handle::<first_poll>()
        .handle::<after_an_await>()
        .handle::<blocking>()
        .handle::<inner_future>()
        .handle::<when_done>()
        .handle::<serialize>()
        .handle::<serialize_later>()
        .handle::<deserialize>()
        .handle::<validate>()
        .handle::<display>()
        .handle::<when_dropped>()
}
