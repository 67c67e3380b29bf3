//! Events: what is published, and on what terms.

use ipc_core::diff::{ChangeKind, Subject};
use ipc_core::{Event, Router};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::case::{Both, Breaks, NewClients, Nobody, OldClients};

/// An event on the channel `job:changed`, on these terms.
macro_rules! event {
    ($name:ident { $($field:ident: $type:ty),* } $(, $($terms:tt)*)?) => {
        #[derive(Serialize, Deserialize, JsonSchema, Event)]
        #[event("job:changed" $(, $($terms)*)?, crate = ipc_core)]
        struct $name { $($field: $type),* }
    };
}

event!(Plain { job: u8, done: bool });
event!(MoreFields { job: u8, done: bool, by: Option<String> });
event!(FewerFields { job: u8 });
event!(Retained { job: u8, done: bool }, retain);
event!(Keyed { job: u8, done: bool }, key = "job");
event!(WiderKey { job: u16, done: bool }, key = "job");
event!(Waits { job: u8, done: bool }, lag = "wait");
event!(KeepsLatest { job: u8, done: bool }, lag = "keep_latest");
event!(Disconnects { job: u8, done: bool }, lag = "disconnect");
event!(Permitted { job: u8, done: bool }, permission = "jobs:watch");
event!(PublishPermitted { job: u8, done: bool }, publish_permission = "jobs:tell");

fn published<E: Event>() -> Router {
    Router::new().event::<E>()
}

fn shared<E: Event + serde::de::DeserializeOwned>() -> Router {
    Router::new().shared_event::<E>()
}

fn judged(old: &Router, new: &Router, breaks: Breaks, kind: ChangeKind, place: &str) {
    let descriptions = [old, new].map(|router| router.description().expect("a description"));
    let [old, new] = &descriptions;
    let changes = old.diff(new);
    let found = changes.iter().find(|change| change.kind() == kind && change.place() == place);
    assert_eq!(found.map(ipc_core::diff::Change::subject), Some(Subject::EventChannel), "{kind:?}: {changes}");
    assert_eq!(Breaks::of(changes.clone()), breaks, "{changes}");
    let back = new.diff(old);
    // What is new or gone is not judged alike: nobody is broken by what it does not use.
    if !matches!(kind, ChangeKind::ChannelAdded | ChangeKind::ChannelRemoved) {
        assert_eq!(Breaks::of(back.clone()), breaks.reversed(), "back: {back}");
    }
    assert!(new.diff(new).is_empty());
}

#[test]
fn an_event_that_is_new_or_gone() {
    judged(&Router::new(), &published::<Plain>(), Nobody, ChangeKind::ChannelAdded, "");
    judged(&published::<Plain>(), &Router::new(), OldClients, ChangeKind::ChannelRemoved, "");
}

#[test]
fn an_event_is_got_by_clients() {
    judged(&published::<Plain>(), &published::<MoreFields>(), NewClients, ChangeKind::FieldAdded, "data.by");
    judged(&published::<Plain>(), &published::<FewerFields>(), OldClients, ChangeKind::FieldRemoved, "data.done");
}

#[test]
fn a_shared_event_is_sent_and_got() {
    let (old, new) = (shared::<Plain>(), shared::<FewerFields>());
    judged(&old, &new, Both, ChangeKind::FieldRemoved, "data.done");
}

#[test]
fn an_event_that_peers_may_publish_no_more() {
    judged(&shared::<Plain>(), &published::<Plain>(), OldClients, ChangeKind::Shared, "");
}

#[test]
fn an_event_that_is_retained_no_more() {
    judged(&published::<Retained>(), &published::<Plain>(), OldClients, ChangeKind::Retain, "");
}

#[test]
fn an_event_that_has_a_key_no_more() {
    judged(&published::<Keyed>(), &published::<Plain>(), OldClients, ChangeKind::Key, "key");
}

#[test]
fn a_key_is_sent_by_subscribers() {
    judged(&published::<Keyed>(), &published::<WiderKey>(), Both, ChangeKind::Type, "key");
}

#[test]
fn what_a_slow_subscriber_loses() {
    let kind = ChangeKind::Lag;
    judged(&published::<Waits>(), &published::<Plain>(), OldClients, kind, "");
    judged(&published::<Waits>(), &published::<Disconnects>(), OldClients, kind, "");
    judged(&published::<Plain>(), &published::<KeepsLatest>(), Nobody, kind, "");
    judged(&published::<Plain>(), &published::<Disconnects>(), Both, kind, "");
}

#[test]
fn permissions_to_subscribe_and_to_publish() {
    judged(&published::<Plain>(), &published::<Permitted>(), OldClients, ChangeKind::Permission, "");
    judged(&shared::<Plain>(), &shared::<PublishPermitted>(), OldClients, ChangeKind::Permission, "");
    let descriptions =
        [published::<Plain>(), published::<PublishPermitted>()].map(|router| router.description().unwrap());
    let [old, new] = &descriptions;
    assert!(old.diff(new).is_empty(), "nobody publishes it but the server");
}
