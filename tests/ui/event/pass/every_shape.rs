//! Events of every shape, and their options.
#![deny(warnings)]

use ipc_bridge::prelude::*;
use ipc_bridge::{Event as EventTrait, Lag};

/// Back on line, or off it.
#[derive(Debug, PartialEq, serde::Serialize, serde::Deserialize, schemars::JsonSchema, Event)]
#[event("status:changed", retain)]
struct Changed {
    online: bool,
}

#[derive(Debug, PartialEq, serde::Serialize, serde::Deserialize, schemars::JsonSchema, Event)]
#[event("job:progress", key = "type", retain, lag = "keep_latest")]
pub struct Progress {
    r#type: String,
    done: u64,
}

#[derive(Debug, PartialEq, serde::Serialize, serde::Deserialize, schemars::JsonSchema, garde::Validate, Event)]
#[event("chat:said", lag = "disconnect", crate = ipc_bridge)]
enum Said {
    Text(#[garde(length(min = 1))] String),
    Nothing,
}

#[derive(serde::Serialize, serde::Deserialize, schemars::JsonSchema, Event)]
#[event("a:guarded", permission = "a:read", publish_permission = "a:write")]
struct Guarded;

const _: () = assert!(Guarded::PERMISSION.is_some() && Guarded::PUBLISH_PERMISSION.is_some());

#[derive(serde::Serialize, serde::Deserialize, schemars::JsonSchema, Event)]
#[event("a:unit", lag = "drop_oldest")]
struct Unit;

#[derive(serde::Serialize, serde::Deserialize, schemars::JsonSchema, Event)]
#[event("a:tuple", lag = "wait")]
struct Tuple(u8, u8);

mod old {
    #![allow(deprecated)]

    use ipc_bridge::prelude::*;

    #[derive(serde::Serialize, serde::Deserialize, schemars::JsonSchema, Event)]
    #[event("a:old", key = "id")]
    #[deprecated(note = "use `Changed`")]
    pub(crate) struct Old {
        pub(crate) id: u8,
    }
}

macro_rules! event {
    ($name:ident, $channel:literal, $lag:literal, $field:ident: $type:ty) => {
        #[derive(serde::Serialize, serde::Deserialize, schemars::JsonSchema, Event)]
        #[event($channel, lag = $lag)]
        struct $name {
            $field: $type,
        }
    };
}

event!(Made, "a:made", "wait", field: u8);

#[tokio::main(flavor = "current_thread")]
#[allow(deprecated)]
async fn main() {
    let router = Router::new()
        .event::<Changed>()
        .event::<Progress>()
        .shared_event::<Said>()
        .event::<Unit>()
        .event::<Tuple>()
        .event::<old::Old>()
        .event::<Made>();
    router.check().unwrap();
    assert_eq!((Changed::CHANNEL, Changed::RETAIN, Changed::LAG), ("status:changed", true, Lag::DropOldest));
    assert_eq!((Progress::LAG, Said::LAG, Tuple::LAG), (Lag::KeepLatest, Lag::Disconnect, Lag::Wait));
    assert_eq!(Changed::DOC.text, "Back on line, or off it.");
    assert_eq!(<old::Old as EventTrait>::DOC.deprecated, Some("use `Changed`"));
    assert!(Changed::ITEM.path.ends_with("::Changed"), "{}", Changed::ITEM);

    let publisher = router.publisher();
    let mut changes = router.subscribe::<Changed>().await.unwrap();
    let mut progress = router.subscribe::<Progress>().key("mine").await.unwrap();
    publisher.publish(&Changed { online: true }).unwrap();
    publisher.publish(&Progress { r#type: "other".to_owned(), done: 1 }).unwrap();
    publisher.publish(&Progress { r#type: "mine".to_owned(), done: 2 }).unwrap();
    assert_eq!(changes.next().await.unwrap().unwrap(), Changed { online: true });
    assert_eq!(progress.next().await.unwrap().unwrap().done, 2);
    let _ = (Said::Nothing, Unit, Tuple(1, 2), old::Old { id: 1 }, Made { field: 1 });
}
