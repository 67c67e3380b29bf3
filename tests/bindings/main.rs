//! Bindings for TypeScript: what they say of a contract, and whether a file has those that it should.
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

mod contract;
mod files;
mod generated;
mod marked_events;
mod refused;
