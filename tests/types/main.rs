//! Types: what serde makes of each travels both ways through a socket, and is what its schema says.
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

mod boundaries;
mod case;
mod containers;
mod enums;
mod numbers;
mod recursive;
mod structs;
#[path = "../support/mod.rs"]
mod support;
mod texts;
