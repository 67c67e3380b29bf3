//! Events that tests publish, and the hub as a whole.

use std::sync::Arc;
use std::time::Duration;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Serialize};

use super::published::PublishedEvent;
use super::{Event, KeyedEvent, Lag, NeverWaits};
use crate::body::Body;
use crate::handler::{HandlerDoc, HandlerItem};
use crate::router::Router;
use crate::validation::Issues;

/// What `derive(Event)` writes: `event!(Name "channel", RETAIN, LAG, key field: Type; validate)`.
macro_rules! event {
    ($name:ident $channel:literal, $retain:literal, $lag:ident $(, key $key:ident: $type:ty)?) => {
        impl Event for $name {
            const CHANNEL: &'static str = $channel;
            const ITEM: HandlerItem = HandlerItem::new(concat!("app::", stringify!($name)), "app.rs", 7);
            const DOC: HandlerDoc = HandlerDoc::new(concat!("An event of `", $channel, "`."), None);
            const RETAIN: bool = $retain;
            const LAG: Lag = Lag::$lag;
            $(
                fn key_json(&self) -> Option<Result<String, serde_json::Error>> {
                    Some($crate::event::key_json(&self.$key))
                }

                fn describe_key(generator: &mut SchemaGenerator) -> Option<Schema> {
                    Some(generator.subschema_for::<$type>())
                }
            )?
            fn validate(&self, issues: &mut Issues) {
                self.check(issues);
            }
        }
        $(impl KeyedEvent for $name { type Key = $type; })?
    };
}

mod order;
mod shared;
mod subscribing;
mod waiting;

/// The backend went on or off line. The last one is retained.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Status {
    pub(crate) online: bool,
}

/// How far a job is. The last of each job is retained.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Progress {
    pub(crate) job: u64,
    pub(crate) percent: u8,
}

/// A line of a log, of which none is missed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Line {
    pub(crate) number: u32,
}

/// What somebody said. It ends the subscriptions of those that do not listen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Said {
    pub(crate) text: String,
}

/// A picture.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Picture {
    pub(crate) name: String,
    pub(crate) data: crate::Bytes,
}

event!(Status "status:changed", true, KeepLatest);
event!(Progress "job:progress", true, KeepLatest, key job: u64);
event!(Line "log:line", false, Wait);
event!(Said "chat:said", false, Disconnect);
event!(Picture "screen:picture", false, DropOldest);

impl NeverWaits for Status {}
impl NeverWaits for Progress {}
impl NeverWaits for Said {}
impl NeverWaits for Picture {}

trait Check {
    fn check(&self, _: &mut Issues) {}
}

impl Check for Status {}
impl Check for Line {}
impl Check for Picture {}
impl Check for Progress {}

impl Check for Said {
    fn check(&self, issues: &mut Issues) {
        if self.text.is_empty() {
            issues.push("text", "length is lower than 1");
        }
    }
}

/// How many events wait for a subscriber.
const MAX_EVENTS: usize = 200;

/// A router with all of them; what is said, and lines, may be published by peers.
pub(crate) fn router() -> Router {
    Router::new()
        .event_queue(MAX_EVENTS, usize::MAX)
        .event::<Status>()
        .event::<Progress>()
        .shared_event::<Line>()
        .shared_event::<Said>()
        .event::<Picture>()
}

pub(super) fn progress(job: u64, percent: u8) -> Progress {
    Progress { job, percent }
}

pub(super) fn said(text: &str) -> Said {
    Said { text: text.to_owned() }
}

/// What `future` comes to: a test that would block fails.
pub(super) async fn soon<T>(future: impl IntoFuture<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(20), future.into_future()).await.expect("nothing that blocks")
}

/// An event with this key and so many bytes.
pub(super) fn published(key: Option<&str>, bytes: usize) -> Arc<PublishedEvent> {
    let body = Body { json: vec![b' '; bytes], attachments: vec![] };
    let key = key.map(str::to_owned);
    Arc::new(PublishedEvent::of_body("test:event", key, Lag::KeepLatest, body).expect("a small event"))
}
