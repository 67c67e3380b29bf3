//! Events of every lag, each a number and a text that makes it as large as one likes.

use ipc_bridge::__private::{Event, HandlerDoc, HandlerItem, Issues, Lag, NeverWaits, schemars};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

macro_rules! event {
    ($(#[$doc:meta])* $name:ident $channel:literal $lag:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
        pub(crate) struct $name {
            pub(crate) number: u64,
            #[serde(default, skip_serializing_if = "String::is_empty")]
            pub(crate) text: String,
        }

        impl $name {
            /// The event with this number, and a text of so many bytes.
            pub(crate) fn sized(number: u64, bytes: usize) -> Self {
                Self { number, text: "x".repeat(bytes) }
            }
        }

        impl Event for $name {
            const CHANNEL: &'static str = $channel;
            const ITEM: HandlerItem = HandlerItem::new(stringify!($name), file!(), line!());
            const DOC: HandlerDoc = HandlerDoc::new("", None);
            const LAG: Lag = Lag::$lag;

            fn validate(&self, _: &mut Issues) {}
        }
    };
}

event! {
    /// Nobody misses one.
    Waited "lag:wait" Wait
}
event! {
    /// Who is slow misses the oldest.
    Oldest "lag:drop_oldest" DropOldest
}
event! {
    /// Who is slow gets the last.
    Latest "lag:keep_latest" KeepLatest
}
event! {
    /// Who is slow gets no more.
    Strict "lag:disconnect" Disconnect
}

impl NeverWaits for Oldest {}
impl NeverWaits for Latest {}
impl NeverWaits for Strict {}
