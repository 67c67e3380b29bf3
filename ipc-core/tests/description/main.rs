//! What a router says of its channels.
#![allow(clippy::indexing_slicing, clippy::panic, reason = "a test fails by panicking")]
#![allow(non_camel_case_types, dead_code, reason = "requests are named as the functions they stand beside")]

#[macro_use]
mod channel;
mod document;
mod fingerprint;
mod kinds;
mod names;
mod published;
mod schemas;
