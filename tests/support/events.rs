//! Events of every lag, each a number and a text that makes it as large as one likes.

use ipc_bridge::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

macro_rules! event {
    ($(#[$attribute:meta])* $name:ident) => {
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Event)]
        $(#[$attribute])*
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
    };
}

event! {
    /// Nobody misses one.
    #[event("lag:wait", lag = "wait")]
    Waited
}
event! {
    /// Who is slow misses the oldest.
    #[event("lag:drop_oldest")]
    Oldest
}
event! {
    /// Who is slow gets the last.
    #[event("lag:keep_latest", lag = "keep_latest")]
    Latest
}
event! {
    /// Who is slow gets no more.
    #[event("lag:disconnect", lag = "disconnect")]
    Strict
}
