//! What a difference between two contracts is judged to be.
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(dead_code, reason = "types that are described are not read")]
#![allow(non_camel_case_types, reason = "requests are named as the functions they stand beside")]

#[macro_use]
#[path = "../description/channel.rs"]
mod channel;
#[macro_use]
mod case;

mod channels;
mod constraints;
mod documented;
mod enums;
mod events;
mod kept;
mod properties;
mod recursive;
mod structs;
mod told;
mod values;
