//! What a description is exported to: documents for tools, and a page for people.
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

mod asyncapi;
mod contract;
mod html;
mod json_schema;
