//! The bodies of the fuzz targets, one function each. What a fuzzer runs without end (`cargo xtask fuzz`, the package in
//! `fuzz/`), the tests of this package run with every input that is kept in `fuzz/corpus`.
//!
//! An input is bad when the function panics, so each says what must hold of whatever bytes a peer sends.
#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    missing_docs,
    reason = "what a target finds out, it tells by a panic"
)]

mod capabilities;
mod channel;
mod connection;
#[cfg(test)]
mod corpus;
mod envelope;
mod frame;
mod hello;
mod response;

pub use capabilities::capabilities;
pub use channel::channel;
pub use connection::connection;
pub use envelope::envelope;
pub use frame::frame;
pub use hello::hello;
pub use response::response;

/// What must hold of whatever bytes it is given.
pub type Target = fn(&[u8]);

/// Every target, by its name. One that is new stands here, has a program in `fuzz/fuzz_targets/` with its lines in
/// `fuzz/Cargo.toml`, and a folder in `fuzz/corpus/`; a test says what is missing.
pub const TARGETS: &[(&str, Target)] = &[
    ("capabilities", capabilities),
    ("channel", channel),
    ("connection", connection),
    ("envelope", envelope),
    ("frame", frame),
    ("hello", hello),
    ("response", response),
];
